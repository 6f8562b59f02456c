import type { UnmockedError } from '../../errors.js';
import { remoteError } from './remote-error.js';

/** Aborts a request if its server is silent for too long, or if the caller aborts. */
export class SilenceWatch {
  readonly signal: AbortSignal;
  /** Set once the server was silent for too long. */
  timedOut: UnmockedError | undefined;
  readonly #controller = new AbortController();
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param mayRaise a longer `timeout_seconds` would help. */
  constructor(limitMs: number, mayRaise: boolean, url: string, signal: AbortSignal) {
    this.#limitMs = limitMs;
    this.signal = AbortSignal.any([signal, this.#controller.signal]);
    this.#onSilence = () => {
      this.timedOut = remoteError(
        'timeout',
        'timeout',
        `${new URL(url).host} was silent for ${limitMs / 1000} s. ` +
          'It may be loading its model: try ' +
          `again${mayRaise ? ', or raise timeout_seconds' : ''}.`,
        { url },
      );
      this.#controller.abort(this.timedOut);
    };
    this.alive();
  }

  /** Call it when something came. The time starts again. */
  alive(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onSilence, this.#limitMs);
  }

  /** Ends the watch, and an answer that is still being read. */
  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}
