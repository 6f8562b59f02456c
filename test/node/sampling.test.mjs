import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ROOT } from '../../scripts/lib/install.mjs';
import { createModelWorker } from '../../scripts/lib/openai/server.mjs';
import { loadServer } from '../../scripts/lib/typescript.mjs';
import { conversations } from '../conversations.mjs';
import { NEVER_ENDS, VOCABULARY_SIZE } from './openai-helpers.mjs';

/* Penalties, biases and logprobs on the bundled model, in the server's worker. */

/** @typedef {import('../../src/engine/protocol.js').GenerateRequest} GenerateRequest */
/** @typedef {import('../../src/engine/protocol.js').TokenEvent} TokenEvent */

describe('a generation', () => {
  /** @type {InstanceType<Awaited<ReturnType<typeof loadServer>>['ModelHost']>} */
  let host;
  /** @type {import('../../server/index.js').ServedModel} */
  let model;
  before(async () => {
    const { ModelHost } = await loadServer();
    host = new ModelHost(createModelWorker);
    model = await host.load({ model: 'unmocked-tiny', root: ROOT });
  });
  after(() => host?.close());

  const request = {
    prompt: `User: ${conversations.story.turns[0]}\nAssistant:`,
    maxTokens: 32,
    temperature: 0,
    topP: 1,
    topK: 0,
    repetitionPenalty: 1,
    seed: 3,
    stop: [],
    client: 'test',
  };
  /** @param {Partial<GenerateRequest>} [values] */
  async function generate(values) {
    /** @type {TokenEvent[]} */
    const events = [];
    const result = await model.generate(
      { ...request, ...values },
      (token) => events.push(token),
      new AbortController().signal,
    );
    return { ...result, events };
  }
  /** @param {readonly number[]} ids */
  const repeated = (ids) => ids.length - new Set(ids).size;

  test('reports no logprobs unless it is asked for them', async () => {
    const { events } = await generate();
    assert.deepEqual(Object.keys(events[0] ?? {}), ['index', 'tokenId', 'text']);
  });

  test('reports logprobs of the picked token and of the likeliest ones', async () => {
    const { events, outputTokenIds, text } = await generate({ logprobs: 20 });
    assert.deepEqual(
      events.map(({ tokenId }) => tokenId),
      outputTokenIds,
    );
    assert.equal(events.map((event) => event.text).join(''), text);
    for (const { tokenId, logprob = NaN, topLogprobs = [] } of events) {
      assert.equal(topLogprobs.length, 20);
      assert.deepEqual(topLogprobs[0], { tokenId, logprob }, 'greedy picks the likeliest');
      const values = topLogprobs.map((top) => top.logprob);
      assert.deepEqual(
        values.toSorted((a, b) => b - a),
        values,
      );
      const sum = values.reduce((total, value) => total + Math.exp(value), 0);
      assert.ok(sum > 0.5 && sum <= 1 + 1e-6, `the 20 likeliest add up to ${sum}`);
      assert.equal(new Set(topLogprobs.map((top) => top.tokenId)).size, 20);
    }
  });

  test('reports as many alternatives as asked for, 0 as well', async () => {
    for (const logprobs of [0, 1, 5]) {
      const { events } = await generate({ logprobs, maxTokens: 3 });
      for (const event of events) {
        assert.equal(event.topLogprobs?.length, logprobs);
        assert.equal(typeof event.logprob, 'number');
      }
    }
  });

  test("reports the model's own logprobs, whatever changes the choice", async () => {
    const plain = await generate({ logprobs: 20, maxTokens: 1 });
    const [likeliest, second] = plain.events[0]?.topLogprobs ?? [];
    assert.ok(likeliest && second);
    /** @type {Partial<GenerateRequest>[]} */
    const changes = [
      { temperature: 1.5, topP: 0.5, topK: 3 },
      { logitBias: { [likeliest.tokenId]: -100 } },
      { repetitionPenalty: 2 },
      { constraint: { type: 'regex', pattern: '[0-9]+' } },
    ];
    for (const change of changes) {
      const { events } = await generate({ ...change, logprobs: 20, maxTokens: 1 });
      assert.deepEqual(events[0]?.topLogprobs, plain.events[0]?.topLogprobs);
    }
    const { events } = await generate({
      logitBias: { [likeliest.tokenId]: -100 },
      logprobs: 0,
      maxTokens: 1,
    });
    assert.deepEqual([events[0]?.tokenId, events[0]?.logprob], [second.tokenId, second.logprob]);
  });

  test('all logprobs add up to 1', async () => {
    const { events } = await generate({ logprobs: VOCABULARY_SIZE, maxTokens: 1 });
    const sum = (events[0]?.topLogprobs ?? []).reduce((a, b) => a + Math.exp(b.logprob), 0);
    assert.ok(Math.abs(sum - 1) < 1e-4, String(sum));
  });

  test('never picks a token with a bias of -100, and always one with 100', async () => {
    const { outputTokenIds } = await generate();
    const [first = NaN] = outputTokenIds;
    const banned = Object.fromEntries(outputTokenIds.map((id) => [id, -100]));
    for (const temperature of [0, 1]) {
      const without = await generate({ logitBias: banned, temperature });
      assert.ok(without.outputTokenIds.every((id) => !outputTokenIds.includes(id)));
      const forced = await generate({ logitBias: { [first]: 100 }, temperature, maxTokens: 5 });
      assert.deepEqual(forced.outputTokenIds, Array(5).fill(first));
    }
  });

  test('lets a constraint win over a bias', async () => {
    const { outputTokenIds } = await generate({ maxTokens: 1 });
    const { text } = await generate({
      constraint: { type: 'regex', pattern: 'yes|no' },
      logitBias: { [outputTokenIds[0] ?? NaN]: 100 },
    });
    assert.match(text, /^(yes|no)$/);
  });

  test('refuses a bias on a token that the model does not have, and goes on', async () => {
    const size = VOCABULARY_SIZE;
    await assert.rejects(generate({ logitBias: { [size]: 1 } }), {
      code: 'invalid-argument',
      message: new RegExp(`token ${size}.*0 to ${size - 1}`),
    });
    const { outputTokenIds } = await generate({ maxTokens: 1 });
    assert.equal(outputTokenIds.length, 1);
  });

  // The bundled model is sure of what comes next, so the penalties are larger than those of OpenAI.
  test('repeats less with a penalty, and more with a negative one', async () => {
    const neverEnds = NEVER_ENDS.logit_bias;
    const plain = await generate({ maxTokens: 60, logitBias: neverEnds });
    for (const name of ['frequencyPenalty', 'presencePenalty']) {
      const less = await generate({ maxTokens: 60, logitBias: neverEnds, [name]: 10 });
      const more = await generate({ maxTokens: 60, logitBias: neverEnds, [name]: -10 });
      assert.ok(repeated(less.outputTokenIds) < repeated(plain.outputTokenIds), name);
      assert.ok(repeated(more.outputTokenIds) > repeated(plain.outputTokenIds), name);
    }
  });

  test('penalizes by count or by presence, and only what is in the output', async () => {
    const forced = await generate({ maxTokens: 1 });
    const [first = NaN] = forced.outputTokenIds;
    // A bias of 100 repeats the token until n times 30 takes the lead away. A presence costs once.
    const bias = { [first]: 100 };
    const counted = await generate({ logitBias: bias, frequencyPenalty: 30, maxTokens: 8 });
    const present = await generate({ logitBias: bias, presencePenalty: 30, maxTokens: 8 });
    const isFirst = counted.outputTokenIds.map((id) => id === first);
    assert.deepEqual(isFirst.slice(0, 3), [true, true, true]);
    assert.ok(isFirst.slice(3).includes(false), 'after some repetitions another token wins');
    assert.deepEqual(present.outputTokenIds, Array(8).fill(first));
  });

  test('penalizes no token of the prompt', async () => {
    const plain = await generate({ maxTokens: 1 });
    const read = plain.promptTokenIds.find((id) => id !== plain.outputTokenIds[0]) ?? NaN;
    // The penalty would cancel the bias.
    const options = { logitBias: { [read]: 100 }, frequencyPenalty: 100, maxTokens: 1 };
    assert.deepEqual((await generate(options)).outputTokenIds, [read]);
  });
});
