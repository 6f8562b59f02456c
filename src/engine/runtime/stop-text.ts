/**
 * Finds stop sequences in streamed text. Holds back text that may be the start of one, so that no
 * part of a stop sequence is ever shown.
 */
export class StopText {
  readonly #stops: readonly string[];
  #held = '';
  /** The first complete stop sequence. All text after it is ignored. */
  stoppedBy: string | undefined;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop.length > 0);
  }

  get stopped(): boolean {
    return this.stoppedBy !== undefined;
  }

  /** Adds text and returns the text that is safe to show. */
  push(text: string): string {
    if (this.stopped) return '';
    this.#held += text;
    const found = this.#stops
      .map((stop) => ({ stop, at: this.#held.indexOf(stop) }))
      .filter(({ at }) => at >= 0);
    if (found.length > 0) {
      const first = found.reduce((a, b) => (b.at < a.at ? b : a));
      this.stoppedBy = first.stop;
      return this.#take(first.at);
    }
    return this.#take(this.#held.length - this.#longestStart());
  }

  /** Returns the text that was held back, at the end of the output. */
  flush(): string {
    return this.stopped ? '' : this.#take(this.#held.length);
  }

  #take(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.stopped ? '' : this.#held.slice(length);
    return text;
  }

  /** Length of the longest suffix of the held text that starts a stop sequence. */
  #longestStart(): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, this.#held.length); length > longest; length--) {
        if (this.#held.endsWith(stop.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}
