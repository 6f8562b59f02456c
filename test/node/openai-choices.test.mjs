import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { ROOT } from '../../scripts/lib/install.mjs';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { loadServerModel } from '../../scripts/lib/typescript.mjs';
import { conversations } from '../conversations.mjs';
import { golden, replies } from '../golden.mjs';
import { allEvents, completed, MODEL, STORY, STORY_STOP } from './openai-helpers.mjs';

/* Several choices, the probabilities of tokens, and what changes them. */

/** @typedef {import('./openai-helpers.mjs').Json} Json */
/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
/** @type {import('../../server/model.js').LocalModel['generator']} */
let generator;
before(async () => {
  server = await startOpenAiServer();
  const { loadServedModel } = await loadServerModel();
  ({ generator } = await loadServedModel({ model: MODEL, root: ROOT }));
});
after(() => server.close());

/** @param {string} text */
const user = (text) => [{ role: 'user', content: text }];
const SAMPLED = { messages: STORY, temperature: 2, max_tokens: 20 };
/** @param {Json} completion */
const texts = ({ choices }) => choices.map((/** @type {Json} */ one) => one.message.content);

describe('n choices', () => {
  test('have an index and differ; the first is that of one choice; usage sums', async () => {
    const whole = await completed(server.url, { ...SAMPLED, seed: 5, n: 3 });
    assert.deepEqual(
      whole.choices.map((/** @type {Json} */ { index }) => index),
      [0, 1, 2],
    );
    assert.equal(new Set(texts(whole)).size, 3);
    const alone = await Promise.all(
      [5, 6, 7].map((seed) => completed(server.url, { ...SAMPLED, seed })),
    );
    assert.deepEqual(texts(whole), alone.flatMap(texts));
    const { usage } = whole;
    assert.equal(usage.prompt_tokens, alone[0].usage.prompt_tokens);
    assert.equal(
      usage.completion_tokens,
      alone.reduce((sum, one) => sum + one.usage.completion_tokens, 0),
    );
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  });

  test('differ without a seed', async () => {
    assert.ok(new Set(texts(await completed(server.url, { ...SAMPLED, n: 8 }))).size > 1);
  });

  test('stream as they are answered: each has a role, its text and a finish reason', async () => {
    const body = { ...SAMPLED, seed: 5, n: 3 };
    const whole = await completed(server.url, body);
    const events = await allEvents(server.url, {
      ...body,
      stream_options: { include_usage: true },
    });
    const last = events.pop();
    assert.deepEqual(last.usage, whole.usage);
    for (const [index, text] of texts(whole).entries()) {
      const own = events
        .flatMap(({ choices }) => choices)
        .filter((/** @type {Json} */ choice) => choice.index === index);
      assert.equal(own[0].delta.role, 'assistant');
      assert.equal(own.map((/** @type {Json} */ { delta }) => delta.content ?? '').join(''), text);
      assert.deepEqual(own.map((/** @type {Json} */ one) => one.finish_reason).filter(Boolean), [
        whole.choices[index].finish_reason,
      ]);
    }
  });

  test("reach the client's helper", async () => {
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const final = await client.chat.completions
      .stream({ model: MODEL, messages: STORY, n: 2, seed: 5, temperature: 2, max_tokens: 20 })
      .finalChatCompletion();
    assert.deepEqual(
      texts(final),
      texts(await completed(server.url, { ...SAMPLED, seed: 5, n: 2 })),
    );
  });
});

describe('logprobs', () => {
  /** @param {Json} choice */
  const bytesOf = (choice) =>
    Buffer.from(
      choice.logprobs.content.flatMap((/** @type {Json} */ { bytes }) => bytes),
    ).toString();
  /** @type {Record<string, object>} */
  const bodies = {
    'a reply': {},
    'a cut reply': { messages: STORY, max_tokens: 5 },
    'an emoji, whose bytes are several tokens': { messages: user('Repeat after me: 🙂 river') },
    'a reply that a stop sequence ends': { messages: STORY, stop: [STORY_STOP] },
  };
  for (const [name, body] of Object.entries(bodies)) {
    test(`the bytes of the tokens are the content: ${name}`, async () => {
      const asked = { ...body, logprobs: true };
      const [choice] = (await completed(server.url, asked)).choices;
      const { content } = choice.message;
      // A stop sequence can begin within a token.
      if ('stop' in body) assert.ok(bytesOf(choice).startsWith(content) && content !== '');
      else assert.equal(bytesOf(choice), content);
      assert.equal(choice.logprobs.refusal, null);
      for (const { token, logprob, top_logprobs: top } of choice.logprobs.content) {
        assert.equal(typeof token, 'string');
        assert.ok(logprob <= 0);
        assert.deepEqual(top, []);
      }
      const events = await allEvents(server.url, asked);
      assert.deepEqual(
        events.flatMap(({ choices }) => choices[0].logprobs?.content ?? []),
        choice.logprobs.content,
      );
    });
  }

  test('bytes that are no character alone are written as escapes', async () => {
    // The first of the tokens of an emoji, and never the others.
    const [part] = generator.encode('🙂');
    const [choice] = (
      await completed(server.url, {
        logit_bias: { [String(part)]: 100 },
        max_tokens: 2,
        logprobs: true,
      })
    ).choices;
    assert.equal(choice.logprobs.content.length, 2);
    for (const { token, bytes } of choice.logprobs.content) {
      assert.match(token, /\\x/);
      assert.equal(
        token,
        bytes.map((/** @type {number} */ byte) => `\\x${byte.toString(16)}`).join(''),
      );
    }
  });

  test('top_logprobs: the likeliest tokens first; greedy picks the first', async () => {
    const [choice] = (await completed(server.url, { logprobs: true, top_logprobs: 3 })).choices;
    for (const { token, logprob, top_logprobs: top } of choice.logprobs.content) {
      assert.equal(top.length, 3);
      assert.deepEqual([top[0].token, top[0].logprob], [token, logprob]);
      assert.ok(top[0].logprob >= top[1].logprob && top[1].logprob >= top[2].logprob);
    }
  });

  test('none without the field', async () => {
    assert.equal((await completed(server.url)).choices[0].logprobs, null);
  });
});

