import { TrimmedText } from './trimmed-text.js';

/** Tags around reasoning, as models write them. */
const NAMES = ['think', 'thinking', 'reasoning'];
export const THINK_TAG = new RegExp(`<(/?)(?:${NAMES.join('|')})>`, 'gi');

const TAGS = NAMES.flatMap((name) => [`<${name}>`, `</${name}>`]);
const mayBecomeTag = (text: string) => TAGS.some((tag) => tag.startsWith(text.toLowerCase()));

export interface ReasoningPieces {
  thinking: string;
  response: string;
}

/**
 * Separates reasoning from the reply while both arrive. A tag can span any number of pieces, so
 * text that may become one is held back. Only the end of the output shows that a tag was never
 * opened. Then the result of `parseReply` counts, not this one.
 */
export class ReasoningStream {
  readonly #isJson: boolean;
  readonly #trims: boolean;
  #held = '';
  #depth = 0;
  /** The reply has begun. */
  #replies = false;
  /** Some reasoning has ended. */
  #reasoned = false;
  /** The current reasoning without the white space around it. */
  #trimmed = new TrimmedText(false);

  /**
   * @param isJson the reply is JSON: once it has begun, a tag is a part of some string.
   * @param trims white space around reasoning, as in `<think>\n…\n</think>\n\n`, is left out.
   */
  constructor({ isJson = false, trims = false } = {}) {
    this.#isJson = isJson;
    this.#trims = trims;
  }

  push(text: string): ReasoningPieces {
    this.#held += text;
    const pieces: ReasoningPieces = { thinking: '', response: '' };
    while (this.#held !== '') {
      if (this.#isJson && this.#replies) {
        this.#take(this.#held.length, pieces);
        break;
      }
      const at = this.#held.indexOf('<');
      if (at !== 0) {
        this.#take(at < 0 ? this.#held.length : at, pieces);
        continue;
      }
      const tag = this.#held.match(THINK_TAG)?.[0];
      if (tag && this.#held.startsWith(tag)) this.#pass(tag, pieces);
      else if (mayBecomeTag(this.#held)) break;
      else this.#take(1, pieces);
    }
    return pieces;
  }

  /** Returns what was held back. Call it at the end of the output. */
  flush(): ReasoningPieces {
    const pieces: ReasoningPieces = { thinking: '', response: '' };
    this.#take(this.#held.length, pieces);
    return pieces;
  }

  #take(length: number, pieces: ReasoningPieces): void {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (this.#depth > 0) pieces.thinking += this.#trims ? this.#trimmed.push(text) : text;
    else pieces.response += this.#reply(text);
  }

  #reply(text: string): string {
    const isBetween = this.#reasoned && !this.#replies;
    if (text.trim() !== '') this.#replies = true;
    return this.#trims && isBetween ? text.trimStart() : text;
  }

  /** Reasoning can be nested. Inner tags are part of the outer reasoning. */
  #pass(tag: string, pieces: ReasoningPieces): void {
    const opens = !tag.startsWith('</');
    const isInner = opens ? this.#depth > 0 : this.#depth > 1;
    if (isInner) this.#take(tag.length, pieces);
    else {
      this.#held = this.#held.slice(tag.length);
      this.#reasoned ||= !opens;
      this.#trimmed = new TrimmedText(false);
    }
    this.#depth = Math.max(0, this.#depth + (opens ? 1 : -1));
  }
}
