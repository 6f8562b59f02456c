import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from 'openai';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { conversations, TELLS_WEATHER, WEATHER_RESULT } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { eventually, MODEL } from './openai-helpers.mjs';

/** @typedef {import('./openai-helpers.mjs').Json} Json */

/* The official client, unchanged, on /v1/responses. */

const [HELLO] = conversations.greeting.turns;
const [ANSWER] = replies.greeting;
const [STORY] = conversations.foxStory.turns;
const QUESTION = 'What is the weather in Quelmar?';
const WEATHER = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city',
  strict: false,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
/** @type {OpenAI} */
let client;
before(async () => {
  server = await startOpenAiServer({ apiKey: 'sk-test', graceMs: 0 });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test', maxRetries: 0 });
});
after(() => server.close());

/**
 * The answer is a response or a stream, as the body asks.
 *
 * @param {object} [body]
 * @param {OpenAI.RequestOptions} [options]
 * @returns {Promise<Json>}
 */
const create = (body, options) =>
  client.responses.create(
    /** @type {Json} */ ({ model: MODEL, input: HELLO, temperature: 0, ...body }),
    options,
  );

/**
 * @param {object} [body]
 * @returns {Promise<Json[]>}
 */
async function streamed(body) {
  const events = [];
  for await (const event of await create({ stream: true, ...body })) events.push(event);
  return events;
}

test('a response', async () => {
  const response = await create({ metadata: { run: '7' } });
  assert.match(response.id, /^resp_/);
  assert.deepEqual(
    [response.object, response.status, response.model, response.error, response.output_text],
    ['response', 'completed', MODEL, null, ANSWER],
  );
  assert.equal(response.output.length, 1);
  const [{ id, ...message }] = response.output;
  assert.match(id, /^msg_/);
  assert.deepEqual(message, {
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: ANSWER, annotations: [], logprobs: [] }],
  });
  const { usage } = response;
  assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
  assert.equal(usage.output_tokens_details.reasoning_tokens, 0);
  assert.deepEqual([response.metadata, response.store], [{ run: '7' }, true]);
});

test('says the same for a string, a message and its parts', async () => {
  const inputs = [
    HELLO,
    [{ role: 'user', content: HELLO }],
    [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: HELLO }] }],
  ];
  const answers = await Promise.all(inputs.map((input) => create({ input })));
  const [first] = answers;
  for (const answer of answers) {
    assert.equal(answer.output_text, ANSWER);
    assert.equal(answer.usage.input_tokens, first.usage.input_tokens);
  }
  const guided = await create({ instructions: 'Answer briefly.' });
  assert.ok(guided.usage.input_tokens > first.usage.input_tokens, 'instructions reach the model');
});

test('remembers what the input repeats, reasoning left out', async () => {
  const first = await create({ input: 'My name is Ada.' });
  const next = await create({
    input: [
      { role: 'user', content: 'My name is Ada.' },
      { type: 'reasoning', id: 'rs_1', summary: [] },
      ...first.output,
      { role: 'user', content: 'What is my name?' },
    ],
  });
  assert.match(next.output_text, /Ada/);
});

test('a reference stands for an item of an earlier response, unless it was not to be stored', async () => {
  const input = [{ role: 'user', content: 'My name is Ada.' }];
  const question = { role: 'user', content: 'What is my name?' };
  const first = await create({ input });
  const item = first.output[0];
  const [whole, referred] = await Promise.all(
    [item, { type: 'item_reference', id: item.id }].map((one) =>
      create({ input: [...input, one, question] }),
    ),
  );
  assert.equal(referred.output_text, whole.output_text);
  assert.equal(referred.usage.input_tokens, whole.usage.input_tokens);
  const { output } = await create({ input, store: false });
  await assert.rejects(
    create({ input: [...input, { type: 'item_reference', id: output[0].id }, question] }),
    /input\[1\]\.id .* Send the item itself/,
  );
});

test('a limit makes a response incomplete', async () => {
  const response = await create({ input: STORY, max_output_tokens: 3 });
  assert.deepEqual(
    [response.status, response.incomplete_details, response.usage.output_tokens],
    ['incomplete', { reason: 'max_output_tokens' }, 3],
  );
  assert.equal(response.output[0].status, 'incomplete');
  const events = await streamed({ input: STORY, max_output_tokens: 3 });
  assert.equal(events.at(-1).type, 'response.incomplete');
  assert.equal(events.at(-1).response.output[0].content[0].text, response.output_text);
});

