/** Decodes token ids. Must not clean up spaces: that would change earlier text. */
export type Decode = (tokenIds: number[]) => string;

const REPLACEMENT = '\uFFFD';

/**
 * Turns tokens into pieces of text. Holds back a character that spans several tokens (an emoji)
 * until it is complete, so the joined pieces equal the text of all tokens decoded at once.
 */
export class TextStream {
  readonly #decode: Decode;
  /**
   * The tokens of the last piece. Some tokenizers drop a leading space, so a piece is never decoded
   * alone.
   */
  #context: number[] = [];
  #pending: number[] = [];

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** Adds a token and returns the text that it completes; empty while a character is incomplete. */
  push(tokenId: number): string {
    this.#pending.push(tokenId);
    const text = this.#pendingText();
    return text.endsWith(REPLACEMENT) ? '' : this.#emit(text);
  }

  /** Returns what was held back at the end of the output: an incomplete character, as U+FFFD. */
  flush(): string {
    return this.#emit(this.#pendingText());
  }

  #pendingText(): string {
    if (this.#pending.length === 0) return '';
    return this.#decode([...this.#context, ...this.#pending]).slice(
      this.#decode(this.#context).length,
    );
  }

  #emit(text: string): string {
    if (this.#pending.length > 0) this.#context = this.#pending;
    this.#pending = [];
    return text;
  }
}
