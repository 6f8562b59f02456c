import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { toError } from '../../scripts/lib/command.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';
import { createModelWorker, startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { loadServer } from '../../scripts/lib/typescript.mjs';
import { replies } from '../golden.mjs';
import {
  allEvents,
  chat,
  completed,
  eventually,
  MODEL,
  modelOf,
  NEVER_ENDS,
  readEvents,
  STORY,
} from './openai-helpers.mjs';

/* The worker that computes. Each test controls the worker itself. */

const LONG = { messages: STORY, ...NEVER_ENDS };

/** @type {Awaited<ReturnType<typeof loadServer>>['ModelHost']} */
let ModelHost;
/** @type {InstanceType<typeof ModelHost>} */
let host;
/** @type {Worker} */
let worker;
let started = 0;
/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
/** @type {import('./openai-helpers.mjs').Json[]} */
const logged = [];
before(async () => {
  ({ ModelHost } = await loadServer());
  host = new ModelHost(() => {
    started++;
    return (worker = createModelWorker());
  });
  server = await startOpenAiServer({
    models: [await host.load({ model: MODEL, root: ROOT })],
    graceMs: 0,
    maxQueue: 0,
    log: (error) => logged.push(error),
  });
});
after(async () => {
  await server.close();
  await host.close();
});

const health = async () => (await fetch(`${server.url}/health`)).json();
const idle = () =>
  eventually(async () => assert.deepEqual(await health(), { status: 'ok', running: 0, queued: 0 }));

test('while it computes, health and 429 work; a client that leaves frees the slot', async () => {
  const model = modelOf(server);
  const { generate } = model;
  const prompt = {
    messages: [{ role: 'user', content: 'apple river stone '.repeat(60) }],
    ...NEVER_ENDS,
    max_tokens: 200,
    stream: true,
  };
  let tokens = 0;
  /** @type {(value?: unknown) => void} */
  let begin;
  /** @type {Promise<string> | undefined} */
  let ended;
  model.generate = (request, onToken, signal) => {
    begin();
    const result = generate(
      request,
      (token) => {
        tokens++;
        onToken(token);
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
    const leave = new AbortController();
    const begun = new Promise((resolve) => (begin = resolve));
    const leaves = chat(server.url, prompt, { signal: leave.signal })
      .then((response) => response.text())
      .catch((error) => toError(error).name);
    await begun;
    const [{ running }, { status }] = await Promise.all([health(), chat(server.url, prompt)]);
    assert.deepEqual([running, status], [1, 429]);
    leave.abort();
    assert.equal(await leaves, 'AbortError');
    await idle();
    assert.equal(await ended, 'AbortError');
    assert.ok(tokens < 100, `${tokens} of 200 tokens`);
  } finally {
    model.generate = generate;
  }
});

describe('a worker that dies', () => {
  /** Causes an error between two tokens. `terminate()` during a run would abort this process. */
  const kill = () => worker.postMessage(null);
  /**
   * Checks that an error tells nothing about this machine.
   *
   * @param {string} text
   */
  const isPlain = (text) => {
    assert.match(
      text,
      /"error":\{"message":"The server failed to answer this request\. Its log has the details\."/,
    );
    assert.doesNotMatch(text, /worker|\bat |DONE/);
    assert.ok(!text.includes(ROOT), text);
  };

  test('fails a stream with an event; the next worker answers as before', async () => {
    const whole = await allEvents(server.url, { messages: STORY });
    const before = started;
    logged.length = 0;
    const streamed = await chat(server.url, { ...LONG, stream: true });
    const ended = streamed.text();
    kill();
    isPlain(await ended);
    await idle();
    assert.deepEqual(
      logged.map(({ code }) => code),
      ['engine-crashed'],
    );
    /** @param {import('./openai-helpers.mjs').Json[]} events */
    const contents = (events) => events.map(({ choices }) => choices[0].delta);
    assert.deepEqual(contents(await allEvents(server.url, { messages: STORY })), contents(whole));
    assert.equal(started, before + 1);
  });

  test('before the first token: a status of 500', async () => {
    const model = modelOf(server);
    const { generate } = model;
    model.generate = (...call) => {
      model.generate = generate;
      kill();
      return generate(...call);
    };
    const response = await chat(server.url, {
      messages: [{ role: 'user', content: 'apple river stone '.repeat(90) }],
      stream: true,
    });
    assert.equal(response.status, 500);
    isPlain(await response.text());
    assert.equal((await completed(server.url, {})).choices[0].message.content, replies.greeting[0]);
  });

  test('one that cannot start fails with its cause; a later one serves', async () => {
    const workers = [
      new Worker('throw new Error("no memory")', { eval: true }),
      createModelWorker(),
    ];
    const other = new ModelHost(() => workers.shift() ?? createModelWorker());
    await assert.rejects(
      other.load({ model: MODEL, root: ROOT }),
      (/** @type {import('./openai-helpers.mjs').Json} */ error) =>
        error.code === 'engine-crashed' && error.cause.message === 'no memory',
    );
    assert.equal((await other.load({ model: MODEL, root: ROOT })).id, MODEL);
    await other.close();
    await assert.rejects(other.load({ model: MODEL, root: ROOT }), { code: 'disposed' });
  });

  test('load errors cross the thread boundary whole', async () => {
    await assert.rejects(host.load({ model: 'no such model', root: ROOT }), {
      name: 'UnmockedError',
      code: 'unknown-model',
    });
    await assert.rejects(host.load({ model: MODEL, dtype: 'q4', root: ROOT }), {
      code: 'file-not-found',
    });
  });
});

test('a server leaves models loaded that another one shares with it', async () => {
  const other = await startOpenAiServer({ models: server.models });
  await completed(other.url, {});
  await other.close();
  assert.equal((await completed(server.url, {})).choices.length, 1);
});

test('a client that leaves in the middle of a stream frees the slot', async () => {
  const leave = new AbortController();
  const events = readEvents(
    await chat(server.url, { ...LONG, stream: true }, { signal: leave.signal }),
  );
  await events.next();
  leave.abort();
  await idle();
});
