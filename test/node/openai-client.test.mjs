import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI, {
  APIConnectionError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  RateLimitError,
} from 'openai';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { TELLS_WEATHER, WEATHER_RESULT } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { eventually, HELLO, MODEL, STORY, WEATHER } from './openai-helpers.mjs';

/* The official client, unchanged: it sends and reads what other clients will. */

const KEY = 'sk-test-client';
const [ANSWER] = replies.greeting;
/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
/** @type {OpenAI} */
let client;
before(async () => {
  server = await startOpenAiServer({ apiKey: KEY, graceMs: 0 });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: KEY, maxRetries: 0 });
});
after(() => server.close());

/**
 * The answer is a completion or a stream, as the body asks.
 *
 * @param {object} [body]
 * @param {OpenAI.RequestOptions} [options]
 * @returns {Promise<import('./openai-helpers.mjs').Json>}
 */
const create = (body, options) =>
  client.chat.completions.create(
    /** @type {OpenAI.ChatCompletionCreateParams} */ ({
      model: MODEL,
      messages: HELLO,
      temperature: 0,
      ...body,
    }),
    options,
  );

test('models: list and retrieve', async () => {
  const { data } = await client.models.list();
  assert.deepEqual(
    data.map(
      (/** @type {import('./openai-helpers.mjs').Json} */ { id, object, max_model_len }) => ({
        id,
        object,
        max_model_len,
      }),
    ),
    [{ id: MODEL, object: 'model', max_model_len: 512 }],
  );
  assert.equal((await client.models.retrieve(MODEL)).id, MODEL);
});

test('a completion', async () => {
  const { object, choices, usage } = await create();
  assert.equal(object, 'chat.completion');
  assert.equal(choices[0].message.content, ANSWER);
  assert.equal(choices[0].finish_reason, 'stop');
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
});

test("gives the same text in a loop over the stream and in the client's helper", async () => {
  let looped = '';
  for await (const chunk of await create({ stream: true }))
    looped += chunk.choices[0]?.delta.content ?? '';
  const stream = client.chat.completions.stream({ model: MODEL, messages: HELLO, temperature: 0 });
  let pieces = '';
  stream.on('content', (piece) => (pieces += piece));
  const final = await stream.finalChatCompletion();
  assert.deepEqual([looped, pieces, final.choices[0]?.message.content], Array(3).fill(ANSWER));
});

describe('a tool call and its result', () => {
  /** @type {{ role: 'user', content: string }[]} */
  const messages = [{ role: 'user', content: 'What is the weather in Quelmar?' }];
  /** @param {import('./openai-helpers.mjs').Json} assistant */
  const goOn = (assistant) =>
    create({
      tools: [WEATHER],
      messages: [
        ...messages,
        assistant,
        { role: 'tool', tool_call_id: assistant.tool_calls[0].id, content: WEATHER_RESULT },
      ],
    });

  test('not streamed', async () => {
    const {
      choices: [choice],
    } = await create({ messages, tools: [WEATHER] });
    assert.equal(choice.finish_reason, 'tool_calls');
    assert.equal(choice.message.content, null);
    assert.equal(choice.message.tool_calls[0].function.name, 'get_weather');
    assert.deepEqual(JSON.parse(choice.message.tool_calls[0].function.arguments), {
      city: 'Quelmar',
    });
    const {
      choices: [answer],
    } = await goOn(choice.message);
    assert.match(answer.message.content, TELLS_WEATHER);
    assert.equal(answer.finish_reason, 'stop');
  });

  test('streamed', async () => {
    const stream = client.chat.completions.stream({
      model: MODEL,
      messages,
      tools: [WEATHER],
      temperature: 0,
    });
    let content = '';
    stream.on('content', (piece) => (content += piece));
    /** @type {import('./openai-helpers.mjs').Json} */
    const final = await stream.finalChatCompletion();
    const { message, finish_reason: reason } = final.choices[0];
    assert.equal(reason, 'tool_calls');
    assert.equal(content, '', 'nothing of the call is content');
    assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { city: 'Quelmar' });
    assert.match((await goOn(message)).choices[0].message.content, TELLS_WEATHER);
  });

  test('calls nothing if tool_choice is none', async () => {
    const {
      choices: [choice],
    } = await create({ messages, tools: [WEATHER], tool_choice: 'none' });
    assert.equal(choice.finish_reason, 'stop');
    assert.equal(choice.message.tool_calls, undefined);
  });
});

