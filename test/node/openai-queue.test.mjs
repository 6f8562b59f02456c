import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { toError } from '../../scripts/lib/command.mjs';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import {
  allEvents,
  chat,
  completed,
  contentOf,
  eventually,
  MODEL,
  NEVER_ENDS,
  STORY,
  modelOf,
} from './openai-helpers.mjs';

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
before(async () => (server = await startOpenAiServer({ maxQueue: 12, graceMs: 0 })));
after(() => server.close());

const health = async () => (await fetch(`${server.url}/health`)).json();
const idle = () =>
  eventually(async () => assert.deepEqual(await health(), { status: 'ok', running: 0, queued: 0 }));

/** Makes the model wait for `open()` before it generates. No test depends on the model's speed. */
function closeGate() {
  const model = modelOf(server);
  const { generate } = model;
  /** @type {(value?: unknown) => void} */
  let open = () => undefined;
  const opened = new Promise((resolve) => (open = resolve));
  model.generate = async (request, onToken, signal) => {
    await Promise.race([
      opened,
      new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
    ]);
    return generate(request, onToken, signal);
  };
  return () => {
    model.generate = generate;
    open();
  };
}
/** @param {{ running: number, queued: number }} expected */
const queue = (expected) =>
  eventually(async () => assert.deepEqual(await health(), { status: 'ok', ...expected }));

test('ten clients at once each get their own answer', async () => {
  const one = (await completed(server.url, { messages: STORY })).choices[0].message.content;
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      index % 2
        ? allEvents(server.url, { messages: STORY, user: `${index}` }).then(contentOf)
        : completed(server.url, { messages: STORY, user: `${index}` }).then(
            ({ choices }) => choices[0].message.content,
          ),
    ),
  );
  assert.deepEqual(answers, Array(10).fill(one));
  await idle();
});

test('a client that leaves ends its generation, streamed and not', async () => {
  const model = modelOf(server);
  const { generate } = model;
  for (const stream of [true, false]) {
    const leave = new AbortController();
    let after = 0;
    /** @type {Promise<string> | undefined} */
    let ended;
    model.generate = (request, onToken, signal) => {
      const result = generate(
        request,
        (token) => {
          if (signal.aborted) after++;
          if (token.index === 3) leave.abort();
          return onToken(token);
        },
        signal,
      );
      ended = result.then(
        () => 'ran to its end',
        (error) => toError(error).name,
      );
      return result;
    };
    try {
      const reading = chat(
        server.url,
        { stream, messages: STORY, ...NEVER_ENDS },
        { signal: leave.signal },
      ).then((response) => response.text());
      await assert.rejects(reading, { name: 'AbortError' });
      await idle();
      // Of 300 tokens. A few were under way when the socket ended, and the worker finishes one.
      assert.equal(await ended, 'AbortError');
      assert.ok(after <= 30, `${after} tokens after the client had left`);
    } finally {
      model.generate = generate;
    }
  }
});

test('a client that leaves while it waits leaves the queue at once', async () => {
  const open = closeGate();
  const first = completed(server.url, { user: 'a' });
  await queue({ running: 1, queued: 0 });
  const leaves = [new AbortController(), new AbortController()];
  const waiting = leaves.map(({ signal }, index) =>
    chat(server.url, { user: 'b', stream: index === 1 }, { signal }),
  );
  await queue({ running: 1, queued: 2 });
  for (const leave of leaves) leave.abort();
  for (const one of waiting) await assert.rejects(one, { name: 'AbortError' });
  await queue({ running: 1, queued: 0 });
  open();
  assert.equal((await first).choices.length, 1);
  await idle();
});

