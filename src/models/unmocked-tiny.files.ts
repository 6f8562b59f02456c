// Written by scripts/pin-model.mjs from public/models/unmocked-tiny/; do not edit.
import type { ModelFile } from './model.js';

export const files: Record<string, ModelFile> = {
  'config.json': { bytes: 487, sha256: '95922daac6aa991d290d0dabc4b5730b1b18d4db10191d2cfddde0c578a73584' },
  'generation_config.json': { bytes: 122, sha256: '151db78020076b0a60f1c23333d2a03c0d300347f929fb887e0250e8b9165d76' },
  'onnx/model.onnx': { bytes: 3975453, sha256: 'e84afdb1ef71867f81c4bad2a442c7d02c064811a410c824b54886e2b79ccd34' },
  'onnx/model_quantized.onnx': { bytes: 1384764, sha256: 'dee8ee5bf0cc2c257813f045b67b65fe9f51cb54f2498696c69ca72a20b8235c' },
  'tokenizer.json': { bytes: 17515, sha256: '936f02999a3699759b9fb27f60c2731635bd841500045faaef1689f8be6bb5ea' },
  'tokenizer_config.json': { bytes: 603, sha256: '793364a530c63bd6e33844a03cb28c9808d44f71a3d25ef82555d164dbd20821' },
};