describe("each error has the client's class for it", () => {
  /**
   * @type {[
   *   name: string,
   *   type: abstract new (...args: never) => InstanceType<typeof OpenAI.APIError>,
   *   status: number,
   *   code: string | null,
   *   call: () => Promise<unknown>,
   * ][]}
   */
  const cases = [
    [
      'a wrong key',
      AuthenticationError,
      401,
      'invalid_api_key',
      () =>
        new OpenAI({
          baseURL: `${server.url}/v1`,
          apiKey: 'sk-wrong',
          maxRetries: 0,
        }).models.list(),
    ],
    ['an unknown model', NotFoundError, 404, 'model_not_found', () => create({ model: 'gpt-0' })],
    ['a bad value', BadRequestError, 400, null, () => create({ temperature: 3 })],
    [
      'a prompt that is too long',
      BadRequestError,
      400,
      'context_length_exceeded',
      () => create({ messages: [{ role: 'user', content: 'river stone '.repeat(600) }] }),
    ],
    [
      'too many requests',
      RateLimitError,
      429,
      'fault',
      () =>
        new OpenAI({
          baseURL: `${server.url}/fault:status=429/v1`,
          apiKey: KEY,
          maxRetries: 0,
        }).chat.completions.create({ model: MODEL, messages: HELLO }),
    ],
  ];
  for (const [name, type, status, code, call] of cases) {
    test(name, async () => {
      await assert.rejects(call(), (error) => {
        assert.ok(error instanceof type, String(error));
        assert.deepEqual([error.status, error.code], [status, code]);
        return true;
      });
    });
  }

  test('a lost connection', async () => {
    const lost = new OpenAI({ baseURL: `${server.url}/fault:lost/v1`, apiKey: KEY, maxRetries: 0 });
    await assert.rejects(
      lost.chat.completions.create({ model: MODEL, messages: HELLO }),
      APIConnectionError,
    );
  });

  test('a retry succeeds', async () => {
    const retrying = new OpenAI({
      baseURL: `${server.url}/fault:status=503,retry-after=0,once=client-retry/v1`,
      apiKey: KEY,
      maxRetries: 1,
    });
    assert.equal(
      (await retrying.chat.completions.create({ model: MODEL, messages: HELLO, temperature: 0 }))
        .choices[0]?.message.content,
      ANSWER,
    );
    const log = await (
      await fetch(`${server.url}/faults/log?key=client-retry`, {
        headers: { authorization: `Bearer ${KEY}` },
      })
    ).json();
    assert.deepEqual(
      log.map((/** @type {import('./openai-helpers.mjs').Json} */ { status }) => status),
      [503, 200],
    );
  });
});

test('abort ends a stream and frees its slot', async () => {
  const whole = (await create({ messages: STORY })).usage.completion_tokens;
  const stream = await create({ messages: STORY, stream: true });
  let chunks = 0;
  // The client still yields the chunks that arrived with the third one.
  for await (const _ of stream) if (++chunks === 3) stream.controller.abort();
  assert.ok(chunks < whole / 2, `${chunks} chunks of ${whole} tokens`);
  const signal = AbortSignal.abort();
  await assert.rejects(create({ messages: STORY }, { signal }), APIUserAbortError);
  await eventually(async () =>
    assert.deepEqual(await (await fetch(`${server.url}/health`)).json(), {
      status: 'ok',
      running: 0,
      queued: 0,
    }),
  );
});