describe('what changes the next token', () => {
  test('logit_bias: -100 bans a token, 100 forces it', async () => {
    const [{ token_ids: ids, message }] = (await completed(server.url, { return_token_ids: true }))
      .choices;
    assert.deepEqual([message.content, ids], [replies.greeting[0], golden.q8.greeting[0]]);
    const banned = await completed(server.url, {
      logit_bias: { [ids[0]]: -100 },
      return_token_ids: true,
    });
    assert.ok(!banned.choices[0].token_ids.includes(ids[0]));
    const [fox] = generator.encode(' fox');
    const forced = await completed(server.url, {
      logit_bias: { [String(fox)]: 100 },
      max_tokens: 4,
      return_token_ids: true,
    });
    assert.deepEqual(forced.choices[0].token_ids, Array(4).fill(fox));
  });

  // The model is so sure of itself that only a sum of penalties, or sampling, shows them. So the
  // token gets the smallest bias with which it repeats.
  test('frequency_penalty: a token that repeats comes less often', async () => {
    const [river] = generator.encode(' river');
    let bias = 10;
    /** @param {object} [more] */
    const count = async (more) => {
      const { choices } = await completed(server.url, {
        logit_bias: { [String(river)]: bias },
        max_tokens: 16,
        return_token_ids: true,
        ...more,
      });
      return choices[0].token_ids.filter((/** @type {number} */ id) => id === river).length;
    };
    while ((await count()) < 8 && bias < 100) bias++;
    const without = await count();
    assert.ok(without >= 8, `${without} times with a bias of ${bias}`);
    assert.ok((await count({ frequency_penalty: 2 })) < without, `${without} times without`);
    assert.ok((await count({ frequency_penalty: -2 })) >= without);
  });

  test('presence_penalty changes what is sampled after the first tokens', async () => {
    const body = { messages: STORY, temperature: 2, seed: 5, max_tokens: 40 };
    const [without, same, penalized] = await Promise.all(
      [undefined, 0, 2].map(async (presence_penalty) =>
        texts(await completed(server.url, { ...body, presence_penalty })),
      ),
    );
    assert.deepEqual(same, without);
    assert.notDeepEqual(penalized, without);
  });
});

describe('usage', () => {
  test('counts reasoning, in its own field or in tags, and what the cache held', async () => {
    const messages = user(conversations.thinking.turns[0]);
    for (const reasoning_format of ['none', 'deepseek']) {
      const { usage } = await completed(server.url, { messages, reasoning_format });
      const { reasoning_tokens: reasoning } = usage.completion_tokens_details;
      assert.ok(reasoning > 3 && reasoning < usage.completion_tokens, `${reasoning}`);
      assert.equal(usage.prompt_tokens_details.cached_tokens, 0);
    }
    const { usage } = await completed(server.url);
    assert.equal(usage.completion_tokens_details.reasoning_tokens, 0);
  });
});

test('a refusal in a history is what the assistant said', async () => {
  const refusal = { role: 'assistant', content: null, refusal: 'No, thanks.' };
  const part = { role: 'assistant', content: [{ type: 'refusal', refusal: 'No, thanks.' }] };
  for (const said of [refusal, part]) {
    const { prompt_token_ids: ids } = await completed(server.url, {
      messages: [...user('Hi.'), said, ...user('Why?')],
      max_tokens: 1,
      return_token_ids: true,
    });
    assert.match(generator.decode(ids, false), /Assistant: No, thanks\./);
  }
});
