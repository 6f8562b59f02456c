import { LogitsProcessor, type Tensor } from '@huggingface/transformers';
import type { TokenLogprobs } from '../protocol.js';

/**
 * Reads the probabilities of the tokens off the logits as the model gives them. It runs before all
 * other processors and changes nothing.
 */
export class Logprobs extends LogitsProcessor {
  readonly #count: number;
  #logits = new Float32Array();

  /** @param count how many alternatives to report. */
  constructor(count: number) {
    super();
    this.#count = count;
  }

  override _call(_inputIds: bigint[][], logits: Tensor): Tensor {
    this.#logits = (logits.data as Float32Array).slice(); // the others change them in place
    return logits;
  }

  /** Of the token that was just picked. */
  of(tokenId: number): TokenLogprobs {
    return readLogprobs(this.#logits, tokenId, this.#count);
  }
}

function readLogprobs(logits: Float32Array, tokenId: number, count: number): TokenLogprobs {
  const top = likeliest(logits, Math.max(count, 1));
  const largest = logits[top[0]!]!;
  const logSum =
    largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  const logprob = (id: number) => logits[id]! - logSum;
  return {
    logprob: logprob(tokenId),
    topLogprobs: top.slice(0, count).map((id) => ({ tokenId: id, logprob: logprob(id) })),
  };
}

/** The tokens with the largest logits, the largest first. Of equal ones, the smaller id first. */
function likeliest(logits: Float32Array, count: number): number[] {
  const top: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    if (top.length === count && logits[id]! <= logits[top.at(-1)!]!) continue;
    const at = top.findIndex((other) => logits[other]! < logits[id]!);
    top.splice(at < 0 ? top.length : at, 0, id);
    if (top.length > count) top.pop();
  }
  return top;
}
