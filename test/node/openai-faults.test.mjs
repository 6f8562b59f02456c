import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { toError } from '../../scripts/lib/command.mjs';
import {
  bodyOf,
  chat,
  completed,
  delta,
  eventually,
  header,
  readEvents,
  STORY,
} from './openai-helpers.mjs';

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
before(async () => (server = await startOpenAiServer({ graceMs: 0 })));
after(() => server.close());

/**
 * @param {string} faults
 * @param {object} [body]
 * @param {import('./openai-helpers.mjs').Init} [init]
 */
const post = (faults, body = {}, init = {}) =>
  chat(`${server.url}/fault:${faults}`, { max_tokens: 12, temperature: 0, ...body }, init);
/**
 * @param {string} key
 * @returns {Promise<import('./openai-helpers.mjs').Json[]>}
 */
const log = async (key) => (await fetch(`${server.url}/faults/log?key=${key}`)).json();
const wellAfterwards = async () =>
  assert.equal((await completed(server.url, { max_tokens: 1 })).choices.length, 1);

/**
 * The content chunks that arrive, and how the stream ends: 'ended', or the error's name.
 *
 * @param {Response} response
 */
async function contentChunks(response) {
  let chunks = 0;
  let text = '';
  try {
    for await (const bytes of bodyOf(response)) text += new TextDecoder().decode(bytes);
  } catch (error) {
    chunks = [...text.matchAll(/"content":"[^"]/g)].length;
    return { chunks, text, end: toError(error).name };
  }
  chunks = [...text.matchAll(/"content":"[^"]/g)].length;
  return { chunks, text, end: 'ended' };
}

test('GET /faults lists the faults, and a port without a listener', async () => {
  const { faults, closedPort } = await (await fetch(`${server.url}/faults`)).json();
  assert.ok(faults.includes('cut') && faults.includes('echo-key'));
  await assert.rejects(
    new Promise((resolve, reject) =>
      net.connect(closedPort, '127.0.0.1').once('connect', resolve).once('error', reject),
    ),
    { code: 'ECONNREFUSED' },
  );
});

test('they touch chat completions only, unless all is given', async () => {
  assert.equal((await fetch(`${server.url}/fault:status=500/v1/models`)).status, 200);
  assert.equal((await fetch(`${server.url}/fault:status=500,all/v1/models`)).status, 500);
});

test('status answers with an OpenAI error and Retry-After', async () => {
  const response = await post('status=429,retry-after=7');
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('retry-after'), '7');
  assert.equal((await response.json()).error.type, 'rate_limit_error');
});

test('once touches only the first request under its key; nth only the Nth', async () => {
  /**
   * @param {string} faults
   * @param {number} count
   */
  const statuses = async (faults, count) => {
    /** @type {number[]} */
    const seen = [];
    for (let index = 0; index < count; index++) seen.push((await post(faults)).status);
    return seen;
  };
  assert.deepEqual(await statuses('status=500,once=once', 2), [500, 200]);
  assert.deepEqual(await statuses('status=500,once=other', 1), [500]);
  assert.deepEqual(await statuses('status=500,nth=2:second', 3), [200, 500, 200]);
  assert.deepEqual(
    (await log('once')).map(({ path, status }) => [path, status]),
    [
      ['/v1/chat/completions', 500],
      ['/v1/chat/completions', 200],
    ],
  );
});

test('html and content-type', async () => {
  const page = await post('html');
  assert.equal(page.status, 200);
  assert.match(header(page, 'content-type'), /^text\/html/);
  assert.match(await page.text(), /^<!doctype html>/);
  const typed = await post('content-type=text%2Fplain');
  assert.equal(typed.headers.get('content-type'), 'text/plain');
  assert.equal((await typed.json()).choices.length, 1);
});

test('truncated is well-formed HTTP with broken JSON and no [DONE]', async () => {
  const whole = await post('truncated');
  assert.equal(whole.status, 200);
  const text = await whole.text();
  assert.throws(() => JSON.parse(text), SyntaxError);
  const { end, text: events } = await contentChunks(await post('truncated', { stream: true }));
  assert.equal(end, 'ended');
  assert.doesNotMatch(events, /DONE/);
  assert.throws(() => JSON.parse(events.split('data: ').at(-1) ?? '{}'), SyntaxError);
});

