import type { Model } from './model.js';
import { files } from './unmocked-tiny.files.js';

/**
 * The bundled model: a GPT-2 of 3.3 million parameters, trained by this project (see `training/`).
 * It speaks the dialect of instruct models and needs no network.
 */
export const unmockedTiny: Model = {
  id: 'unmocked-tiny',
  title: 'unmocked-tiny (bundled)',
  description:
    'A GPT-2 of 3.3 million parameters that comes with this page and needs no network. It speaks ' +
    'ChatML with tool calls, and can do what apps ask: call tools, fill a schema, answer from a text.',
  source: { kind: 'bundled' },
  files,
  variants: [
    { device: 'webgpu', dtype: 'fp32', file: 'onnx/model.onnx' },
    { device: 'wasm', dtype: 'q8', file: 'onnx/model_quantized.onnx' },
    { device: 'wasm', dtype: 'fp32', file: 'onnx/model.onnx' },
  ],
  capabilities: ['chat', 'tools', 'parallel-tools', 'reasoning'],
  contextWindow: 1024,
  geometry: { layers: 6, heads: 6, width: 192, vocabulary: 2048 },
  promptFormat: 'template',
};
