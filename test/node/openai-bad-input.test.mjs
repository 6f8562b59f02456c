import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { Readable } from 'node:stream';
import { after, afterEach, before, describe, test } from 'node:test';
import { ROOT } from '../../scripts/lib/install.mjs';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { replies } from '../golden.mjs';
import { chat, completed, HELLO, MODEL, WEATHER, header } from './openai-helpers.mjs';

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
before(async () => (server = await startOpenAiServer()));
after(() => server.close());

/**
 * Checks for an OpenAI error that tells nothing about this machine.
 *
 * @param {Response} response
 * @param {number} status
 * @param {string | null} [param]
 */
async function refused(response, status, param) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  const { error } = JSON.parse(text);
  assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
  assert.equal(error.param, param ?? null, error.message);
  assert.doesNotMatch(text, /\bat .*:\d+:\d+|node_modules|\.ts\b/);
  assert.ok(!text.includes(ROOT), text);
  return error;
}

afterEach(async () => {
  const { choices } = await completed(server.url, {});
  assert.equal(
    choices[0].message.content,
    replies.greeting[0],
    'the server answers well afterwards',
  );
});

const KINDS = {
  null: null,
  true: true,
  'a string': 'x',
  'NaN as a string': 'NaN',
  negative: -5,
  'a fraction': 1.5,
  huge: 1e308,
  'an array': [[]],
  'an object': { a: {} },
};
/**
 * What of these each field takes; the rest has to be refused.
 *
 * @type {Record<string, readonly string[]>}
 */
const FIELDS = {
  model: [],
  messages: [],
  max_tokens: ['null'],
  max_completion_tokens: ['null'],
  temperature: ['null', 'a fraction'],
  top_p: ['null'],
  top_k: ['null'],
  repetition_penalty: ['null', 'a fraction'],
  seed: ['null', 'negative'],
  stop: ['null', 'a string', 'NaN as a string'],
  stream: ['null'],
  stream_options: ['null'],
  tools: ['null'],
  tool_choice: ['null'],
  parallel_tool_calls: ['null'],
  reasoning_effort: ['null'],
  reasoning_format: ['null'],
  return_token_ids: ['null', 'true'],
  user: ['null', 'a string', 'NaN as a string'],
  n: ['null'],
  presence_penalty: ['null', 'a fraction'],
  frequency_penalty: ['null', 'a fraction'],
  logit_bias: ['null'],
  logprobs: ['null', 'true'],
  top_logprobs: ['null'],
  response_format: ['null'],
  modalities: ['null'],
  audio: ['null'],
  functions: ['null'],
  function_call: ['null'],
  web_search_options: ['null'],
  store: ['null', 'true'],
  metadata: ['null'],
  service_tier: ['null', 'a string', 'NaN as a string'],
  prompt_cache_key: ['null', 'a string', 'NaN as a string'],
  prompt_cache_retention: ['null', 'a string', 'NaN as a string'],
  safety_identifier: ['null', 'a string', 'NaN as a string'],
  verbosity: ['null'],
  prediction: ['null'],
  a_field_of_tomorrow: [],
};

