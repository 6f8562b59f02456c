import type { PreTrainedModel } from '@huggingface/transformers';
import { nextTask } from '../../async.js';

/**
 * Makes a model wait for the next task before each forward pass. `session.run` on WASM never leaves
 * the microtask queue, so a worker would otherwise see a cancel message only after the last token.
 */
export function yieldBetweenForwardPasses(model: PreTrainedModel): void {
  const forward = model.forward.bind(model);
  model.forward = async (inputs: object) => {
    await nextTask();
    return forward(inputs);
  };
}
