import { UnmockedError } from '../errors.js';
import { startOwnWorker } from './own-files.js';
import { blockedByPolicy, PolicyWatch, type Remedy, remedyFor } from './policy.js';
import { trustedScriptUrl } from './trusted-script-url.js';

/**
 * Starts the engine's worker, also where the module lies on another origin and under Trusted Types.
 *
 * A browser refuses a worker whose script is on another origin. The worker is then a module of one
 * line, made here, that imports the script; the other origin has to allow that (CORS).
 *
 * @throws UnmockedError `blocked-by-policy` if the page's Content-Security-Policy forbids it.
 */
export const createEngineWorker = (): Worker => startOwnWorker(ReachableWorker);

/** Where a worker's script is. `imported`: from a line of code that was made here. */
const scripts = new WeakMap<Worker, { url: string; imported: boolean }>();

/** Where a worker of ours has its script; undefined for somebody else's. */
export const scriptOf = (worker: Worker): string | undefined => scripts.get(worker)?.url;

/** The browser's `Worker`, for scripts that it would refuse. `new` gives a real one. */
export const ReachableWorker = function (script: string | URL, options?: WorkerOptions): Worker {
  const url = new URL(script, globalThis.document?.baseURI ?? location.href);
  const imported = url.origin !== location.origin && /^https?:$/.test(url.protocol);
  const worker = newWorker(imported ? moduleThatImports(url.href) : url.href, options);
  scripts.set(worker, { url: url.href, imported });
  return worker;
} as unknown as typeof Worker;

function moduleThatImports(url: string): string {
  const code = `import ${JSON.stringify(url)};`;
  const blob = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  // The worker fetches its script after this task, on a slow machine long after it.
  setTimeout(() => URL.revokeObjectURL(blob), REVOKE_AFTER_MS);
  return blob;
}

const REVOKE_AFTER_MS = 60_000;
/** How long it asks for a script that did not load. */
const ASK_FOR_MS = 5_000;

function newWorker(url: string, options?: WorkerOptions): Worker {
  try {
    return new Worker(trustedScriptUrl(url), options);
  } catch (cause) {
    // Only Trusted Types throw: what else a policy forbids is an event of the worker.
    if (!(cause instanceof TypeError)) throw cause;
    throw blockedByPolicy(
      remedyFor({
        effectiveDirective: 'trusted-types',
        blockedURI: 'trusted-types-policy',
        disposition: 'enforce',
      }),
      { whose: 'the page', what: `the engine's worker: ${cause.message}`, cause },
    );
  }
}

/** Watches whether the page's policy stops a worker from starting. */
export class StartWatch {
  readonly #watch = new PolicyWatch();

  stop(): void {
    this.#watch.stop();
  }

  /** Why a worker failed that was made since then. */
  async explain(worker: Worker, { message }: ErrorEvent): Promise<UnmockedError> {
    const script = scripts.get(worker);
    const violation = this.#watch.find(
      ({ effectiveDirective, blockedURI }) =>
        effectiveDirective === 'worker-src' &&
        blockedURI === (script?.imported ? 'blob' : script?.url),
    );
    if (script?.imported && (violation || !message))
      return (violation ? undefined : await notThere(script.url)) ?? notImported(script.url);
    if (violation) return notStarted(remedyFor(violation));
    return new UnmockedError(
      'engine-crashed',
      `The engine's worker crashed: ${message || notLoaded(script?.url)}. ` +
        'The next call starts a new one.',
    );
  }
}

const notLoaded = (url: string | undefined) =>
  `its script could not be loaded${url ? ` from ${url}` : ''}`;

const notStarted = (remedy: Remedy) =>
  blockedByPolicy(remedy, { whose: 'the page', what: "the engine's worker" });

/**
 * The browser does not say why the import of another origin's script failed. Whether the script is
 * there can be asked.
 *
 * @returns undefined if it is there, or if the page may not ask.
 */
async function notThere(url: string): Promise<UnmockedError | undefined> {
  const signal = AbortSignal.timeout(ASK_FOR_MS);
  const ask = (mode: RequestMode) =>
    fetch(url, { method: 'HEAD', mode, cache: 'no-store', signal }).catch(() => undefined);
  const watch = new PolicyWatch();
  const response = (await ask('cors')) ?? (await ask('no-cors'));
  await new Promise((resolve) => setTimeout(resolve)); // a violation is reported in a later task
  const mayAsk = !watch.find(({ blockedURI }) => url.startsWith(blockedURI));
  watch.stop();
  if (!mayAsk || response?.ok || response?.type === 'opaque') return undefined;
  const answer = response ? `answers with status ${response.status}` : 'cannot be reached';
  return new UnmockedError('network', `The engine's worker did not start: ${url} ${answer}.`, {
    details: { url, ...(response ? { status: response.status } : {}) },
  });
}

function notImported(url: string): UnmockedError {
  const { origin } = new URL(url);
  const remedy = { directive: 'worker-src', source: `blob: ${origin}` };
  return new UnmockedError(
    'blocked-by-policy',
    `The engine's worker could not import ${url}. If the page has a Content-Security-Policy, ` +
      `add ${remedy.source} to its directive ${remedy.directive}. ` +
      `${origin} has to send its files with the header "Access-Control-Allow-Origin".`,
    { details: { ...remedy, url } },
  );
}
