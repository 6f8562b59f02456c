/** Drops white space at both ends of a text that arrives in pieces. */
export class TrimmedText {
  #isStart: boolean;
  #space = '';

  /** @param keepsStart keeps white space at the beginning, which continues something. */
  constructor(keepsStart: boolean) {
    this.#isStart = !keepsStart;
  }

  push(piece: string): string {
    const text = this.#space + piece;
    const end = text.trimEnd().length;
    this.#space = text.slice(end);
    const shown = this.#isStart ? text.slice(0, end).trimStart() : text.slice(0, end);
    if (shown) this.#isStart = false;
    return shown;
  }

  /** Starts a new line before the next text. */
  breakLine(): void {
    this.#space = this.#isStart ? '' : '\n';
  }
}
