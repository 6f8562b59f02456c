import type { PreTrainedModel } from '@huggingface/transformers';

/**
 * Makes a model wait for the next task before each forward pass. `session.run` on WASM never leaves
 * the microtask queue, so a worker would otherwise see a cancel message only after the last token.
 */
export function yieldBetweenForwardPasses(model: PreTrainedModel): void {
  const nextTask = taskScheduler();
  const forward = model.forward.bind(model);
  model.forward = async (inputs: object) => {
    await new Promise<void>(nextTask);
    return forward(inputs);
  };
}

/**
 * Returns a function that calls back in a task of its own. A browser uses a message channel,
 * because timers are clamped to four milliseconds, longer than a token of a small model takes. Node
 * uses `setImmediate`: an open port would keep the process alive, and an unreferenced one would let
 * it exit too early.
 */
function taskScheduler(): (callback: () => void) => void {
  if (typeof setImmediate === 'function') return (callback) => void setImmediate(callback);
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    channel.port2.postMessage(null);
  };
}
