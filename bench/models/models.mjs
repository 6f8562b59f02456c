import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../scripts/lib/command.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';
import { DISTILGPT2, writeRandomModel } from './random-model.mjs';

/**
 * A model that the bench measures.
 *
 * @typedef {object} BenchModel
 * @property {string} name In the table.
 * @property {string} folder Its files, in the hub's layout.
 * @property {string} [repository] Its name on the bench's own hub. Absent: the bundled model.
 * @property {number} replyTokens The longest reply that is measured.
 */

/** The name of the model with distilgpt2's geometry and random weights. */
export const GEOMETRY = 'distilgpt2-geometry';

/** Weights of a folder, the one that ours would load first at the top. */
const WEIGHTS = /** @type {const} */ ([
  ['wasm', 'q8', 'onnx/decoder_model_merged_quantized.onnx'],
  ['wasm', 'q8', 'onnx/model_quantized.onnx'],
  ['wasm', 'fp32', 'onnx/model.onnx'],
  ['webgpu', 'fp16', 'onnx/model_fp16.onnx'],
  ['webgpu', 'fp32', 'onnx/model.onnx'],
]);

/**
 * Finds a model, and builds it if it is the one with random weights.
 *
 * @param {string} name The bundled model's id, {@link GEOMETRY}, or a folder.
 * @param {string} bundled The bundled model's id.
 * @returns {BenchModel}
 * @throws {UsageError} if there is no such model.
 */
export function findModel(name, bundled) {
  if (name === bundled)
    return { name, folder: path.join(ROOT, 'public/models', name), replyTokens: 64 };
  if (name === GEOMETRY) {
    const folder = path.join(ROOT, '.cache/bench/models', name);
    if (writeRandomModel(folder, DISTILGPT2)) console.log(`Built ${name} with random weights`);
    return { name, folder, repository: `bench/${name}`, replyTokens: 32 };
  }
  const folder = path.resolve(name);
  if (!existsSync(path.join(folder, 'config.json')))
    throw new UsageError(
      `--model is "${name}", but must be ${bundled}, ${GEOMETRY}, ` +
        'or a folder with config.json and onnx/, in the layout of the hub',
    );
  const base = path.basename(folder);
  return { name: base, folder, repository: `bench/${base}`, replyTokens: 32 };
}

/**
 * The model for `loadAgent`: the id of the bundled one, or an entry of its own.
 *
 * @param {BenchModel} model
 * @returns {string | import('../../src/models/model.js').Model}
 */
export function entryOf({ name, folder, repository }) {
  if (!repository) return name;
  const variants = WEIGHTS.filter(([, , file]) => existsSync(path.join(folder, file)));
  return {
    id: repository,
    title: name,
    description: '',
    source: { kind: 'hub', repository, revision: 'main' },
    // The length decides about threads. The hub's listing has the digest.
    files: Object.fromEntries(
      variants.map(([, , file]) => [file, { bytes: statSync(path.join(folder, file)).size }]),
    ),
    variants: variants.map(([device, dtype, file]) => ({ device, dtype, file })),
    capabilities: [],
    promptFormat: 'template',
  };
}
