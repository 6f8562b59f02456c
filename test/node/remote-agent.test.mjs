import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { importTypeScript } from '../../scripts/lib/typescript.mjs';
import { portOf } from './openai-helpers.mjs';

/** @typedef {import('node:http').ServerResponse} Res */
/** @typedef {import('./openai-helpers.mjs').Json} Json */

/*
 * The remote agent in Node, over real sockets, against servers that misbehave in ways that this
 * project's own server never does. Node's errors say more than a browser's, such as whether a
 * connection was refused or a name not resolved.
 */

const KEY = 'sk-verysecretkey-0123456789abcdef';
/** @type {typeof import('../../src/agents/load-agent.js')['loadAgent']} */
let loadAgent;
before(async () => {
  ({ loadAgent } = /** @type {typeof import('../../src/agents/load-agent.js')} */ (
    await importTypeScript('src/agents/load-agent.ts')
  ));
});

/** @type {import('node:http').Server[]} */
const servers = [];
after(() => servers.forEach((server) => server.closeAllConnections() ?? server.close()));

/**
 * A server with a list of models and a completion. `models` and `complete` replace their answers.
 *
 * @param {{ models?: (res: Res) => void, complete?: (res: Res, requests: Json[]) => void }} answers
 */
async function serve({
  models = (res) => json(res, { data: [{ id: 'm' }] }),
  complete = (res) => json(res, answer('Hello.')),
}) {
  /** @type {Json[]} */
  const requests = [];
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (text) => (body += text));
    req.on('end', () => {
      requests.push({
        url: req.url,
        authorization: req.headers.authorization,
        body: body && JSON.parse(body),
      });
      if (req.url?.endsWith('/models')) models(res);
      else complete(res, requests);
    });
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return { url: `http://127.0.0.1:${portOf(server)}/v1`, requests };
}

/**
 * @param {Res} res
 * @param {unknown} value
 * @param {number} [status]
 */
const json = (res, value, status = 200) =>
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
/** A pool of engines that never has one. */
const brokenPool = /** @type {import('../../src/engine/engine-pool.js').EnginePool} */ (
  /** @type {unknown} */ ({ acquire: () => Promise.reject(new Error('this page')) })
);
/** @param {string} content */
const answer = (content) => ({
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
});
/**
 * @param {string} apiUrl
 * @param {import('../../src/agents/load-agent.js').LoadAgentOptions} [options]
 */
const load = (apiUrl, options = {}) =>
  loadAgent({
    backend: 'remote',
    apiUrl,
    apiKey: KEY,
    maxRetries: 0,
    sources: { environment: {} },
    ...options,
  });
/**
 * The error that work fails with.
 *
 * @param {Promise<unknown>} work
 * @returns {Promise<Json>}
 */
const failure = async (work) =>
  work.then(
    (value) => assert.fail(`no error, but ${JSON.stringify(value)?.slice(0, 200)}`),
    (error) => error,
  );
/**
 * Everything that an error tells.
 *
 * @param {Json} error
 */
const texts = (error) =>
  JSON.stringify([error.message, error.details, error.stack, error.cause?.message]);

describe('the key', () => {
  /** @type {Record<string, (res: Res) => void>} */
  const bodies = {
    'a 401 that repeats it near where long messages are cut': (res) =>
      json(res, { error: { message: `${'x'.repeat(270)} ${KEY}` } }, 401),
    'a 500 in plain text': (res) => res.writeHead(500).end(`${'y'.repeat(280)}${KEY}`),
    'broken JSON': (res) =>
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(`${KEY} is no JSON`),
    'an error in a 200': (res) => json(res, { error: { message: `bad key ${KEY}` } }),
    'a content type': (res) => res.writeHead(200, { 'Content-Type': `text/${KEY}` }).end('x'),
    'no choices': (res) => json(res, { choices: [], note: `${'z'.repeat(270)}${KEY}` }),
  };
  for (const [name, complete] of Object.entries(bodies)) {
    test(`is in no part of an error: ${name}`, async () => {
      const { url, requests } = await serve({ complete });
      const error = await failure((await load(url)).invoke('Hi'));
      assert.equal(requests.at(-1).authorization, `Bearer ${KEY}`);
      assert.doesNotMatch(texts(error), /sk-very|0123456789/);
    });
  }

  test('is not in the part of a reply that an error keeps', async () => {
    /** @param {Res} res */
    const complete = (res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(
        `data: ${JSON.stringify({ choices: [{ delta: { content: `your key is ${KEY}` } }] })}\n\n`,
        () => setTimeout(() => res.destroy(), 20),
      );
    };
    const { url } = await serve({ complete });
    const error = await failure((await load(url)).stream('Hi').response);
    assert.equal(error.details.text, 'your key is …');
    assert.doesNotMatch(texts(error), /sk-very/);
  });

  test('a placeholder key is not removed from strings', async () => {
    const { url } = await serve({
      complete: (res) => json(res, { error: { message: 'the model of the test failed' } }, 500),
    });
    assert.match(
      (await failure((await load(url, { apiKey: 'test' })).invoke('Hi'))).message,
      /the model of the test failed/,
    );
  });

  test('and the prompt go nowhere else: a redirect is an error', async () => {
    const elsewhere = await serve({});
    const { url } = await serve({
      complete: (res) =>
        res.writeHead(307, { Location: `${elsewhere.url}/chat/completions` }).end(),
    });
    assert.equal((await failure((await load(url)).invoke('Hi'))).details.fault, 'redirect');
    assert.deepEqual(elsewhere.requests, []);
  });
});