describe('a stream', () => {
  test("has OpenAI's events in their order", async () => {
    const events = await streamed();
    const deltas = events.filter(({ type }) => type === 'response.output_text.delta');
    assert.ok(deltas.length > 1, `${deltas.length} deltas`);
    assert.deepEqual(
      events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]),
      [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.content_part.added',
        'response.output_text.delta',
        'response.output_text.done',
        'response.content_part.done',
        'response.output_item.done',
        'response.completed',
      ],
    );
    assert.deepEqual(
      events.map((event) => event.sequence_number),
      events.map((_, index) => index),
    );
    assert.equal(deltas.map(({ delta }) => delta).join(''), ANSWER);
    const { response } = events.at(-1);
    assert.equal(events[0].response.id, response.id);
    assert.deepEqual([events[0].response.status, events[0].response.output], ['in_progress', []]);
    assert.equal(events[2].item.id, response.output[0].id);
    assert.equal(response.output[0].content[0].text, ANSWER);
    assert.equal(response.usage.output_tokens, (await create()).usage.output_tokens);
  });

  test('names its events on the wire and does not end with [DONE]', async () => {
    const answer = await fetch(`${server.url}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
      body: JSON.stringify({ model: MODEL, input: HELLO, stream: true }),
    });
    assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
    const events = (await answer.text()).trim().split('\n\n');
    for (const event of events) {
      const [, name, data] = /^event: (.+)\ndata: (.+)$/.exec(event) ?? [];
      assert.equal(JSON.parse(data ?? '').type, name);
    }
    assert.match(events.at(-1) ?? '', /^event: response\.completed\n/);
  });

  test('arrives whole under a fault that comes later', async () => {
    const baseURL = `${server.url}/fault:all,cut=99/v1`;
    const faulty = new OpenAI({ baseURL, apiKey: 'sk-test', maxRetries: 0 });
    const stream = faulty.responses.stream({ model: MODEL, input: HELLO, temperature: 0 });
    assert.equal((await stream.finalResponse()).output_text, ANSWER);
  });

  test("goes through the client's helper", async () => {
    const stream = client.responses.stream({ model: MODEL, input: HELLO, temperature: 0 });
    let pieces = '';
    stream.on('response.output_text.delta', ({ delta }) => (pieces += delta));
    assert.equal((await stream.finalResponse()).output_text, ANSWER);
    assert.equal(pieces, ANSWER);
  });

  test('ends with its abort, and the slot is free again', async () => {
    const whole = (await create({ input: STORY })).usage.output_tokens;
    const stream = await create({ input: STORY, stream: true });
    let deltas = 0;
    for await (const { type } of stream)
      if (type === 'response.output_text.delta' && ++deltas === 3) stream.controller.abort();
    assert.ok(deltas < whole / 2, `${deltas} deltas of ${whole} tokens`);
    await assert.rejects(create({}, { signal: AbortSignal.abort() }), APIUserAbortError);
    await eventually(async () =>
      assert.deepEqual(await (await fetch(`${server.url}/health`)).json(), {
        status: 'ok',
        running: 0,
        queued: 0,
      }),
    );
  });
});

describe('tools', () => {
  const question = { role: 'user', content: QUESTION };
  /** @param {Json[]} items */
  const goOn = (items) => {
    const calls = items.filter(({ type }) => type === 'function_call');
    return create({
      tools: [WEATHER],
      input: [
        question,
        ...items,
        ...calls.map(({ call_id }) => ({
          type: 'function_call_output',
          call_id,
          output: WEATHER_RESULT,
        })),
      ],
    });
  };

  test('a call and its result', async () => {
    const {
      status,
      output,
      output_text: text,
    } = await create({ input: QUESTION, tools: [WEATHER] });
    assert.deepEqual([status, output.length, text], ['completed', 1, '']);
    const [call] = output;
    assert.match(call.id, /^fc_/);
    assert.match(call.call_id, /^call_/);
    assert.deepEqual(
      [call.type, call.name, call.status],
      ['function_call', 'get_weather', 'completed'],
    );
    assert.deepEqual(JSON.parse(call.arguments), { city: 'Quelmar' });
    const answer = await goOn(output);
    assert.match(answer.output_text, TELLS_WEATHER);
  });

  test('streamed', async () => {
    const events = await streamed({ input: QUESTION, tools: [WEATHER] });
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        'response.created',
        'response.in_progress',
        'response.output_item.added',
        'response.function_call_arguments.delta',
        'response.function_call_arguments.done',
        'response.output_item.done',
        'response.completed',
      ],
    );
    assert.equal(events[2].item.arguments, '');
    assert.deepEqual(JSON.parse(events[3].delta), { city: 'Quelmar' });
    assert.deepEqual(events[5].item, events[6].response.output[0]);
    const answer = await goOn(events[6].response.output);
    assert.match(answer.output_text, TELLS_WEATHER);
  });

  test('calls nothing if tool_choice does not allow the tool', async () => {
    const other = { ...WEATHER, name: 'get_time' };
    const allowed = {
      type: 'allowed_tools',
      mode: 'auto',
      tools: [{ type: 'function', name: 'get_time' }],
    };
    for (const choice of ['none', allowed]) {
      const { output } = await create({
        input: QUESTION,
        tools: [WEATHER, other],
        tool_choice: choice,
      });
      assert.ok(!output.some((/** @type {Json} */ { name }) => name === 'get_weather'));
    }
  });
});

describe('reasoning', () => {
  const [input] = conversations.thinking.turns;

  test('is an item of its own', async () => {
    const { output, usage } = await create({ input, reasoning: { effort: 'low' } });
    assert.deepEqual(
      output.map((/** @type {Json} */ { type }) => type),
      ['reasoning', 'message'],
    );
    const [reasoning, message] = output;
    assert.match(reasoning.id, /^rs_/);
    assert.ok(reasoning.content[0].text.length > 0);
    assert.equal(message.content[0].text, replies.thinking[0]);
    const { reasoning_tokens: thought } = usage.output_tokens_details;
    assert.ok(thought > 0 && thought < usage.output_tokens, `${thought} tokens`);
  });

  test('is streamed as a summary on request', async () => {
    const events = await streamed({ input, reasoning: { effort: 'low', summary: 'auto' } });
    const types = events.map(({ type }) => type);
    assert.deepEqual(
      types
        .filter((type) => type.includes('reasoning'))
        .filter((type, index, all) => type !== all[index - 1]),
      [
        'response.reasoning_summary_part.added',
        'response.reasoning_summary_text.delta',
        'response.reasoning_summary_text.done',
        'response.reasoning_summary_part.done',
      ],
    );
    const [reasoning] = events.at(-1).response.output;
    assert.equal(
      reasoning.summary[0].text,
      events
        .filter(({ type }) => type === 'response.reasoning_summary_text.delta')
        .map(({ delta }) => delta)
        .join(''),
    );
  });
});

describe('refuses', () => {
  /** @type {[name: string, body: object, param: string | null, message: RegExp][]} */
  const cases = [
    ['no input', { input: undefined }, 'input', /input is missing, but has to be a string or/],
    ['an unknown field', { max_tokens: 5 }, 'max_tokens', /Unknown parameter: "max_tokens"/],
    ['a bad value', { temperature: 3 }, 'temperature', /from 0 to 2/],
    ['a bad limit', { max_output_tokens: 0 }, 'max_output_tokens', /at least 1/],
    ['a bad effort', { reasoning: { effort: 'huge' } }, 'reasoning.effort', /"minimal"/],
    [
      'an image',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:,' }] }] },
      'input[0].content[0].type',
      /does not read images/,
    ],
    [
      'an unknown item',
      { input: [{ type: 'web_search_call' }] },
      'input[0].type',
      /"function_call"/,
    ],
    [
      'an output without its call',
      { input: [{ type: 'function_call_output', call_id: 'call_x', output: '1' }] },
      'input[0].call_id',
      /No tool call found .* "call_x"/,
    ],
    [
      'a call without its output',
      { input: [{ type: 'function_call', call_id: 'call_x', name: 'f', arguments: '{}' }] },
      'input[0]',
      /No tool output found .* "call_x"/,
    ],
    ['a hosted tool', { tools: [{ type: 'web_search' }] }, 'tools[0].type', /runs no tools/],
    [
      'a bad name of a tool',
      { tools: [{ ...WEATHER, name: 'a b' }] },
      'tools[0].name',
      /^tools\[0\]\.name is the string "a b"/,
    ],
    [
      'a choice that is not offered',
      { tools: [WEATHER], tool_choice: { type: 'function', name: 'get_time' } },
      'tool_choice',
      /"get_time", which is not in tools/,
    ],
    [
      'a choice of nothing',
      { tools: [WEATHER], tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] } },
      'tool_choice',
      /"allowed_tools", mode, tools/,
    ],
    ['a forced call without tools', { tool_choice: 'required' }, 'tool_choice', /no tools/],
    ['truncation', { truncation: 'auto' }, 'truncation', /"disabled"/],
    ['a stored response', { previous_response_id: 'resp_1' }, 'previous_response_id', /"resp_1"/],
    [
      'a stored item',
      { input: [{ type: 'item_reference', id: 'msg_1' }] },
      'input[0].id',
      /Send the item itself/,
    ],
    [
      'a prompt that is too long',
      { input: 'river stone '.repeat(600) },
      'input',
      /the model.s context window is 512/,
    ],
  ];
  for (const [name, body, param, message] of cases) {
    test(name, async () => {
      await assert.rejects(create(body), (error) => {
        assert.ok(error instanceof BadRequestError, String(error));
        assert.equal(error.param, param, error.message);
        assert.match(/** @type {Json} */ (error.error).message, message);
        return true;
      });
      await assert.rejects(create({ ...body, stream: true }), BadRequestError);
    });
  }

  test('a stored conversation and an unknown model, with 404', async () => {
    await assert.rejects(create({ conversation: 'conv_1' }), NotFoundError);
    await assert.rejects(create({ model: 'gpt-0' }), NotFoundError);
  });
});
