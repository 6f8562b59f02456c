/**
 * Waits for a sign of life of somebody who may be dead. A timer that fires late says that the page
 * itself slept: a suspended machine, a frozen tab, a long task. What was sent meanwhile has not been
 * read then, so the whole limit counts anew, once.
 */
export class Watchdog {
  readonly #onSilence: (limit: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onSilence: (limit: number) => void) {
    this.#onSilence = onSilence;
  }

  /** @param limit milliseconds from now. */
  watch(limit: number): void {
    this.#arm(limit, true);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(limit: number, mayHaveSlept: boolean): void {
    clearTimeout(this.#timer);
    const due = performance.now() + limit;
    this.#timer = setTimeout(() => {
      if (mayHaveSlept && performance.now() > due + SLEPT) this.#arm(limit, false);
      else this.#onSilence(limit);
    }, limit);
  }
}

/** No timer of a page that is awake is so late. Milliseconds. */
const SLEPT = 1_000;