describe('a list of models', () => {
  test('that stalls is a timeout, not an empty list', async () => {
    const { url } = await serve({
      models: (res) =>
        res.writeHead(200, { 'Content-Type': 'application/json' }).write('{"data":['),
    });
    assert.equal((await failure(load(url, { timeoutSeconds: 0.3 }))).details.fault, 'timeout');
  });

  test('that stalls can be aborted', async () => {
    const { url } = await serve({
      models: (res) =>
        res.writeHead(200, { 'Content-Type': 'application/json' }).write('{"data":['),
    });
    assert.equal(
      (await failure(load(url, { signal: AbortSignal.timeout(100) }))).name,
      'TimeoutError',
    );
  });

  test('that is cut is an error', async () => {
    const { url } = await serve({
      models: (res) => res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"data":['),
    });
    assert.equal((await failure(load(url))).details.fault, 'not-json');
  });

  test('that is missing is an empty list', async () => {
    const { url } = await serve({ models: (res) => json(res, { error: 'not found' }, 404) });
    assert.equal((await load(url, { model: 'any' })).model.id, 'any');
  });

  test('of one model sets a missing model; with several, a missing model is an error', async () => {
    assert.equal((await load((await serve({})).url)).model.id, 'm');
    const { url } = await serve({
      models: (res) => json(res, { data: [{ id: 'a' }, { id: 'b', max_model_len: 99 }] }),
    });
    assert.match((await failure(load(url))).message, /has 2: a, b\. Set model/);
    assert.equal((await load(url, { model: 'b' })).contextWindow, 99);
  });

  test('without the model fails its rung of auto', async () => {
    const { url } = await serve({
      models: (res) => json(res, { data: [{ id: 'llama3.2:latest' }] }),
    });
    assert.equal((await load(url, { backend: 'auto', model: 'llama3.2' })).model.id, 'llama3.2');
    const error = await failure(
      load(url, {
        backend: 'auto',
        model: 'unmocked-tiny',
        pool: brokenPool,
      }),
    );
    assert.match(error.message, /this page/);
    /** @type {Json[]} */
    const attempts = [];
    await failure(
      load(url, {
        backend: 'auto',
        model: 'unmocked-tiny',
        onAttempt: (attempt) => attempts.push(attempt),
        pool: brokenPool,
      }),
    );
    assert.deepEqual(
      attempts.map(({ device, outcome, error: { details } }) => [device, outcome, details.fault]),
      [['remote', 'failed', 'no-such-model']],
    );
  });
});

test('a session that is forgotten during a reply stays forgotten', async () => {
  const { url, requests } = await serve({
    complete: (res) => setTimeout(() => json(res, answer('Noted.')), 50),
  });
  const agent = await load(url);
  const speaking = agent.invoke({
    messages: [{ role: 'user', content: 'a secret of the past' }],
    sessionId: 's',
  });
  await agent.forget?.('s');
  await speaking;
  await agent.invoke({ messages: [{ role: 'user', content: 'Hello?' }], sessionId: 's' });
  assert.deepEqual(requests.at(-1).body.messages, [{ role: 'user', content: 'Hello?' }]);
});

test('refuses two settings that contradict each other', async () => {
  const { url } = await serve({});
  assert.match((await failure(load(url, { device: 'wasm' }))).message, /"remote".*"wasm"/);
});

test('Node tells an unknown host from a closed port', async () => {
  const { url } = await serve({});
  servers.at(-1)?.close();
  assert.equal((await failure(load(url))).details.fault, 'refused');
  assert.equal(
    (await failure(load('http://no-such-server.invalid/v1'))).details.fault,
    'unresolved',
  );
});
