import type { Model } from './model.js';
import { files } from './unmocked-tiny.files.js';
import { weightsPath } from './weights-file.js';

/**
 * The bundled model: a GPT-2 of 3.3 million parameters, trained by this project (see `training/`).
 * It speaks ChatML, with tool calls in the Hermes form, and needs no network.
 *
 * Both devices use the q8 file first. Its weights are int8 on the way and float32 in memory: ONNX
 * Runtime multiplies them out when it loads the file. The fp32 file is not in the published package.
 */
export const unmockedTiny: Model = {
  id: 'unmocked-tiny',
  title: 'unmocked-tiny (bundled)',
  description:
    'A GPT-2 of 3.3 million parameters that comes with this page. It works without a network: it ' +
    'chats, calls tools, fills schemas, and answers from a passage, and says so where it cannot.',
  source: { kind: 'bundled' },
  files: {
    ...files,
    [weightsPath('fp32')]: {
      ...files[weightsPath('fp32')],
      ifMissing:
        'The published package has the q8 file alone. Use the dtype "q8", which computes in ' +
        'float32 too, or serve the fp32 file of the repository with "assets.base".',
    },
  },
  variants: [
    { device: 'webgpu', dtype: 'q8', file: weightsPath('q8') },
    { device: 'webgpu', dtype: 'fp32', file: weightsPath('fp32') },
    { device: 'wasm', dtype: 'q8', file: weightsPath('q8') },
    { device: 'wasm', dtype: 'fp32', file: weightsPath('fp32') },
  ],
  capabilities: ['chat', 'tools', 'parallel-tools', 'reasoning'],
  contextWindow: 1024,
  geometry: { layers: 6, heads: 6, width: 192, vocabulary: 2048 },
  promptFormat: 'template',
};
