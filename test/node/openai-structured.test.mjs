import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@cfworker/json-schema';
import { ROOT } from '../../scripts/lib/install.mjs';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { importTypeScript, loadServerModel } from '../../scripts/lib/typescript.mjs';
import { replies } from '../golden.mjs';
import {
  allEvents,
  chat,
  completed,
  contentOf,
  delta,
  MODEL,
  STORY,
  WEATHER,
} from './openai-helpers.mjs';

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
before(async () => void (server = await startOpenAiServer()));
after(() => server.close());

const SCHEMA = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 12 },
    age: { type: 'integer', minimum: 0, maximum: 99 },
    mood: { enum: ['calm', 'wild', null] },
    home: {
      type: 'object',
      properties: { city: { type: 'string', maxLength: 8 }, sunny: { type: 'boolean' } },
      required: ['city', 'sunny'],
      additionalProperties: false,
    },
  },
  required: ['name', 'age', 'mood', 'home'],
  additionalProperties: false,
};
const format = (schema = SCHEMA) => ({
  type: 'json_schema',
  json_schema: { name: 'dragon', strict: true, schema },
});
/** @param {unknown} value @param {object} [schema] */
const assertFits = (value, schema = SCHEMA) => {
  const { valid, errors } = new Validator(schema, '2020-12').validate(value);
  assert.ok(valid, JSON.stringify([value, errors]));
};

