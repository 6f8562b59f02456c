// Written by scripts/pin-model.mjs from public/models/unmocked-tiny/; do not edit.
import type { ModelFile } from './model.js';

export const files: Record<string, ModelFile> = {
  'config.json': { bytes: 489, sha256: 'fbdcf8a79f3587d482be45bf09b20fcd061a2cf587cc06a5eba21f04bcc70b19' },
  'generation_config.json': { bytes: 142, sha256: 'd2ea0af62e8bb28e60140d19eaff99d04e84d7245ee5047e5f7df1036b911342' },
  'onnx/model.onnx': { bytes: 13058144, sha256: 'a85dbbb2d44a547cde9b7ddcc38a4bf9671f6371a784c23ff97598b77fd03bc8' },
  'onnx/model_quantized.onnx': { bytes: 3384412, sha256: 'b5f62da5953efaa7e1e1880e02666b235b5f55cb4107033880f52f9635c41cac' },
  'tokenizer.json': { bytes: 40730, sha256: '7f4de68a7a7c024eafb21a6d4aabab0d1a3d66bbf05d79d74d89f8d9b36dd04b' },
  'tokenizer_config.json': { bytes: 2270, sha256: '06c55b3876e2a429ebf078866169e273a96dde320ecb0265898380ccd3c19f65' },
};
