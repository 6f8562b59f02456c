import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * The folder with ONNX Runtime's files (src/engine/ort-files.ts). It belongs to the onnxruntime-web
 * that transformers.js itself resolves to.
 */
export function ortFolder() {
  const require = createRequire(import.meta.url);
  const fromTransformers = createRequire(require.resolve('@huggingface/transformers'));
  return path.dirname(fromTransformers.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
}
