import { LogitsProcessor } from '@huggingface/transformers';
import type { PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import type { Matcher } from '../constraint/matcher.js';
import { readVocabulary, type TokenizerJson, type Vocabulary } from '../constraint/vocabulary.js';

export const vocabularyOf = (tokenizer: PreTrainedTokenizer): Vocabulary =>
  readVocabulary(tokenizer.get_vocab(), tokenizer._tokenizerJSON as TokenizerJson);

/** Leaves only the tokens that may come next. One sequence at a time. */
export class Constrained extends LogitsProcessor {
  readonly #matcher: Matcher;
  /** Tokens of the prompt and the output that the matcher has seen. */
  #seen: number;

  constructor(matcher: Matcher, promptTokens: number) {
    super();
    this.#matcher = matcher;
    this.#seen = promptTokens;
  }

  override _call(inputIds: bigint[][], logits: Tensor): Tensor {
    const ids = inputIds[0]!;
    for (; this.#seen < ids.length; this.#seen++) this.#matcher.accept(Number(ids[this.#seen]!));
    this.#matcher.apply(logits.data as Float32Array);
    return logits;
  }
}
