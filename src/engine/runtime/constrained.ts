import { LogitsProcessor } from '@huggingface/transformers';
import type { PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import { ConstraintCompiler } from '../constraint/constraint-compiler.js';
import type { OutputConstraint } from '../constraint/constraint.js';
import type { Matcher } from '../constraint/matcher.js';
import { readVocabulary, type TokenizerJson, type Vocabulary } from '../constraint/vocabulary.js';

/** Makes the logits processors of one model's constrained requests. */
export class ConstrainedDecoding {
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #compiler: ConstraintCompiler;

  constructor(tokenizer: PreTrainedTokenizer, eosTokenIds: readonly number[]) {
    this.#tokenizer = tokenizer;
    this.#compiler = new ConstraintCompiler(() => this.vocabulary(), eosTokenIds);
  }

  /** @throws UnmockedError as `readVocabulary`. */
  vocabulary(): Vocabulary {
    const { _tokenizerJSON: json } = this.#tokenizer;
    return readVocabulary(this.#tokenizer.get_vocab(), json as TokenizerJson);
  }

  /**
   * A processor for one output.
   *
   * @throws UnmockedError `invalid-constraint` or `unsupported`.
   */
  start(constraint: OutputConstraint): LogitsProcessor {
    return new Constrained(this.#compiler.start(constraint));
  }
}

/** Leaves only the tokens that may come next. One sequence at a time. */
class Constrained extends LogitsProcessor {
  readonly #matcher: Matcher;
  /**
   * Tokens of the prompt and the output seen so far. Undefined before the first call, which sees
   * the prompt.
   */
  #seen: number | undefined;

  constructor(matcher: Matcher) {
    super();
    this.#matcher = matcher;
  }

  override _call(inputIds: bigint[][], logits: Tensor): Tensor {
    const ids = inputIds[0]!;
    for (const id of ids.slice(this.#seen ?? ids.length)) this.#matcher.accept(Number(id));
    this.#seen = ids.length;
    this.#matcher.apply(logits.data as Float32Array);
    return logits;
  }
}
