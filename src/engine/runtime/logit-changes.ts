import { LogitsProcessor, type Tensor } from '@huggingface/transformers';
import { UnmockedError } from '../../errors.js';

/** OpenAI's penalties on tokens that are in the output already. The prompt does not count. */
export class OutputPenalties extends LogitsProcessor {
  readonly #frequency: number;
  readonly #presence: number;
  /** How often each token is in the output. */
  readonly #counts = new Map<number, number>();
  /** Tokens seen so far. Undefined before the first call, which sees the prompt. */
  #seen: number | undefined;

  constructor(frequency: number, presence: number) {
    super();
    this.#frequency = frequency;
    this.#presence = presence;
  }

  override _call(inputIds: bigint[][], logits: Tensor): Tensor {
    const ids = inputIds[0]!;
    for (const id of ids.slice(this.#seen ?? ids.length).map(Number))
      this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1);
    this.#seen = ids.length;
    const values = logits.data as Float32Array;
    for (const [id, count] of this.#counts)
      values[id] = values[id]! - this.#frequency * count - this.#presence;
    return logits;
  }
}

/** Adds a number to the logits of some tokens. */
export class LogitBias extends LogitsProcessor {
  readonly #bias: readonly (readonly [tokenId: number, bias: number])[];

  constructor(bias: Readonly<Record<number, number>>) {
    super();
    this.#bias = Object.entries(bias).map(([id, value]) => [Number(id), value]);
  }

  override _call(_inputIds: bigint[][], logits: Tensor): Tensor {
    const values = logits.data as Float32Array;
    for (const [id, bias] of this.#bias) {
      if (values[id] === undefined)
        throw new UnmockedError(
          'invalid-argument',
          `logitBias names the token ${id}. The model's tokens are 0 to ${values.length - 1}.`,
        );
      values[id] += bias;
    }
    return logits;
  }
}
