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
  assert.ok(faults.includes('cut-once') && faults.includes('echo-key'));
  await assert.rejects(
    new Promise((resolve, reject) =>
      net.connect(closedPort, '127.0.0.1').once('connect', resolve).once('error', reject),
    ),
    { code: 'ECONNREFUSED' },
  );
});

test('faults touch only chat completions, unless "all" is given', async () => {
  assert.equal((await fetch(`${server.url}/fault:status=500/v1/models`)).status, 200);
  assert.equal((await fetch(`${server.url}/fault:status=500,all/v1/models`)).status, 500);
});

test('status: an OpenAI error with Retry-After; status-once only the first time', async () => {
  const response = await post('status=429,retry-after=7');
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('retry-after'), '7');
  assert.equal((await response.json()).error.type, 'rate_limit_error');
  assert.equal((await post('status-once=500:once')).status, 500);
  assert.equal((await post('status-once=500:once')).status, 200);
  const other = await post('status-once=500:other');
  assert.equal(other.status, 500);
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

test('truncated: well-formed HTTP, broken JSON, no [DONE]', async () => {
  const whole = await post('truncated');
  assert.equal(whole.status, 200);
  const text = await whole.text();
  assert.throws(() => JSON.parse(text), SyntaxError);
  const { end, text: events } = await contentChunks(await post('truncated', { stream: true }));
  assert.equal(end, 'ended');
  assert.doesNotMatch(events, /DONE/);
  assert.throws(() => JSON.parse(events.split('data: ').at(-1) ?? '{}'), SyntaxError);
});

test('cut: the socket closes after N chunks, or in the middle of a body; cut-once only the first time', async () => {
  const { chunks, end } = await contentChunks(
    await post('cut=3', { stream: true, messages: STORY }),
  );
  assert.deepEqual([chunks, end], [3, 'TypeError']);
  await assert.rejects((await post('cut=0')).text(), TypeError);
  assert.equal(
    (await contentChunks(await post('cut-once=1:cut', { stream: true }))).end,
    'TypeError',
  );
  assert.equal((await contentChunks(await post('cut-once=1:cut', { stream: true }))).end, 'ended');
  await eventually(async () =>
    assert.deepEqual(
      (await log('cut')).map(({ finished }) => finished),
      [false, true],
    ),
  );
});

test('endless: continues beyond max_tokens until the client leaves', async () => {
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

test('stall: nothing, or nothing more after N chunks, until the client leaves', async () => {
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

test('lost: no answer at all; lost-once only the first time', async () => {
  await assert.rejects(post('lost,key=lost'), TypeError);
  assert.deepEqual(await log('lost'), [
    { path: '/v1/chat/completions', status: null, finished: false },
  ]);
  await assert.rejects(post('lost-once=lost-once'), TypeError);
  assert.equal((await post('lost-once=lost-once')).status, 200);
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

test('slow starts late; echo-key repeats the key', async () => {
  const start = performance.now();
  assert.equal((await post('slow=150')).status, 200);
  assert.ok(performance.now() - start >= 145);
  const response = await post('echo-key', {}, { headers: { authorization: 'Bearer sk-test-1' } });
  assert.equal(response.status, 401);
  assert.match((await response.json()).error.message, /sk-test-1/);
});

describe('invalid options', () => {
  for (const [options, named] of /** @type {const} */ ([
    ['stauts=500', 'stauts=500'],
    ['status=abc', 'status=abc'],
    ['status=200', 'status=200'],
    ['cut-once=3', 'cut-once=3'],
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

test('with faults turned off, the prefix is an unknown address', async () => {
  const plain = await startOpenAiServer({ models: server.models, faults: false });
  try {
    assert.equal((await chat(`${plain.url}/fault:status=500`, {})).status, 404);
    assert.equal((await fetch(`${plain.url}/faults`)).status, 404);
  } finally {
    await plain.close();
  }
});

test('answers made by a fault have CORS headers', async () => {
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
