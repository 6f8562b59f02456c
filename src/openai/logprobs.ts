import type { Vocabulary } from '../engine/constraint/vocabulary.js';
import type { TokenEvent } from '../engine/protocol.js';
import type { ServedModel } from './served-model.js';

interface Token {
  /** Its text. Bytes that are no characters alone are written as `\xf0\x9f`. */
  token: string;
  logprob: number;
  /** UTF-8. The bytes of all tokens make up the text. `null` for a special token: it has no text. */
  bytes: number[] | null;
}

/** One token of the output, as OpenAI's `logprobs.content` lists it. */
export interface TokenLogprob extends Token {
  top_logprobs: Token[];
}

const vocabularies = new WeakMap<ServedModel, Promise<Vocabulary>>();

/** The vocabulary of a model, read once. */
export function vocabularyOf(model: ServedModel): Promise<Vocabulary> {
  const known = vocabularies.get(model) ?? model.vocabulary();
  vocabularies.set(model, known);
  known.catch(() => vocabularies.delete(model));
  return known;
}

const encoder = new TextEncoder();
const SPACE = 0x20;

/**
 * Lists the tokens whose text is part of the output: no special tokens, and none of a stop sequence
 * that ended it. A token is held back as long as its text is.
 */
export class LogprobStream {
  readonly #vocabulary: Vocabulary;
  #held: { logprob: TokenLogprob; length: number }[] = [];
  /** Bytes of text that arrived, less those of the tokens that were returned. */
  #ahead = 0;
  #isFirst = true;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Returns the tokens whose text has arrived. */
  push({ tokenId, text, logprob = 0, topLogprobs = [] }: TokenEvent): TokenLogprob[] {
    const bytes = this.#vocabulary[tokenId];
    if (bytes) {
      const describe = (one: { tokenId: number; logprob: number }) => this.#describe(one);
      this.#held.push({
        logprob: { ...describe({ tokenId, logprob }), top_logprobs: topLogprobs.map(describe) },
        length: bytes.length,
      });
      this.#isFirst = false;
    }
    this.#ahead += encoder.encode(text).length;
    const arrived: TokenLogprob[] = [];
    while (this.#held.length > 0 && this.#ahead > 0) {
      const next = this.#held.shift()!;
      this.#ahead -= next.length;
      arrived.push(next.logprob);
    }
    return arrived;
  }

  /** The reply drops a space at its beginning, so its first token has none either. */
  #describe({ tokenId, logprob }: { tokenId: number; logprob: number }): Token {
    const all = this.#vocabulary[tokenId];
    if (!all) return { token: `token_id:${tokenId}`, logprob, bytes: null }; // as vLLM writes it
    const bytes = this.#isFirst && all[0] === SPACE ? all.subarray(1) : all;
    return { token: textOf(bytes), logprob, bytes: [...bytes] };
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  }
}