test('a destroyed socket counts as leaving', async () => {
  const open = closeGate();
  const { hostname, port } = new URL(server.url);
  const body = JSON.stringify({ model: MODEL, messages: STORY });
  const socket = net.connect(Number(port), hostname);
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\n' +
      `Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await queue({ running: 1, queued: 0 });
  socket.destroy();
  await idle();
  open();
});

test('a full queue refuses with 429 and Retry-After, and later accepts again', async () => {
  const open = closeGate();
  const accepted = Array.from({ length: 13 }, () => completed(server.url, {}));
  await queue({ running: 1, queued: 12 });
  const response = await chat(server.url, {});
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('retry-after'), '1');
  assert.equal((await response.json()).error.code, 'queue_full');
  assert.equal(
    (await chat(server.url, { stream: true })).status,
    429,
    'a stream is refused with a status, not with an event',
  );
  open();
  assert.equal((await Promise.all(accepted)).length, 13);
  assert.equal((await chat(server.url, {})).status, 200);
});

test('30,000 short messages do not keep other clients waiting', async () => {
  const messages = Array.from({ length: 30_000 }, () => ({ role: 'user', content: 'hi' }));
  const startedAt = performance.now();
  const [refused] = await Promise.all([chat(server.url, { messages }), completed(server.url)]);
  assert.ok(performance.now() - startedAt < 6000, `${performance.now() - startedAt} ms`);
  const { error } = await refused.json();
  assert.equal(refused.status, 400);
  assert.equal(error.code, 'context_length_exceeded');
  // Encoding them would have given the exact number.
  assert.match(error.message, /at least \d+ tokens; the model's context window is 512/);
});

test('users take turns: one with many requests does not block another', async () => {
  const open = closeGate();
  /** @type {string[]} */
  const order = [];
  /** @param {string} user */
  const ask = (user) => completed(server.url, { user, max_tokens: 1 }).then(() => order.push(user));
  const all = [ask('first')];
  await queue({ running: 1, queued: 0 });
  for (let index = 1; index <= 4; index++) {
    all.push(ask('greedy'));
    await queue({ running: 1, queued: index });
  }
  all.push(ask('modest'));
  await queue({ running: 1, queued: 5 });
  open();
  await Promise.all(all);
  assert.ok(order.indexOf('modest') <= 3, order.join(', '));
});

test('keys take turns too, if no user is named', async () => {
  const open = closeGate();
  /** @type {string[]} */
  const order = [];
  /** @param {string} key */
  const ask = (key) =>
    completed(server.url, { max_tokens: 1 }, { headers: { authorization: `Bearer ${key}` } }).then(
      () => order.push(key),
    );
  const all = [ask('first')];
  await queue({ running: 1, queued: 0 });
  for (let index = 1; index <= 4; index++) {
    all.push(ask('greedy'));
    await queue({ running: 1, queued: index });
  }
  all.push(ask('modest'));
  await queue({ running: 1, queued: 5 });
  open();
  await Promise.all(all);
  assert.ok(order.indexOf('modest') <= 3, order.join(', '));
});

test('during shutdown, new requests get 503 and running ones are answered', async () => {
  const closing = await startOpenAiServer({ models: server.models, graceMs: 5000 });
  const open = closeGate();
  const { hostname, port } = new URL(closing.url);
  const running = completed(closing.url, {});
  await eventually(async () =>
    assert.equal((await (await fetch(`${closing.url}/health`)).json()).running, 1),
  );
  // A request that has begun to arrive: the server accepts no later connection.
  const socket = net.connect(Number(port), hostname);
  socket.write('POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n');
  // Once later requests are answered, the first bytes of this one have arrived.
  for (let round = 0; round < 3; round++) await fetch(`${closing.url}/health`);
  const closed = closing.close();
  socket.write('Content-Length: 2\r\n\r\n{}');
  let answer = '';
  for await (const bytes of socket) answer += bytes;
  assert.match(answer, /^HTTP\/1\.1 503 [\s\S]*shutting_down/);
  open();
  assert.equal((await running).choices.length, 1);
  await closed;
  await assert.rejects(fetch(`${closing.url}/health`), TypeError);
});
