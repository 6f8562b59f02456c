import type { Dtype } from './model.js';

/** transformers.js appends these to the base name of a weights file. */
const DTYPE_SUFFIX = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  q4: '_q4',
  q4f16: '_q4f16',
} as const satisfies Record<Dtype, string>;

/** The usual path of a model's weights, for instance `onnx/model_quantized.onnx` for `q8`. */
export const weightsPath = (dtype: Dtype): string => `onnx/model${DTYPE_SUFFIX[dtype]}.onnx`;

/**
 * The `model_file_name` that makes transformers.js load `path`: it adds the folder, the suffix of
 * the dtype and the extension itself.
 *
 * @example weightsName('onnx/decoder_model_merged_quantized.onnx', 'q8') // 'decoder_model_merged'
 */
export function weightsName(path: string, dtype: Dtype): string {
  const name = path
    .split('/')
    .at(-1)!
    .replace(/\.onnx$/, '');
  const suffix = DTYPE_SUFFIX[dtype];
  return suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}
