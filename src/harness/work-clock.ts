import type { LoadProgress } from '../engine/protocol.js';

/** What a clock is made of, so that a spec can turn its hands. */
export interface Timer {
  now(): number;
  set(callback: () => void, milliseconds: number): ReturnType<typeof setTimeout>;
}

const realTimer: Timer = { now: () => performance.now(), set: (...args) => setTimeout(...args) };

/**
 * A time limit for work. It stands still while a download makes progress: how fast the network is says
 * nothing about the scenario.
 */
export class WorkClock {
  /** Aborts with a `TimeoutError` when the time is over. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #limit: number;
  readonly #time: Timer;
  #end: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The last sign that bytes arrive: when, and how many there were. */
  #last: { at: number; bytes: number } | undefined;

  /** @param limit milliseconds. */
  constructor(limit: number, timer = realTimer) {
    this.#time = timer;
    this.#limit = limit;
    this.signal = this.#controller.signal;
    this.#end = timer.now() + limit;
    this.#arm();
  }

  /** Tells how far a load is. */
  progress({ phase, loadedBytes }: LoadProgress): void {
    const now = this.#time.now();
    if (phase !== 'download') {
      this.#last = undefined;
      return;
    }
    if (this.#last && loadedBytes > this.#last.bytes) this.#end += now - this.#last.at;
    // Fewer bytes: another attempt began.
    if (loadedBytes !== this.#last?.bytes) this.#last = { at: now, bytes: loadedBytes };
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    const left = this.#end - this.#time.now();
    if (left > 0) {
      this.#timer = this.#time.set(() => this.#arm(), left);
      return;
    }
    const text = `The scenario took longer than ${this.#limit / 1000} s.`;
    this.#controller.abort(new DOMException(text, 'TimeoutError'));
  }
}
