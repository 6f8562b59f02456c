import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../install.mjs';

/** The folder of the bundled model. */
export const FOLDER = path.join(ROOT, 'public/models/unmocked-tiny');

/** All files of the bundled model, relative to its folder. */
export const FILES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'onnx/model.onnx',
  'onnx/model_quantized.onnx',
  'README.md',
  'digests.json',
];

/**
 * Copies a model's files over those of the bundled model.
 *
 * @param {string} from A folder with all of them.
 * @param {string} [to]
 * @throws {Error} that names the missing files. Then nothing was copied.
 */
export function copyModel(from, to = FOLDER) {
  const missing = FILES.filter((file) => !existsSync(path.join(from, file)));
  if (missing.length > 0)
    throw new Error(
      `${from} is not a complete model: it has no ${missing.join(', no ')}. ` +
        'Give the folder that training/finish.sh wrote.',
    );
  for (const file of FILES) {
    mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    copyFileSync(path.join(from, file), path.join(to, file));
  }
}
