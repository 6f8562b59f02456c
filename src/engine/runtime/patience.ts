import { sleep } from '../../async.js';
import { abortError } from '../../errors.js';

/** A download that was under way waits this long for its connection to come back. Milliseconds. */
export const OUTAGE_LIMIT = 60_000;

const BACK_OFF = 250;
const LONGEST_BACK_OFF = 5_000;

/**
 * Waits before another try: longer each time, but not after the browser says that it is online again.
 *
 * @param tries how often it was tried before.
 * @throws the signal's reason.
 */
export async function backOff(tries: number, signal: AbortSignal): Promise<void> {
  const online = new AbortController();
  const wake = () => online.abort();
  globalThis.addEventListener?.('online', wake);
  try {
    const pause = Math.min(BACK_OFF * 2 ** tries, LONGEST_BACK_OFF);
    await sleep(pause, AbortSignal.any([signal, online.signal]));
  } catch {
    if (signal.aborted) throw abortError(signal);
  } finally {
    globalThis.removeEventListener?.('online', wake);
  }
}

/** What a request waits for. */
export type StallPhase = 'connect' | 'first byte' | 'silence';

const AWAITED: Record<StallPhase, string> = {
  connect: 'an answer',
  'first byte': 'the first byte',
  silence: 'the next byte',
};

/** A `TypeError`, like that of a broken connection. */
export class Stalled extends TypeError {
  readonly phase: StallPhase;

  constructor(phase: StallPhase, limit: number) {
    super(`the server stalled: ${AWAITED[phase]} did not come within ${limit / 1000} s`);
    this.phase = phase;
  }
}

/** Ends a request that makes no progress. Its reason is `Stalled`. */
export class StallWatch {
  readonly #controller = new AbortController();
  readonly #limit: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param limit milliseconds. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A new phase begins, or goes on. */
  expect(phase: StallPhase): void {
    clearTimeout(this.#timer);
    const stalled = () => this.#controller.abort(new Stalled(phase, this.#limit));
    this.#timer = setTimeout(stalled, this.#limit);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
