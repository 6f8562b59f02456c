import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { MAX_TOKENS } from '../conversations.mjs';
import { completed, HELLO, MODEL } from './openai-helpers.mjs';

/** @typedef {import('./openai-helpers.mjs').Json} Json */

/* The official client, unchanged, on /v1/completions. */

/** The bundled model continues it beyond the default limit of 16 tokens. */
const PROMPT = 'Once upon a time there was a small dragon.';
/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
/** @type {OpenAI} */
let client;
before(async () => {
  server = await startOpenAiServer({ graceMs: 0 });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
after(() => server.close());

/**
 * The answer is a completion or a stream, as the body asks.
 *
 * @param {object} [body]
 * @returns {Promise<Json>}
 */
const create = (body) =>
  client.completions.create(
    /** @type {Json} */ ({ model: MODEL, prompt: PROMPT, temperature: 0, ...body }),
  );

/**
 * @param {object} [body]
 * @returns {Promise<Json[]>}
 */
async function streamed(body) {
  const chunks = [];
  for await (const chunk of await create({ stream: true, ...body })) chunks.push(chunk);
  return chunks;
}

test('continues the prompt as it is, with at most 16 tokens', async () => {
  const { id, object, choices, usage } = await create();
  assert.match(id, /^cmpl-/);
  assert.equal(object, 'text_completion');
  const [{ text, ...choice }] = choices;
  assert.ok(text.length > 0);
  assert.deepEqual(choice, { index: 0, logprobs: null, finish_reason: 'length' });
  assert.equal(usage.completion_tokens, 16);
  assert.equal(usage.total_tokens, usage.prompt_tokens + 16);
  const chat = await completed(server.url, { messages: [{ role: 'user', content: PROMPT }] });
  assert.ok(usage.prompt_tokens < chat.usage.prompt_tokens, 'nothing is added to the prompt');
});

test('continues a conversation in the format of the model as the chat does', async () => {
  const prompt = await server.models[0]?.prompt({ messages: HELLO, tools: [] });
  const { choices } = await create({ prompt: prompt?.text, max_tokens: MAX_TOKENS });
  const chat = await completed(server.url, { messages: HELLO });
  assert.equal(choices[0].text.trim(), chat.choices[0].message.content);
  assert.equal(choices[0].finish_reason, 'stop');
});

test('a stream says the same', async () => {
  const whole = await create({ echo: true });
  const chunks = await streamed({ echo: true, stream_options: { include_usage: true } });
  const last = chunks.pop();
  assert.deepEqual(last.choices, []);
  assert.deepEqual(last.usage, whole.usage);
  assert.ok(chunks.length > 3, `${chunks.length} chunks`);
  assert.equal(chunks.map(({ choices: [choice] }) => choice.text).join(''), whole.choices[0].text);
  assert.deepEqual(chunks.map(({ choices: [choice] }) => choice.finish_reason).filter(Boolean), [
    'length',
  ]);
  assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
});

test('echo repeats the prompt before the text', async () => {
  const [{ text }] = (await create()).choices;
  assert.equal((await create({ echo: true })).choices[0].text, PROMPT + text);
});

test('a stop sequence ends the text', async () => {
  const [{ text }] = (await create()).choices;
  const stop = text.trim().split(' ')[2];
  const { choices } = await create({ stop });
  assert.equal(choices[0].text, text.slice(0, text.indexOf(stop)));
  assert.equal(choices[0].finish_reason, 'stop');
});

test('the same seed repeats the text', async () => {
  const sample = async (/** @type {number} */ seed) =>
    (await create({ temperature: 1.5, seed })).choices[0].text;
  assert.equal(await sample(7), await sample(7));
  assert.notEqual(await sample(7), await sample(8));
});

test('several prompts give a choice each', async () => {
  const prompt = [PROMPT, 'The capital of'];
  const alone = await Promise.all(prompt.map((one) => create({ prompt: one })));
  const both = await create({ prompt });
  assert.deepEqual(
    both.choices.map((/** @type {Json} */ { index, text }) => [index, text]),
    alone.map(({ choices: [{ text }] }, index) => [index, text]),
  );
  assert.equal(
    both.usage.total_tokens,
    alone.reduce((sum, { usage }) => sum + usage.total_tokens, 0),
  );
  const texts = ['', ''];
  for (const { choices } of await streamed({ prompt })) texts[choices[0].index] += choices[0].text;
  assert.deepEqual(
    texts,
    alone.map(({ choices: [{ text }] }) => text),
  );
});

describe('refuses', () => {
  /** @type {[name: string, body: object, param: string][]} */
  const cases = [
    ['token ids', { prompt: [1, 2] }, 'prompt'],
    ['no prompt', { prompt: undefined }, 'prompt'],
    ['a suffix', { suffix: 'x' }, 'suffix'],
    ['log probabilities', { logprobs: 3 }, 'logprobs'],
    ['two choices', { n: 2 }, 'n'],
    ['messages', { messages: [] }, 'messages'],
    ['a prompt that is too long', { prompt: 'river stone '.repeat(600) }, 'prompt'],
  ];
  for (const [name, body, param] of cases)
    test(name, async () => {
      for (const stream of [false, true])
        await assert.rejects(create({ ...body, stream }), (error) => {
          assert.ok(error instanceof BadRequestError, String(error));
          assert.equal(error.param, param, error.message);
          return true;
        });
    });

  test('an unknown model', () => assert.rejects(create({ model: 'gpt-0' }), NotFoundError));
});
