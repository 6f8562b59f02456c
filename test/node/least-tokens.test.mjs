import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { AutoTokenizer, env } from '@huggingface/transformers';
import { ROOT } from '../../scripts/lib/install.mjs';
import { importTypeScript } from '../../scripts/lib/typescript.mjs';
import { MODEL } from './openai-helpers.mjs';

const { leastTokens } = /** @type {typeof import('../../server/least-tokens.js')} */ (
  await importTypeScript('server/least-tokens.ts')
);

describe('the lower bound of the tokens in a text', () => {
  /** @type {import('@huggingface/transformers').PreTrainedTokenizer} */
  let tokenizer;
  before(async () => {
    env.allowRemoteModels = false;
    env.localModelPath = path.join(ROOT, 'public/models/');
    tokenizer = await AutoTokenizer.from_pretrained(MODEL);
  });
  /** @param {string} text */
  const count = (text) => tokenizer.encode(text, { add_special_tokens: false }).length;

  test('is never above their number, and is not nothing', () => {
    const longest =
      [...tokenizer.get_vocab().keys()].toSorted((a, b) => b.length - a.length)[0] ?? '';
    const texts = ['', 'hi', 'river '.repeat(200), '日本語 🎉 e\u0301'.repeat(50), ' '.repeat(500)];
    for (const text of [...texts, longest.repeat(40)]) {
      const least = leastTokens(tokenizer)(text);
      assert.ok(least <= count(text), `${least} for ${count(text)}: ${text.slice(0, 20)}`);
      assert.equal(least > 0, text !== '');
    }
    assert.equal(leastTokens(tokenizer)(longest.repeat(40)), 40);
  });

  for (const [what, change] of /** @type {const} */ ([
    ['an unknown token', { model: { type: 'BPE', unk_token: '<unk>' } }],
    ['a normalizer', { model: { type: 'BPE' }, normalizer: { type: 'NFKC' } }],
    ['words', { model: { type: 'WordPiece' } }],
    ['a token that strips', { model: { type: 'BPE' }, added_tokens: [{ lstrip: true }] }],
  ]))
    test(`is 0 with ${what}, because one token may stand for any length`, () => {
      const other = Object.create(tokenizer, { _tokenizerJSON: { value: change } });
      assert.equal(leastTokens(other)('x'.repeat(1000)), 0);
    });
});