describe('each field with values of each kind', () => {
  for (const [field, accepted] of Object.entries(FIELDS)) {
    test(field, async () => {
      for (const [kind, value] of Object.entries(KINDS)) {
        if (field === 'stream' && kind === 'true') continue;
        const response = await chat(server.url, { max_tokens: 1, [field]: value });
        if (accepted.includes(kind)) {
          assert.equal(response.status, 200, `${kind}: ${await response.clone().text()}`);
          await response.text();
        } else if (field === 'model' && typeof value === 'string') {
          assert.equal((await refused(response, 404, 'model')).code, 'model_not_found');
        } else {
          const {
            error: { param, message },
          } = await response.clone().json();
          await refused(response, 400, param);
          assert.match(param, new RegExp(`^${field}\\b`), kind);
          assert.ok(message.replace(/^Unknown parameter: "/, '').startsWith(param), message);
          assert.match(message, /but has to be |but is allowed only |^Unknown parameter: /);
        }
      }
    });
  }
});

describe('nested values', () => {
  const user = { role: 'user', content: 'Hi.' };
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  /** @type {Record<string, [body: object, param: string]>} */
  const cases = {
    'messages missing': [{ messages: undefined }, 'messages'],
    'model missing': [{ model: undefined }, 'model'],
    'no messages': [{ messages: [] }, 'messages'],
    'a message that is text': [{ messages: ['Hi.'] }, 'messages[0]'],
    'a role that there is not': [
      { messages: [user, { role: 'wizard', content: 'x' }] },
      'messages[1].role',
    ],
    'a role missing': [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    'content missing': [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    'content null': [{ messages: [{ role: 'user', content: null }] }, 'messages[0].content'],
    'content a number': [{ messages: [{ role: 'system', content: 5 }] }, 'messages[0].content'],
    'no parts': [{ messages: [{ role: 'user', content: [] }] }, 'messages[0].content'],
    'an image': [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'messages[0].content[0].type',
    ],
    'a part without text': [
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages[0].content[0].text',
    ],
    'an assistant who neither says nor calls': [
      { messages: [user, { role: 'assistant', content: null }] },
      'messages[1].content',
    ],
    'a call without a name': [
      {
        messages: [
          user,
          { role: 'assistant', tool_calls: [{ ...call, function: { arguments: '{}' } }] },
        ],
      },
      'messages[1].tool_calls[0].function.name',
    ],
    'arguments that are an object': [
      {
        messages: [
          user,
          { role: 'assistant', tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }] },
        ],
      },
      'messages[1].tool_calls[0].function.arguments',
    ],
    'a result of no call': [
      { messages: [user, { role: 'tool', content: 'x' }] },
      'messages[1].tool_call_id',
    ],
    'a tool without a name': [
      { tools: [{ type: 'function', function: {} }] },
      'tools[0].function.name',
    ],
    'a tool with an odd name': [
      { tools: [{ type: 'function', function: { name: 'a b' } }] },
      'tools[0].function.name',
    ],
    'a tool of another type': [{ tools: [{ ...WEATHER, type: 'web_search' }] }, 'tools[0].type'],
    'tool_choice required without tools': [{ tool_choice: 'required' }, 'tool_choice'],
    'tool_choice that names a tool that is not there': [
      { tools: [WEATHER], tool_choice: { type: 'function', function: { name: 'get_time' } } },
      'tool_choice',
    ],
    'allowed tools that are not there': [
      {
        tools: [WEATHER],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'auto',
            tools: [{ type: 'function', function: { name: 'get_time' } }],
          },
        },
      },
      'tool_choice',
    ],
    'nine choices': [{ n: 9 }, 'n'],
    'five stops': [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    'an empty stop': [{ stop: ['a', ''] }, 'stop[1]'],
    'a stop that is no text': [{ stop: ['a', 'b', 5] }, 'stop[2]'],
    'max_tokens 0': [{ max_tokens: 0 }, 'max_tokens'],
    'a temperature above 2': [{ temperature: 2.01 }, 'temperature'],
    'stream_options without stream': [
      { stream_options: { include_usage: true } },
      'stream_options',
    ],
    'include_usage of a wrong type': [
      { stream: true, stream_options: { include_usage: 'yes' } },
      'stream_options.include_usage',
    ],
    'a response format of another type': [
      { response_format: { type: 'yaml' } },
      'response_format.type',
    ],
    'a response format without a schema': [
      { response_format: { type: 'json_schema', json_schema: { name: 'x' } } },
      'response_format.json_schema.schema',
    ],
    'a penalty above 2': [{ presence_penalty: 2.5 }, 'presence_penalty'],
    'a bias of no token': [{ logit_bias: { fox: 1 } }, 'logit_bias.fox'],
    'a bias above 100': [{ logit_bias: { 5: 101 } }, 'logit_bias.5'],
    'a bias of a token that the model has not': [{ logit_bias: { 999999: 1 } }, 'logit_bias'],
    'top_logprobs above 20': [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
    'top_logprobs without logprobs': [{ top_logprobs: 2 }, 'top_logprobs'],
    'both token limits': [{ max_tokens: 5, max_completion_tokens: 5 }, 'max_tokens'],
    'an unknown field': [{ max_token: 5 }, 'max_token'],
    'an unknown field of a message': [
      { messages: [{ ...user, timestamp: 5 }] },
      'messages[0].timestamp',
    ],
    'an unknown field of a tool': [
      { tools: [{ ...WEATHER, function: { ...WEATHER.function, params: {} } }] },
      'tools[0].function.params',
    ],
    'no tools': [{ tools: [] }, 'tools'],
    'two tools of one name': [{ tools: [WEATHER, WEATHER] }, 'tools[1].function.name'],
    'tool_choice without tools': [{ tool_choice: 'auto' }, 'tool_choice'],
    'parallel_tool_calls without tools': [{ parallel_tool_calls: false }, 'parallel_tool_calls'],
    'a call without a result, then a message': [
      { messages: [user, { role: 'assistant', tool_calls: [call] }, user] },
      'messages[1].tool_calls',
    ],
    'a call without a result at the end': [
      { messages: [user, { role: 'assistant', tool_calls: [call] }] },
      'messages[1].tool_calls',
    ],
    'a second result of one call': [
      {
        messages: [
          user,
          { role: 'assistant', tool_calls: [call] },
          { role: 'tool', tool_call_id: 'c', content: 'x' },
          { role: 'tool', tool_call_id: 'c', content: 'y' },
        ],
      },
      'messages[3].tool_call_id',
    ],
    'two calls with one id': [
      { messages: [user, { role: 'assistant', tool_calls: [call, call] }] },
      'messages[1].tool_calls[1].id',
    ],
    'a result that is not right after its call': [
      {
        messages: [
          user,
          { role: 'assistant', tool_calls: [call] },
          { role: 'tool', tool_call_id: 'c', content: 'x' },
          user,
          { role: 'tool', tool_call_id: 'c', content: 'y' },
        ],
      },
      'messages[4].tool_call_id',
    ],
    'a refusal that a user makes': [
      { messages: [{ role: 'user', content: [{ type: 'refusal', refusal: 'No.' }] }] },
      'messages[0].content[0].type',
    ],
  };
  for (const [name, [body, param]] of Object.entries(cases)) {
    test(name, async () => void (await refused(await chat(server.url, body), 400, param)));
  }

  test('neutral values of fields without meaning here', async () => {
    await completed(server.url, {
      max_tokens: 1,
      n: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      logit_bias: {},
      logprobs: false,
      top_logprobs: 0,
      response_format: { type: 'text' },
      modalities: ['text'],
      store: false,
      metadata: { a: 'b' },
      service_tier: 'auto',
      prompt_cache_key: 'a',
      safety_identifier: 'b',
      verbosity: 'low',
      prediction: { type: 'content', content: 'Hello!' },
    });
  });

  test('arrays a thousand and a hundred thousand levels deep', async () => {
    for (const depth of [1000, 100_000]) {
      const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      /**
       * @param {string} messages
       * @param {string} [more]
       */
      const raw = (messages, more = '') =>
        fetch(`${server.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `{"model":"${MODEL}","max_tokens":1,"messages":${messages}${more}}`,
        });
      await refused(await raw(deep), 400, 'messages[0].role');
      await refused(
        await raw(`[{"role":"user","content":${deep}}]`),
        400,
        'messages[0].content[0].type',
      );
      await refused(await raw(JSON.stringify(HELLO), `,"metadata":${deep}`), 400, 'metadata.0');
    }
  });

  test('names that every object inherits', async () => {
    /** @param {string} more */
    const send = (more) =>
      fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"model":"${MODEL}","max_tokens":1,"messages":[{"role":"user","content":"x"}],${more}}`,
      });
    const tool =
      `"tools":[{"type":"function","function":{"name":"constructor",` +
      `"parameters":{"properties":{"__proto__":{},"toString":1}}}}]`;
    assert.equal((await send(tool)).status, 200);
    for (const name of ['__proto__', 'constructor', 'toString'])
      await refused(await send(`"${name}":{"n":5}`), 400, name);
    await refused(
      await send(`"messages":[{"role":"user","content":"x","__proto__":{"role":"wizard"}}]`),
      400,
      'messages[0].__proto__',
    );
    assert.equal(/** @type {{ n?: unknown }} */ ({}).n, undefined);
  });
});

/**
 * A request body that streams. `ReadableStream.from` is missing from the DOM's types.
 *
 * @param {AsyncIterable<Uint8Array>} chunks
 */
const streamOf = (chunks) => /** @type {ReadableStream} */ (Readable.toWeb(Readable.from(chunks)));

describe('bodies', () => {
  /**
   * @param {RequestInit['body']} body
   * @param {Record<string, string>} [headers]
   */
  const send = (body, headers = { 'content-type': 'application/json' }) =>
    fetch(
      `${server.url}/v1/chat/completions`,
      // Node requires `duplex` for a body that streams; the DOM's types lack it.
      /** @type {RequestInit} */ ({ method: 'POST', body, headers, duplex: 'half' }),
    );

  for (const [name, body] of Object.entries({
    nothing: '',
    'half of it': '{"model": "x',
    'not JSON': 'hello',
    'a secret in broken JSON': '{"key": sk-secret}',
  })) {
    test(`not JSON: ${name}`, async () => {
      const error = await refused(await send(body), 400);
      assert.equal(error.code, 'invalid_json');
      assert.doesNotMatch(error.message, /secret/);
    });
  }

  for (const body of ['null', '5', '"x"', '[]', 'true'])
    test(`JSON, but ${body}`, async () =>
      void (await refused(await send(body), 400, body === '[]' ? 'model' : undefined)));

  test('not UTF-8', async () => {
    assert.equal(
      (await refused(await send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])), 400)).code,
      'invalid_utf8',
    );
  });

  test('half characters in strings do no harm', async () => {
    assert.equal(
      (
        await send(
          `{"model":"${MODEL}","max_tokens":1,` +
            `"messages":[{"role":"user","content":"\\ud83d and \\u0000"}]}`,
        )
      ).status,
      200,
    );
  });

  test('refuses 10 MB, with and without Content-Length', async () => {
    const body = Buffer.alloc(10 << 20, 'x');
    assert.equal((await refused(await send(body), 413)).code, 'request_too_large');
    const chunks = async function* () {
      for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
    };
    assert.equal((await refused(await send(streamOf(chunks())), 413)).code, 'request_too_large');
  });

  test('answers a client that sends all 10 MB before it reads', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = net.connect(Number(port), hostname);
    const body = Buffer.alloc(10 << 20, 'x');
    socket.write(
      'POST /v1/chat/completions HTTP/1.1\r\n' +
        `Host: 127.0.0.1\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
    );
    await new Promise((resolve, reject) =>
      socket.once('error', reject).write(body, () => resolve(undefined)),
    );
    let answer = '';
    for await (const bytes of socket) answer += bytes;
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  test('reads a body of exactly the limit', async () => {
    const body = JSON.stringify({
      model: MODEL,
      messages: HELLO,
      max_tokens: 1,
      prompt_cache_key: '',
    });
    assert.equal(
      (
        await send(
          body.replace(
            '"prompt_cache_key":""',
            `"prompt_cache_key":"${'x'.repeat((1 << 20) - body.length)}"`,
          ),
        )
      ).status,
      200,
    );
    assert.equal(
      (
        await send(
          body.replace(
            '"prompt_cache_key":""',
            `"prompt_cache_key":"${'x'.repeat((1 << 20) - body.length + 1)}"`,
          ),
        )
      ).status,
      413,
    );
  });

  test('too many tokens, even by one: the error has the counts, streamed or not', async () => {
    for (const stream of [false, true]) {
      const error = await refused(
        await chat(server.url, {
          stream,
          messages: [{ role: 'user', content: 'river '.repeat(2000) }],
        }),
        400,
        'messages',
      );
      assert.equal(error.code, 'context_length_exceeded');
      assert.match(error.message, /have \d{4,} tokens.* is 512/);
    }
  });
});

describe('addresses and methods', () => {
  /** @type {[method: string, address: string, status: number, param?: string][]} */
  const cases = [
    ['GET', '/', 404],
    ['GET', '/v1', 404],
    ['GET', '/v1/nothing', 404],
    ['POST', '/v1/embeddings', 404],
    ['GET', '/v1/models/gpt-0', 404, 'model'],
    ['GET', '/v1/models/%E0%A4%A', 404, 'model'],
    ['GET', '/v1/../../etc/passwd', 404],
  ];
  for (const [method, address, status, param] of cases)
    test(`${method} ${address}`, async () =>
      void (await refused(await fetch(server.url + address, { method }), status, param)));

  for (const [method, address, allow] of /** @type {const} */ ([
    ['GET', '/v1/chat/completions', 'POST'],
    ['DELETE', '/v1/chat/completions', 'POST'],
    ['PUT', '/v1/models', 'GET'],
    ['POST', '/v1/models', 'GET'],
    ['PATCH', `/v1/models/${MODEL}`, 'GET'],
    ['POST', '/health', 'GET'],
  ])) {
    test(`${method} ${address} is not allowed; Allow names ${allow}`, async () => {
      const response = await fetch(server.url + address, { method });
      assert.match(header(response, 'allow'), new RegExp(allow));
      await refused(response, 405);
    });
  }

  test('HEAD has headers and no body', async () => {
    const response = await fetch(`${server.url}/v1/models`, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '');
  });

  test('requests that fetch does not send', async () => {
    const { hostname, port } = new URL(server.url);
    /**
     * @param {http.RequestOptions} options
     * @returns {Promise<number>}
     */
    const raw = (options) =>
      new Promise((resolve, reject) =>
        http
          .request({ hostname, port, ...options }, (res) =>
            res.resume().once('end', () => resolve(res.statusCode ?? 0)),
          )
          .once('error', reject)
          .end(),
      );
    assert.equal(await raw({ path: '/v1/models/../../x', method: 'GET' }), 404);
    assert.ok([400, 404].includes(await raw({ path: '/v1\\models', method: 'GET' })));
    assert.equal(await raw({ path: '/v1/models', method: 'GET', headers: { host: 'a b' } }), 400);
    assert.ok([400, 404, 405].includes(await raw({ path: '/v1/models', method: 'TRACE' })));
  });
});
