import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { env, pipeline, Tensor } from '@huggingface/transformers';
import { DISTILGPT2, WEIGHTS, writeRandomModel } from '../../bench/models/random-model.mjs';
import { wordTokenizer } from '../../bench/models/words.mjs';

// The model of the bench that has random weights, in a small geometry.

const root = mkdtempSync(path.join(os.tmpdir(), 'unmocked-random-model-'));
const folder = path.join(root, 'small');
const geometry = { layers: 2, heads: 4, width: 64, vocabulary: 4096, positions: 128 };

/** @type {import('@huggingface/transformers').TextGenerationPipeline} */
let generator;
before(async () => {
  writeRandomModel(folder, geometry);
  Object.assign(env, { allowRemoteModels: false, localModelPath: root });
  generator = await pipeline('text-generation', 'small', {
    dtype: 'q8',
    device: 'cpu',
    model_file_name: 'decoder_model_merged',
  });
});
after(() => rmSync(root, { recursive: true, force: true }));

const messages = [{ role: 'user', content: 'Tell me a story about a dragon.' }];
/** @param {string} text @returns {number[]} */
const encode = (text) => generator.tokenizer.encode(text, { add_special_tokens: false });

test('it says words that are encoded again as the tokens that it said', async () => {
  const prompt = encode(
    /** @type {string} */ (
      generator.tokenizer.apply_chat_template(messages, {
        tokenize: false,
        add_generation_prompt: true,
      })
    ),
  );
  const input = (/** @type {number[]} */ ids) => ({
    input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), [1, ids.length]),
  });
  const output = /** @type {import('@huggingface/transformers').Tensor} */ (
    await generator.model.generate(
      /** @type {Parameters<typeof generator.model.generate>[0]} */ (
        /** @type {unknown} */ ({ ...input(prompt), max_new_tokens: 24, do_sample: false })
      ),
    )
  );
  const all = /** @type {bigint[]} */ (output.tolist()[0]).map(Number);
  const said = all.slice(prompt.length);
  assert.equal(said.length, 24, 'it never ends by itself');
  assert.ok(new Set(said).size > 1, 'not all tokens are the same');
  assert.deepEqual(encode(generator.tokenizer.decode(said)), said);

  // The whole text at once, through the branch without a KV cache, gives the same tokens.
  const { logits } = await generator.model(input(all));
  const [, length, vocabulary] = logits.dims;
  assert.deepEqual([length, vocabulary], [all.length, geometry.vocabulary]);
  const likeliest = said.map((_, index) => {
    const start = (prompt.length - 1 + index) * vocabulary;
    /** @type {Float32Array} */
    const row = logits.data.subarray(start, start + vocabulary);
    return row.indexOf(Math.max(...row));
  });
  assert.deepEqual(likeliest, said);
});

describe('the folder', () => {
  test('is written once, and again for another geometry', () => {
    const { mtimeMs } = statSync(path.join(folder, WEIGHTS));
    assert.equal(writeRandomModel(folder, geometry), false);
    assert.equal(statSync(path.join(folder, WEIGHTS)).mtimeMs, mtimeMs);
    const other = path.join(root, 'other');
    assert.equal(writeRandomModel(other, { ...geometry, layers: 1 }), true);
    const first = readFileSync(path.join(other, WEIGHTS));
    assert.equal(writeRandomModel(other, { ...geometry, layers: 3 }), true);
    assert.ok(readFileSync(path.join(other, WEIGHTS)).length > first.length);
  });

  test('has the same weights each time', () => {
    const again = path.join(root, 'again');
    writeRandomModel(again, geometry);
    assert.deepEqual(
      readFileSync(path.join(again, WEIGHTS)),
      readFileSync(path.join(folder, WEIGHTS)),
    );
  });
});

test('the tokenizer of the reference model has as many tokens as its own', () => {
  const { vocabulary, positions } = DISTILGPT2;
  const { tokenizer, endId, isWord } = wordTokenizer(vocabulary, positions);
  const { vocab, merges } = tokenizer.model;
  assert.deepEqual(
    Object.values(vocab).toSorted((a, b) => a - b),
    Array.from({ length: 50_257 }, (_, id) => id),
  );
  assert.equal(endId, 50_256);
  assert.equal(isWord(endId), false);
  assert.equal(merges.length, 49_998);
  assert.equal(new Set(merges).size, merges.length);
  for (const merge of merges) for (const part of merge.split(' ')) assert.ok(part in vocab, part);
});
