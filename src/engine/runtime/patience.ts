import { sleep } from '../../async.js';
import { abortError } from '../../errors.js';

/** A download that was under way waits this long for its connection to come back. Milliseconds. */
export const OUTAGE_LIMIT = 60_000;
/** A server that sends nothing for this long has stalled. Milliseconds. */
export const STALL_LIMIT = 30_000;

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

/** Ends a request that makes no progress. Its reason is a `TypeError`, like that of a broken connection. */
export class StallWatch {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @param awaited what comes next, such as "the first byte". */
  expect(awaited: string, limit = STALL_LIMIT): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () =>
        this.#controller.abort(
          new TypeError(`the server stalled: ${awaited} did not come within ${limit / 1000} s`),
        ),
      limit,
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
