/** Decodes token ids to text; must not clean up or skip anything that changes earlier text. */
export type Decode = (tokenIds: number[]) => string;

const REPLACEMENT = '\uFFFD';

/**
 * Turns a growing list of token ids into pieces of text, token by token. A character whose bytes are spread over several tokens (an emoji)
 * is held back until it is complete, so the pieces joined are exactly the whole text decoded at once.
 */
export class TextStream {
  readonly #decode: Decode;
  /** The tokens of the last piece: some tokenizers drop a space at the beginning of what they decode, so never decode a piece alone. */
  #context: number[] = [];
  #pending: number[] = [];

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** Text that this token completes; empty while a character is incomplete. */
  push(tokenId: number): string {
    this.#pending.push(tokenId);
    const text = this.#pendingText();
    return text.endsWith(REPLACEMENT) ? '' : this.#emit(text);
  }

  /** What was held back: an incomplete character at the end of the output, as U+FFFD. */
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
