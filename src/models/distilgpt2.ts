import type { Model } from './model.js';

/**
 * The reference model. It is a base model without chat training, so scenarios judge only protocol,
 * token counts and determinism.
 *
 * Lengths and digests come from the repository's LFS pointers. The merged q8 file comes before the
 * plain one because it is 85 MB instead of 237 MB (the plain file stores the output layer twice,
 * once in fp32). There is no q4 variant: those files are no smaller than fp32.
 */
export const distilgpt2: Model = {
  id: 'distilgpt2',
  title: 'distilgpt2',
  description:
    'The reference model, from the Hugging Face hub: 85 MB on WASM, 164 to 328 MB on WebGPU. ' +
    'A base model: it continues text, it does not chat.',
  source: { kind: 'hub', repository: 'Xenova/distilgpt2', revision: 'main' },
  files: {
    'onnx/decoder_model_merged_quantized.onnx': {
      bytes: 84_911_479,
      sha256: 'dfd02dcbfccb31d289cac235f71cecad357030866fe7019f05a36b1c5692afba',
    },
    'onnx/model_quantized.onnx': {
      bytes: 236_698_606,
      sha256: '80b02da4fe266412bc49c9955a518151c50f9bac062f596a875068492a21f080',
    },
    'onnx/model_fp16.onnx': {
      bytes: 164_003_836,
      sha256: '0f1853d55a420459d178be4c1804577ec0e4b992568c3991ebdf292b1f4319c0',
    },
    'onnx/model.onnx': {
      bytes: 327_825_716,
      sha256: 'd605c4b3740df3960e8f84e4c5735af8d81d19105eb915b692272c08cc800b0c',
    },
  },
  variants: [
    { device: 'webgpu', dtype: 'fp16', file: 'onnx/model_fp16.onnx' },
    { device: 'webgpu', dtype: 'fp32', file: 'onnx/model.onnx' },
    { device: 'wasm', dtype: 'q8', file: 'onnx/decoder_model_merged_quantized.onnx' },
    { device: 'wasm', dtype: 'q8', file: 'onnx/model_quantized.onnx' },
    { device: 'wasm', dtype: 'fp32', file: 'onnx/model.onnx' },
  ],
  capabilities: [],
  contextWindow: 1024,
  geometry: { layers: 6, heads: 12, width: 768, vocabulary: 50_257 },
  promptFormat: 'transcript',
};