test('cut destroys the socket after N chunks, or in the middle of a body', async () => {
  const { chunks, end } = await contentChunks(
    await post('cut=3', { stream: true, messages: STORY }),
  );
  assert.deepEqual([chunks, end], [3, 'TypeError']);
  await assert.rejects((await post('cut=0')).text(), TypeError);
  const once = async () =>
    (await contentChunks(await post('cut=1,once=cut', { stream: true }))).end;
  assert.deepEqual([await once(), await once()], ['TypeError', 'ended']);
  await eventually(async () =>
    assert.deepEqual(
      (await log('cut')).map(({ finished }) => finished),
      [false, true],
    ),
  );
});

test('endless goes on beyond max_tokens until the client leaves', async () => {
  const leave = new AbortController();
  const response = await post(
    'endless,key=endless',
    { stream: true, max_tokens: 3 },
    { signal: leave.signal },
  );
  let chunks = 0;
  for await (const event of readEvents(response)) {
    if (delta(event)?.content) chunks++;
    if (chunks === 30) break;
  }
  leave.abort();
  assert.equal(chunks, 30);
  await eventually(async () =>
    assert.deepEqual(await log('endless'), [
      { path: '/v1/chat/completions', status: 200, finished: false },
    ]),
  );
});

test('stall sends nothing, or nothing after N chunks, until the client leaves', async () => {
  const leave = new AbortController();
  const pending = post('stall,key=stall', {}, { signal: leave.signal });
  await eventually(async () =>
    assert.deepEqual(await log('stall'), [
      { path: '/v1/chat/completions', status: null, finished: false },
    ]),
  );
  leave.abort();
  await assert.rejects(pending, { name: 'AbortError' });

  const second = new AbortController();
  const response = await post(
    'stall=2',
    { stream: true, messages: STORY },
    { signal: second.signal },
  );
  const events = readEvents(response);
  let chunks = 0;
  while (chunks < 2) if (delta((await events.next()).value)?.content) chunks++;
  const next = events.next().then(
    () => 'came',
    (error) => error.name,
  );
  // Once another request is answered, everything sent before it has arrived.
  await wellAfterwards();
  assert.equal(await Promise.race([next, Promise.resolve('nothing')]), 'nothing');
  second.abort();
  assert.equal(await next, 'AbortError');
});

test('lost destroys the connection without an answer', async () => {
  await assert.rejects(post('lost,key=lost'), TypeError);
  assert.deepEqual(await log('lost'), [
    { path: '/v1/chat/completions', status: null, finished: false },
  ]);
  await assert.rejects(post('lost,once=lost-once'), TypeError);
  assert.equal((await post('lost,once=lost-once')).status, 200);
});

test('no-choices and malformed-tools, streamed and not', async () => {
  assert.deepEqual((await (await post('no-choices')).json()).choices, []);
  for await (const event of readEvents(await post('no-choices', { stream: true })))
    assert.deepEqual(event.choices, []);
  /** @param {import('./openai-helpers.mjs').Json[]} calls */
  const broken = (calls) =>
    assert.throws(() => JSON.parse(calls[0].function.arguments), SyntaxError);
  const [choice] = (await (await post('malformed-tools')).json()).choices;
  assert.equal(choice.finish_reason, 'tool_calls');
  broken(choice.message.tool_calls);
  const events = [];
  for await (const event of readEvents(await post('malformed-tools', { stream: true })))
    events.push(event);
  broken(events.map(delta).find((one) => one?.tool_calls).tool_calls);
  assert.equal(events.at(-1).choices[0].finish_reason, 'tool_calls');
});

test('slow starts the answer later; echo-key repeats the key', async () => {
  const start = performance.now();
  assert.equal((await post('slow=150')).status, 200);
  assert.ok(performance.now() - start >= 145);
  const response = await post('echo-key', {}, { headers: { authorization: 'Bearer sk-test-1' } });
  assert.equal(response.status, 401);
  assert.match((await response.json()).error.message, /sk-test-1/);
});

