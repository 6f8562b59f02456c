import type { Model } from './model.js';
import { files } from './unmocked-tiny.files.js';

/**
 * The bundled model: a GPT-2 of about a million parameters, trained by this project (see
 * `training/`). It needs no network.
 */
export const unmockedTiny: Model = {
  id: 'unmocked-tiny',
  title: 'unmocked-tiny (bundled)',
  description:
    'A GPT-2 of about a million parameters that comes with this page. ' +
    'It works without a network and can do a handful of chat skills.',
  source: { kind: 'bundled' },
  files,
  variants: [
    { device: 'webgpu', dtype: 'fp32', file: 'onnx/model.onnx' },
    { device: 'wasm', dtype: 'q8', file: 'onnx/model_quantized.onnx' },
    { device: 'wasm', dtype: 'fp32', file: 'onnx/model.onnx' },
  ],
  capabilities: ['chat', 'tools', 'reasoning'],
  contextWindow: 512,
  geometry: { layers: 4, heads: 4, width: 128, vocabulary: 1024 },
  promptFormat: 'transcript',
};
