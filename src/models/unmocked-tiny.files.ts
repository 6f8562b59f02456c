// Written by scripts/pin-model.mjs from public/models/unmocked-tiny/; do not edit.
import type { ModelFile } from './model.js';

export const files: Record<string, ModelFile> = {
  'config.json': { bytes: 463, sha256: 'c75c14c6bc6af471505dd5a67857c84fa8e2d36e96b422db6043fa01bcc70080' },
  'generation_config.json': { bytes: 116, sha256: '604dba06d2db9be066d0a32423babce79765701728114ea0d273bf2615983e73' },
  'onnx/model.onnx': { bytes: 3974092, sha256: '748bb6c0c80342b8735977fbfe9e4b573a82db11d02e345ee8b1e76eded88ef5' },
  'onnx/model_quantized.onnx': { bytes: 1360534, sha256: '96415ad03dd1223b560c309e17e98514b7ed7754bdca3dba5f961b679cbf217e' },
  'tokenizer.json': { bytes: 17713, sha256: '88876d91ec0479ce8f00fb6bffb7b6f033ba1868bf011436618434b822d65906' },
  'tokenizer_config.json': { bytes: 593, sha256: '459f631e83d952429ca54259602344a9434b8595c26789e0867fe851218850d4' },
};
