import { UnmockedError } from '../errors.js';

/** What an event of the type `securitypolicyviolation` says. */
export type Violation = Pick<
  SecurityPolicyViolationEvent,
  'blockedURI' | 'disposition' | 'effectiveDirective'
>;

/**
 * The directive of a Content-Security-Policy that stands in the way, and the source that it lacks.
 */
export interface Remedy {
  directive: string;
  source: string;
}

/** The policies that this code makes under Trusted Types: the engine's, and Lit's. */
const TRUSTED_TYPES = 'unmocked lit-html';

/**
 * What has to be allowed, so that this does not happen again. Browsers name what was blocked with a
 * URL, or with the scheme alone, or with a word.
 */
export function remedyFor({ effectiveDirective, blockedURI }: Violation): Remedy {
  switch (blockedURI) {
    case 'wasm-eval':
      return { directive: 'script-src', source: "'wasm-unsafe-eval'" };
    case 'trusted-types-policy':
    case 'trusted-types-sink':
      return { directive: 'trusted-types', source: TRUSTED_TYPES };
  }
  // A policy with `script-src` alone also covers elements and `import()`.
  const directive = effectiveDirective.replace(/^script-src-elem$/, 'script-src');
  return { directive, source: sourceOf(blockedURI) };
}

function sourceOf(blocked: string): string {
  if (!URL.canParse(blocked)) return `${blocked}:`;
  const { origin, protocol } = new URL(blocked);
  if (!/^https?:$/.test(protocol)) return protocol;
  return origin === globalThis.location?.origin ? "'self'" : origin;
}

/**
 * @param whose who is under that policy, such as "the page".
 * @param what was blocked.
 */
export function blockedByPolicy(
  remedy: Remedy,
  { whose, what, cause }: { whose: string; what: string; cause?: unknown },
): UnmockedError {
  return new UnmockedError(
    'blocked-by-policy',
    `The Content-Security-Policy of ${whose} blocks ${what}. ` +
      `Add ${remedy.source} to its directive ${remedy.directive}.`,
    { cause, details: { ...remedy } },
  );
}

/**
 * Collects what the policy blocks. The browser reports it in a task of its own, after the error of
 * what was blocked.
 */
export class PolicyWatch {
  readonly #violations: Violation[] = [];
  readonly #onViolation: ((violation: Violation) => void) | undefined;

  constructor(onViolation?: (violation: Violation) => void) {
    this.#onViolation = onViolation;
    globalThis.addEventListener('securitypolicyviolation', this.#note);
  }

  /** The first violation of this kind; undefined if there was none. */
  find(isMeant: (violation: Violation) => boolean): Violation | undefined {
    return this.#violations.find(isMeant);
  }

  stop(): void {
    globalThis.removeEventListener('securitypolicyviolation', this.#note);
  }

  readonly #note = (event: SecurityPolicyViolationEvent) => {
    if (event.disposition !== 'enforce') return;
    this.#violations.push(event);
    this.#onViolation?.(event);
  };
}
