/** Versions of what computes, known before anything is loaded. `environment-summary` compares them with what the worker says. */
export const VERSIONS = { transformers: '4.3.1', onnxruntime: '1.31.0-dev.20260914-8d85527a0' };
