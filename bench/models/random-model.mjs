import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mergedDecoder } from './gpt2.mjs';
import { wordTokenizer } from './words.mjs';

/** The geometry of distilgpt2, the reference model. */
export const DISTILGPT2 = /** @satisfies {import('./gpt2.mjs').Geometry} */ ({
  layers: 6,
  heads: 12,
  width: 768,
  vocabulary: 50_257,
  positions: 1024,
});

/** The path of the weights in the folder. */
export const WEIGHTS = 'onnx/decoder_model_merged_quantized.onnx';

/** What makes the model. If one of these changes, an older model is of no use. */
const SOURCES = ['gpt2.mjs', 'graph.mjs', 'random.mjs', 'random-model.mjs', 'words.mjs'];

/**
 * Writes a model with random weights in the hub's layout, unless the folder has it.
 *
 * @param {string} folder
 * @param {import('./gpt2.mjs').Geometry} geometry
 * @returns {boolean} whether it was written now.
 */
export function writeRandomModel(folder, geometry) {
  const stamp = createHash('sha256').update(JSON.stringify(geometry));
  for (const name of SOURCES) stamp.update(readFileSync(path.join(import.meta.dirname, name)));
  const wanted = stamp.digest('hex');
  const stampFile = `${folder}.sha256`;
  if (existsSync(folder) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted)
    return false;
  const temporary = `${folder}.part`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(path.join(temporary, 'onnx'), { recursive: true });
  for (const [name, content] of Object.entries(filesOf(geometry)))
    writeFileSync(
      path.join(temporary, name),
      content instanceof Uint8Array ? content : JSON.stringify(content),
    );
  rmSync(folder, { recursive: true, force: true });
  renameSync(temporary, folder);
  writeFileSync(stampFile, wanted);
  return true;
}

/**
 * @param {import('./gpt2.mjs').Geometry} geometry
 * @returns {Record<string, object>}
 */
function filesOf(geometry) {
  const { layers, heads, width, vocabulary, positions } = geometry;
  const { endId, isWord, tokenizer, tokenizerConfig } = wordTokenizer(vocabulary, positions);
  return {
    'config.json': {
      model_type: 'gpt2',
      architectures: ['GPT2LMHeadModel'],
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      n_embd: width,
      n_layer: layers,
      n_head: heads,
      n_positions: positions,
      n_ctx: positions,
      vocab_size: vocabulary,
      bos_token_id: endId - 2,
      eos_token_id: endId,
      pad_token_id: endId - 2,
      use_cache: true,
    },
    'generation_config.json': {
      bos_token_id: endId - 2,
      eos_token_id: endId,
      pad_token_id: endId - 2,
      do_sample: false,
    },
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': tokenizerConfig,
    [WEIGHTS]: mergedDecoder(geometry, { silent: (id) => !isWord(id) }),
  };
}