describe('response_format', () => {
  test('json_schema: greedy and sampled replies parse and fit', async () => {
    for (const sampling of [{}, { temperature: 1, seed: 1 }, { temperature: 2, seed: 2 }]) {
      const { choices } = await completed(server.url, {
        messages: STORY,
        max_tokens: 200,
        response_format: format(),
        ...sampling,
      });
      assert.equal(choices[0].finish_reason, 'stop');
      assertFits(JSON.parse(choices[0].message.content));
    }
  });

  test('json_schema: the stream says the same as the whole reply', async () => {
    const body = { messages: STORY, max_tokens: 200, response_format: format() };
    const events = await allEvents(server.url, body);
    const { choices } = await completed(server.url, body);
    assert.equal(contentOf(events), choices[0].message.content);
    assert.equal(events.at(-1).choices[0].finish_reason, 'stop');
  });

  test('a tag in a string is a part of the string, also where reasoning is apart', async () => {
    const text = 'a <think>b</think> c';
    const { choices } = await completed(server.url, {
      max_tokens: 60,
      reasoning_format: 'deepseek',
      response_format: format(/** @type {any} */ ({ const: text })),
    });
    const [{ message }] = choices;
    assert.deepEqual([JSON.parse(message.content), message.reasoning_content], [text, undefined]);
  });

  test('json_object: the reply is an object', async () => {
    const { choices } = await completed(server.url, {
      max_tokens: 250,
      response_format: { type: 'json_object' },
    });
    const [{ message, finish_reason }] = choices;
    if (finish_reason === 'stop') assert.equal(typeof JSON.parse(message.content), 'object');
    else assert.equal(finish_reason, 'length');
    assert.match(message.content, /^\{/);
  });

  test('a limit cuts it and says so', async () => {
    const { choices, usage } = await completed(server.url, {
      max_tokens: 3,
      response_format: format(),
    });
    assert.equal(choices[0].finish_reason, 'length');
    assert.equal(usage.completion_tokens, 3);
    assert.throws(() => JSON.parse(choices[0].message.content));
  });

  test('a schema that cannot be done is a 400 that names the keyword', async () => {
    const response = await chat(server.url, {
      response_format: format(/** @type {any} */ ({ type: 'array', items: {}, uniqueItems: true })),
    });
    const { error } = await response.json();
    assert.equal(response.status, 400, JSON.stringify(error));
    assert.match(error.message, /"dragon".*uniqueItems/);
    assert.deepEqual([error.param, error.code], ['response_format', 'unsupported_schema']);
    await completed(server.url, { max_tokens: 1 });
  });
});

const TIMER = {
  type: 'function',
  function: {
    name: 'set_timer',
    parameters: {
      type: 'object',
      properties: {
        minutes: { type: 'integer', minimum: 1, maximum: 60 },
        label: { type: ['string', 'null'], maxLength: 10 },
        loud: { type: 'boolean' },
        tags: { type: 'array', items: { enum: ['a', 'b'] }, maxItems: 2 },
      },
      required: ['minutes', 'label', 'loud', 'tags'],
      additionalProperties: false,
    },
  },
};

describe('tool_choice', () => {
  /** @type {Record<string, [object | string, RegExp]>} */
  const choices = {
    'a named tool': [{ type: 'function', function: { name: 'set_timer' } }, /^set_timer$/],
    required: ['required', /^(set_timer|get_weather)$/],
    'allowed tools': [
      {
        type: 'allowed_tools',
        allowed_tools: {
          mode: 'required',
          tools: [{ type: 'function', function: { name: 'set_timer' } }],
        },
      },
      /^set_timer$/,
    ],
  };
  for (const [name, [tool_choice, names]] of Object.entries(choices)) {
    test(`${name}: the call is made, and its arguments fit`, async () => {
      const body = {
        messages: STORY,
        max_tokens: 400,
        tools: [WEATHER, TIMER],
        tool_choice,
        parallel_tool_calls: false,
      };
      const whole = await completed(server.url, body);
      const [{ message, finish_reason }] = whole.choices;
      assert.equal(finish_reason, 'tool_calls', JSON.stringify(message));
      assert.equal(message.content, null);
      assert.equal(message.tool_calls.length, 1);
      const [{ function: called }] = message.tool_calls;
      assert.match(called.name, names);
      const tool = called.name === 'set_timer' ? TIMER : WEATHER;
      assertFits(JSON.parse(called.arguments), tool.function.parameters);

      const events = await allEvents(server.url, body);
      const streamed = events.flatMap((event) => delta(event)?.tool_calls ?? []);
      assert.deepEqual(
        streamed.map((call) => call.function),
        [called],
      );
      assert.equal(events.at(-1).choices[0].finish_reason, 'tool_calls');
    });
  }

  test('none: no tool is called', async () => {
    const { choices } = await completed(server.url, {
      messages: [{ role: 'user', content: 'What is the weather in Quelmar?' }],
      tools: [WEATHER],
      tool_choice: 'none',
      max_tokens: 16,
    });
    assert.equal(choices[0].message.tool_calls, undefined);
  });

  test('a tool that was not offered is not called', async () => {
    const { choices } = await completed(server.url, {
      messages: [{ role: 'user', content: 'What is the weather in Quelmar?' }],
      tools: [TIMER],
      max_tokens: 24,
    });
    assert.equal(choices[0].message.tool_calls, undefined, JSON.stringify(choices[0]));
  });
});

describe('strict tools', () => {
  const parameters = {
    type: 'object',
    properties: { city: { enum: ['Oslo', 'Rome'] } },
    required: ['city'],
    additionalProperties: false,
  };
  const STRICT = {
    type: /** @type {const} */ ('function'),
    function: { name: 'get_weather', strict: true, parameters },
  };

  test('do not change a reply that calls none', async () => {
    const [{ message }] = (await completed(server.url, { tools: [STRICT] })).choices;
    assert.equal(message.content, replies.greeting[0]);
  });

  test('a call in tags fits, on a model that would write something else', async () => {
    const { constraintOf } = /** @type {typeof import('../../src/openai/output-constraint.js')} */ (
      await importTypeScript('src/openai/output-constraint.ts')
    );
    const { readChatRequest } = /** @type {typeof import('../../src/openai/chat-request.js')} */ (
      await importTypeScript('src/openai/chat-request.ts')
    );
    const { loadServedModel } = await loadServerModel();
    const model = await loadServedModel({ model: MODEL, root: ROOT });
    const request = readChatRequest({ model: MODEL, messages: STORY, tools: [STRICT] });
    const constraint = constraintOf(request);
    assert.ok(constraint);
    const prefix = 'Well. <tool_call>';
    const { text } = await model.generate(
      {
        prompt: `User: Hi.\nAssistant:${prefix}`,
        constraint: { ...constraint, prefix },
        maxTokens: 60,
        temperature: 1,
        topP: 1,
        topK: 0,
        repetitionPenalty: 1,
        seed: 1,
        stop: [],
        client: 'a',
      },
      () => undefined,
      new AbortController().signal,
    );
    assert.match(
      text,
      /^\n\{"name": "get_weather", "arguments": \{"city": "(Oslo|Rome)"\}\}\n<\/tool_call>/,
    );
  });

  test('a schema that cannot be done is a 400 that names the tool; not strict, it is fine', async () => {
    const odd = { ...parameters, not: { required: ['x'] } };
    const tools = [
      WEATHER,
      { ...STRICT, function: { name: 'odd', parameters: odd, strict: true } },
    ];
    const response = await chat(server.url, { tools, max_tokens: 1 });
    const { error } = await response.json();
    assert.equal(response.status, 400);
    assert.deepEqual([error.param, error.code], ['tools', 'unsupported_schema']);
    assert.match(error.message, /"odd".*"not"/);
    const loose = { ...STRICT, function: { name: 'odd', parameters: odd } };
    await completed(server.url, { tools: [WEATHER, loose], max_tokens: 1 });
  });
});

test('parallel_tool_calls: required calls are several, or one if it is false', async () => {
  /** @param {boolean} parallel */
  const callsOf = async (parallel) => {
    const { choices } = await completed(server.url, {
      tools: [{ type: 'function', function: { name: 'ping' } }],
      tool_choice: 'required',
      parallel_tool_calls: parallel,
      temperature: 2,
      seed: 4,
    });
    return choices[0].message.tool_calls.length;
  };
  assert.equal(await callsOf(false), 1);
  assert.ok((await callsOf(true)) > 1);
});