describe('combinations: every fault takes effect', () => {
  test('endless,cut: the socket goes after N of its chunks', async () => {
    const response = await post('endless,cut=20', { stream: true, max_tokens: 3 });
    const { chunks, end } = await contentChunks(response);
    assert.deepEqual([chunks, end], [20, 'TypeError']);
  });

  test('malformed-tools,cut: the socket closes after the call, before finish_reason', async () => {
    const { text, end } = await contentChunks(
      await post('malformed-tools,cut=1', { stream: true }),
    );
    assert.equal(end, 'TypeError');
    assert.match(text, /call_malformed/);
    assert.doesNotMatch(text, /"finish_reason":"tool_calls"/);
    const before = await contentChunks(await post('malformed-tools,cut=0', { stream: true }));
    assert.equal(before.end, 'TypeError');
    assert.doesNotMatch(before.text, /call_malformed/);
  });

  test('malformed-tools,truncated: the stream ends in the middle of the finish', async () => {
    const { text, end } = await contentChunks(
      await post('malformed-tools,truncated', { stream: true }),
    );
    assert.equal(end, 'ended');
    assert.match(text, /call_malformed/);
    assert.throws(() => JSON.parse(text.split('data: ').at(-1) ?? '{}'), SyntaxError);
  });

  test('no-choices,cut: chunks without choices, then the cut', async () => {
    const { text, end } = await contentChunks(
      await post('no-choices,cut=2', { stream: true, messages: STORY }),
    );
    assert.equal(end, 'TypeError');
    assert.equal(text.match(/"choices":\[\]/g)?.length, 3, 'the role and two chunks');
    assert.doesNotMatch(text, /"content"/);
  });

  for (const [options, first, second] of /** @type {const} */ ([
    ['once=a,nth=2:b', 'once', 'nth'],
    ['status=500,lost', 'status', 'lost'],
    ['status=500,html', 'status', 'html'],
    ['status=500,cut=1', 'status', 'cut'],
    ['stall,endless', 'stall', 'endless'],
    ['stall=1,status=500', 'status', 'stall'],
    ['truncated,cut=1', 'truncated', 'cut'],
    ['cut=1,stall=1', 'cut', 'stall'],
    ['no-choices,malformed-tools', 'no-choices', 'malformed-tools'],
    ['lost,retry-after=1', 'lost', 'retry-after'],
  ])) {
    test(`${options} is refused, because one of the two would have no effect`, async () => {
      const response = await post(options);
      assert.equal(response.status, 400);
      const { message } = (await response.json()).error;
      assert.ok(message.includes(`${first} and ${second} exclude each other`), message);
    });
  }

  test('an option that is given twice is refused', async () => {
    const response = await post('status=500,status=503');
    assert.equal(response.status, 400);
    assert.match((await response.json()).error.message, /"status=503" has to be given once/);
  });
});

describe('unknown options are refused', () => {
  for (const [options, named] of /** @type {const} */ ([
    ['stauts=500', 'stauts=500'],
    ['status=abc', 'status=abc'],
    ['status=200', 'status=200'],
    ['cut-once=3', 'cut-once=3'],
    ['once', 'once'],
    ['nth=0:key', 'nth=0:key'],
    ['html=1', 'html=1'],
    ['key', 'key'],
    ['%E0%A4%A', '%E0%A4%A'],
    ['__proto__', '__proto__'],
    ['constructor=1', 'constructor=1'],
  ])) {
    test(options, async () => {
      const response = await post(options);
      assert.equal(response.status, 400);
      const { error } = await response.json();
      assert.equal(error.code, 'unknown_fault');
      assert.ok(error.message.includes(named), error.message);
    });
  }
});

test('without faults, the prefix is an unknown address', async () => {
  const plain = await startOpenAiServer({ models: server.models, faults: false });
  try {
    assert.equal((await chat(`${plain.url}/fault:status=500`, {})).status, 404);
    assert.equal((await fetch(`${plain.url}/faults`)).status, 404);
  } finally {
    await plain.close();
  }
});

test('answers that a fault made have CORS headers', async () => {
  for (const faults of ['status=500', 'html', 'truncated', 'nonsense']) {
    const response = await post(faults, {}, { headers: { origin: 'http://localhost:5173' } });
    assert.equal(
      response.headers.get('access-control-allow-origin'),
      'http://localhost:5173',
      faults,
    );
    await response.text();
  }
});
