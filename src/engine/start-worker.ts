import { startOwnWorker } from './own-files.js';

/**
 * Starts the engine's worker, also where the module lies on another origin and under Trusted Types.
 *
 * A browser refuses a worker whose script is on another origin. The worker is then a module of one
 * line, made here, that imports the script; the other origin has to allow that (CORS).
 */
export const createEngineWorker = (): Worker => startOwnWorker(ReachableWorker);

/** The browser's `Worker`, for scripts that it would refuse. `new` gives a real one. */
const ReachableWorker = function (script: string | URL, options?: WorkerOptions): Worker {
  const url = new URL(script, globalThis.document?.baseURI ?? location.href);
  if (url.origin === location.origin || !/^https?:$/.test(url.protocol))
    return new Worker(trusted(url.href), options);
  const code = `import ${JSON.stringify(url.href)};`;
  const blob = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  try {
    return new Worker(trusted(blob), options);
  } finally {
    // The worker fetches its script right away, but not before this task has ended.
    setTimeout(() => URL.revokeObjectURL(blob), REVOKE_AFTER_MS);
  }
} as unknown as typeof Worker;

/** Long enough for a worker to have begun on the slowest machine. A blob of one line costs nothing. */
const REVOKE_AFTER_MS = 60_000;

interface ScriptUrlPolicy {
  createScriptURL(url: string): unknown;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy;
}

let policy: ScriptUrlPolicy | undefined;

/**
 * Under Trusted Types, the address of a script has to come from a policy. Ours has the name
 * `unmocked` and is made for these addresses alone.
 */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  policy ??= trustedTypes.createPolicy('unmocked', { createScriptURL: (text) => text });
  return policy.createScriptURL(url) as string;
}
