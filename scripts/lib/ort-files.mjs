import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * ONNX Runtime's files that a page can ask for under `/ort/`: the plain build (14 MB) for WASM, and the asyncify build
 * (27 MB), which is the one that can drive WebGPU. The dev server, the build and the test server serve these and no others.
 */
export const ORT_FILES = [
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort-wasm-simd-threaded.asyncify.mjs',
  'ort-wasm-simd-threaded.asyncify.wasm',
];

/** The folder that holds {@link ORT_FILES}: that of the onnxruntime-web which transformers.js itself resolves to. */
export function ortFolder() {
  const require = createRequire(import.meta.url);
  const fromTransformers = createRequire(require.resolve('@huggingface/transformers'));
  return path.dirname(fromTransformers.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
}
