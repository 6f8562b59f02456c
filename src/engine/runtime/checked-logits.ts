import { LogitsProcessor, type Tensor } from '@huggingface/transformers';
import { UnmockedError } from '../../errors.js';

/**
 * Refuses logits that no working model computes, before anything else reads them. Without it, the first
 * token id would be the reply: damaged weights and a lost device speak in exclamation marks.
 */
export class CheckedLogits extends LogitsProcessor {
  override _call(_inputIds: bigint[][], logits: Tensor): Tensor {
    checkLogits(logits.data as Float32Array);
    return logits;
  }
}

/**
 * @param logits of one position, a number a token. Minus infinity is allowed: graphs mask tokens with it.
 * @throws UnmockedError `invalid-logits` if one is NaN or infinite, or if all are the same.
 */
export function checkLogits(logits: Float32Array): void {
  const [first] = logits;
  let isConstant = true;
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id]!;
    if (!(value < Infinity)) throw invalid(`the logit of token ${id} is ${value}`);
    if (value !== first) isConstant = false;
  }
  if (isConstant && logits.length > 1) throw invalid(`all ${logits.length} logits are ${first}`);
}

const invalid = (what: string): UnmockedError =>
  new UnmockedError(
    'invalid-logits',
    `The model computed no probabilities: ${what}. Its weights are damaged, the runtime has no ` +
      'correct kernel for them, or the GPU device was lost. The engine is replaced; try another dtype ' +
      'or the device "wasm" if it happens again.',
  );
