import { expect } from '@esm-bundle/chai';
import { checkLogits } from '../../src/engine/runtime/checked-logits.js';
import { Engine } from '../../src/engine/engine.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import type { Attempt } from '../../src/engine/ladder.js';
import type { UnmockedError } from '../../src/errors.js';
import type { Model } from '../../src/models/model.js';
import { unmockedTiny } from '../../src/models/unmocked-tiny.js';
import { blobUrl, rejection, tinyQ8, withChanged } from '../helpers.js';

/** How loading the model fails. Nothing may be left of it. */
async function refusal(model: Model): Promise<UnmockedError> {
  const error = await rejection(new EnginePool().acquire({ model, device: 'wasm' }));
  expect(Engine.alive.size).to.equal(0);
  return error;
}

const modelFile = (path: string) => fetch(`/models/${unmockedTiny.id}/${path}`);

describe('a model whose files cannot be right', () => {
  const configs: [what: string, changes: object, message: RegExp][] = [
    [
      'a context window in words',
      { n_positions: 'many' },
      /n_positions is "many", but has to be a whole number from 1 to/,
    ],
    ['a negative context window', { n_positions: -5 }, /n_positions is -5, but/],
    ['a huge context window', { n_positions: 1e15 }, /n_positions is 1000000000000000, but/],
    ['half a token', { max_position_embeddings: 10.5 }, /max_position_embeddings is 10\.5, but/],
    [
      'an end of text outside of the vocabulary',
      { eos_token_id: 999_999 },
      /eos_token_id is 999999, but vocab_size is \d+/,
    ],
    [
      'an end of text that is no number',
      { eos_token_id: '</s>' },
      /eos_token_id is "<\/s>", but has to be a token id/,
    ],
  ];
  for (const [what, changes, message] of configs)
    it(`is refused before its weights are downloaded: ${what}`, async () => {
      const model = await withChanged('config.json', changes);
      // Weights that do not exist would be another error.
      const weights = { [model.variants[0]!.file]: { url: '/no/such/weights.onnx' } };
      const { code, message: said } = await refusal({
        ...model,
        files: { ...model.files, ...weights },
      });
      expect(code).to.equal('invalid-model');
      expect(said).to.match(/^config\.json of "unmocked-tiny" cannot be right: /);
      expect(said).to.match(message);
    });

  it('is refused: generation_config.json ends replies with a token that does not exist', async () => {
    const { code, message } = await refusal(
      await withChanged('generation_config.json', { eos_token_id: [3, 70_000] }),
    );
    expect(code).to.equal('invalid-model');
    expect(message).to.match(/^generation_config\.json of .* eos_token_id is 70000, but/);
  });

  it('is refused with both sizes: a tokenizer of another model', async () => {
    const tokenizer = await (await modelFile('tokenizer.json')).json();
    tokenizer.model.vocab['zzzz'] = 60_000;
    const url = blobUrl(JSON.stringify(tokenizer), 'application/json');
    const { code, message, details } = await refusal(
      tinyQ8({ files: { 'tokenizer.json': { url } } }),
    );
    expect(code).to.equal('invalid-model');
    expect(message).to.include('token ids up to 60000');
    expect(details).to.deep.include({
      tokenizer: 60_001,
      vocabulary: unmockedTiny.geometry!.vocabulary,
    });
  });
});

describe('weights that are damaged', () => {
  it('with NaN fail the load by name, before anybody is answered', async () => {
    const file = 'onnx/model.onnx';
    const bytes = new Uint8Array(await (await modelFile(file)).arrayBuffer());
    // Four bytes of ones are NaN as float32. Weights are nearly all of the file.
    const middle = bytes.length >> 1;
    bytes.fill(0xff, middle, middle + 400);
    const error = await refusal({
      ...unmockedTiny,
      variants: unmockedTiny.variants.filter(
        ({ device, dtype }) => device === 'wasm' && dtype === 'fp32',
      ),
      files: { ...unmockedTiny.files, [file]: { url: blobUrl(bytes) } },
    });
    expect(error.code).to.equal('no-device');
    const [attempt] = error.details['attempts'] as Attempt[];
    expect(attempt!.error!.code).to.equal('invalid-logits');
    expect(attempt!.error!.message).to.match(/the logit of token \d+ is NaN/);
  });

  const logits: [what: string, values: number[], message: RegExp | undefined][] = [
    ['numbers', [1, -2, 0.5], undefined],
    ['numbers and tokens that the graph masks', [1, -Infinity, 2], undefined],
    ['NaN in the end', [1, 2, NaN], /the logit of token 2 is NaN/],
    ['infinity', [Infinity, 2, 1], /the logit of token 0 is Infinity/],
    ['zeros alone, as a lost device gives', [0, 0, 0], /all 3 logits are 0/],
    ['masked tokens alone', [-Infinity, -Infinity], /all 2 logits are -Infinity/],
  ];
  for (const [what, values, message] of logits)
    it(`${message ? 'are refused' : 'are not meant'}: ${what}`, () => {
      const check = () => checkLogits(Float32Array.from(values));
      if (message) expect(check).to.throw(message).with.property('code', 'invalid-logits');
      else expect(check).not.to.throw();
    });
});
