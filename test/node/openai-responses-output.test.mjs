import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI, { InternalServerError } from 'openai';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { loadServer } from '../../scripts/lib/typescript.mjs';
import { MODEL, modelOf } from './openai-helpers.mjs';

/** @typedef {import('./openai-helpers.mjs').Json} Json */

/* The bundled model neither fails nor writes such outputs when it is asked, so these are scripted. */

const HELLO = 'Hello, this is a test.';
const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
before(async () => (server = await startOpenAiServer({ graceMs: 0 })));
after(() => server.close());

describe('an output that is given', () => {
  /**
   * A client of a model that writes `pieces` and then fails if it is told to.
   *
   * @param {string[]} pieces
   * @param {Error} [failure]
   */
  async function clientOf(pieces, failure) {
    const { createHandler } = await loadServer();
    const model = modelOf(server);
    const ids = pieces.map((_, index) => index);
    /** @type {unknown[]} */
    const logged = [];
    const handler = createHandler({
      log: (error) => logged.push(error),
      models: [
        {
          ...model,
          prompt: (conversation) => model.prompt(conversation),
          generate: async (_, onToken) => {
            pieces.forEach((text, index) => onToken({ index, tokenId: index, text }));
            if (failure) throw failure;
            return {
              text: pieces.join(''),
              rawText: pieces.join(''),
              promptTokenIds: [1],
              outputTokenIds: ids,
              finishReason: 'stop',
              prefilledTokens: 1,
              timings: { queued: 0, firstToken: 0, total: 0, tokens: [] },
            };
          },
        },
      ],
    });
    const scripted = new OpenAI({
      baseURL: 'http://unmocked.invalid/v1',
      apiKey: 'none',
      maxRetries: 0,
      fetch: (input, init) => handler(new Request(input, init)),
    });
    return { scripted, logged };
  }
  /** @param {string} city */
  const call = (city) =>
    `<tool_call>\n{"name": "get_weather", "arguments": {"city": "${city}"}}\n</tool_call>`;
  const request = /** @type {Json} */ ({ model: MODEL, input: HELLO, tools: [WEATHER] });

  test('reasoning, text and calls are items in their order, without the space between', async () => {
    const pieces = [
      ' <think>Two',
      ' cities.</think>',
      'Let me',
      ' look.\n',
      call('Ulm'),
      '\n',
      call('Bonn'),
    ];
    const { scripted } = await clientOf(pieces);
    const { output } = await scripted.responses.create(request);
    assert.deepEqual(
      output.map((/** @type {Json} */ item) => [
        item.type,
        item.arguments ?? item.content[0].text,
        item.status,
      ]),
      [
        ['reasoning', 'Two cities.', 'completed'],
        ['message', 'Let me look.\n', 'completed'],
        ['function_call', '{"city":"Ulm"}', 'completed'],
        ['function_call', '{"city":"Bonn"}', 'completed'],
      ],
    );
    const final = await scripted.responses.stream(request).finalResponse();
    const facts = (/** @type {Json} */ { type, status, arguments: args, content }) => [
      type,
      status,
      args ?? content[0].text,
    ];
    assert.deepEqual(final.output.map(facts), output.map(facts));
    const single = await scripted.responses.create({ ...request, parallel_tool_calls: false });
    assert.equal(single.output.filter(({ type }) => type === 'function_call').length, 1);
  });

  test('white space around reasoning is no text, streamed or not', async () => {
    const pieces = ['<think>', '\n', 'Two\n', ' cities.', '\n', '</think>', '\n\n', 'Ulm', '\n'];
    const { scripted } = await clientOf(pieces);
    const { output } = await scripted.responses.create(request);
    assert.deepEqual(
      output.map((/** @type {Json} */ { type, content }) => [type, content[0].text]),
      [
        ['reasoning', 'Two\n cities.'],
        ['message', 'Ulm\n'],
      ],
    );
    assert.deepEqual(
      (await scriptedEvents(scripted))
        .filter(({ type }) => type.endsWith('text.delta'))
        .map(({ delta }) => delta),
      ['Two', '\n cities.', 'Ulm', '\n'],
    );
    const chat = /** @type {Json} */ ({
      model: MODEL,
      messages: [{ role: 'user', content: HELLO }],
      reasoning_format: 'deepseek',
    });
    const [choice] = (await scripted.chat.completions.create(chat)).choices;
    const { reasoning_content: reasoning, content } = /** @type {Json} */ (choice).message;
    assert.deepEqual([reasoning, content], ['Two\n cities.', 'Ulm\n']);
    /** @type {Json[]} */
    const deltas = [];
    const stream = await scripted.chat.completions.create({ ...chat, stream: true });
    for await (const { choices } of /** @type {Json} */ (stream)) deltas.push(choices[0].delta);
    assert.deepEqual(
      deltas.map((delta) => delta.reasoning_content ?? delta.content).filter(Boolean),
      ['Two', '\n cities.', 'Ulm', '\n'],
    );
  });

  test('an empty output is an empty message', async () => {
    const { scripted } = await clientOf(['']);
    const { status, output } = await scripted.responses.create(request);
    assert.deepEqual(
      [status, output.map((/** @type {Json} */ { type, content }) => [type, content[0].text])],
      ['completed', [['message', '']]],
    );
  });

  test('a failure before the first token has a status, and a later one is an event', async () => {
    const early = await clientOf([], new Error('secret'));
    await assert.rejects(
      scriptedEvents(early.scripted),
      (error) => error instanceof InternalServerError && !/secret/.test(error.message),
    );
    const late = await clientOf(['Hello'], new Error('secret'));
    const events = await scriptedEvents(late.scripted);
    const { type, response } = events.at(-1);
    assert.deepEqual(
      [type, response.status, response.error.code, response.usage],
      ['response.failed', 'failed', 'server_error', null],
    );
    assert.match(response.error.message, /The server failed to answer/);
    assert.equal(response.output[0].content[0].text, 'Hello');
    assert.deepEqual(late.logged.map(String), ['Error: secret']);
    await assert.rejects(late.scripted.responses.create(request), InternalServerError);
  });

  /**
   * @param {OpenAI} scripted
   * @returns {Promise<Json[]>}
   */
  async function scriptedEvents(scripted) {
    const events = [];
    const stream = await scripted.responses.create({ ...request, stream: true });
    for await (const event of /** @type {Json} */ (stream)) events.push(event);
    return events;
  }
});
