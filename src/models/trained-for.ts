import type { Capability, Model } from './model.js';

/**
 * What models of the hub were trained for, as far as it is commonly known; instruct-models.ts names no
 * source for it. Of any other model nothing is said, so scenarios that need more than text are skipped.
 */
export const trainedFor: Readonly<Record<string, Capability[]>> = {
  'HuggingFaceTB/SmolLM2-135M-Instruct': ['chat'],
  'HuggingFaceTB/SmolLM2-360M-Instruct': ['chat'],
  'onnx-community/Qwen2.5-0.5B-Instruct': ['chat', 'tools'],
  'onnx-community/Qwen3-0.6B-ONNX': ['chat', 'tools', 'reasoning'],
};

/** The model with what it was trained for. Asked late: the first load of a page has no use for it. */
export function withTraining(model: Model): Model {
  const { source } = model;
  const known = source.kind === 'hub' && trainedFor[source.repository];
  return known ? { ...model, capabilities: known } : model;
}
