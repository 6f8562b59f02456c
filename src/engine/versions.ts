/**
 * Versions of the runtime, known before anything is loaded. `environment-summary` compares them
 * with the worker's.
 */
export const VERSIONS = { transformers: '4.3.1', onnxruntime: '1.31.0-dev.20260914-8d85527a0' };
