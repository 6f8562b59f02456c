import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { importTypeScript } from '../../scripts/lib/typescript.mjs';
import { chat, completed, HELLO, MODEL } from './openai-helpers.mjs';

const { isOriginPattern, originFilter } = /** @type {typeof import('../../server/origins.js')} */ (
  await importTypeScript('server/origins.ts')
);

const { faultLog, findServer } = /** @type {typeof import('../../src/scenarios/server.js')} */ (
  await importTypeScript('src/scenarios/server.ts')
);

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let locked;
before(async () => {
  server = await startOpenAiServer({ hosts: ['models.example'] });
  locked = await startOpenAiServer({ models: server.models, apiKey: 'sk-right' });
});
after(async () => {
  await locked.close();
  await server.close();
});

/**
 * The status of `GET /v1/models` under a `Host` header, which `fetch` cannot set.
 *
 * @param {string} host
 * @param {string} [path]
 * @returns {Promise<number | undefined>}
 */
const statusFor = (host, path = '/v1/models') =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    http
      .get({ hostname, port, path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('error', reject);
  });

describe('Host', () => {
  for (const host of ['localhost', 'LocalHost:8080', 'a.localhost', '127.0.0.1:1', '192.168.1.7'])
    test(`${host} is answered`, async () => assert.equal(await statusFor(host), 200));
  test('[::1] is answered', async () => assert.equal(await statusFor('[::1]:8080'), 200));
  test('a name that was allowed is answered', async () =>
    assert.equal(await statusFor('models.example:80'), 200));
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example'])
    test(`${host} is refused everywhere`, async () => {
      assert.equal(await statusFor(host), 403);
      assert.equal(await statusFor(host, '/health'), 403);
      assert.equal(await statusFor(host, '/faults'), 403);
    });
});

describe('Content-Type', () => {
  const body = JSON.stringify({ model: MODEL, messages: HELLO, max_tokens: 1 });
  /** @param {Record<string, string>} headers */
  const send = (headers) =>
    fetch(`${server.url}/v1/chat/completions`, { method: 'POST', headers, body });

  for (const type of [
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ])
    test(`${type}, which any page may send, is refused with the remedy`, async () => {
      const response = await send({ 'content-type': type });
      const { error } = await response.json();
      assert.equal(response.status, 415);
      assert.match(error.message, /Content-Type: application\/json/);
    });
  test('JSON with a charset is read', async () =>
    assert.equal((await send({ 'content-type': 'Application/JSON; charset=utf-8' })).status, 200));
});

describe('Origin', () => {
  /** @param {string} origin */
  const ask = (origin, url = server.url) => chat(url, { max_tokens: 1 }, { headers: { origin } });
  for (const origin of ['https://evil.example', 'null', 'chrome-extension://abc'])
    test(`a page of ${origin} is refused before anything is computed`, async () => {
      const response = await ask(origin);
      const { error } = await response.json();
      assert.equal(response.status, 403);
      assert.equal(error.code, 'origin_not_allowed');
      assert.match(error.message, /--cors/);
      assert.equal((await ask(origin, `${server.url}/fault:echo-key`)).status, 403);
    });
  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:1'])
    test(`a page of ${origin} is answered`, async () =>
      assert.equal((await ask(origin)).status, 200));
  test('an extension that --cors names is answered', async () => {
    const open = await startOpenAiServer({
      models: server.models,
      origins: ['chrome-extension://abc'],
    });
    try {
      assert.equal((await ask('chrome-extension://abc', open.url)).status, 200);
      assert.equal((await ask('http://localhost:5173', open.url)).status, 403);
      assert.equal((await ask(open.url, open.url)).status, 200, "the server's own address");
    } finally {
      await open.close();
    }
  });
});

describe('the key', () => {
  for (const path of ['/faults', '/faults/log', '/v1/models'])
    test(`guards ${path}`, async () => {
      assert.equal((await fetch(locked.url + path)).status, 401);
      const headers = { authorization: 'Bearer sk-right' };
      assert.equal((await fetch(locked.url + path, { headers })).status, 200);
    });
  test('guards faults, which could hold connections', async () => {
    assert.equal((await chat(`${locked.url}/fault:stall`)).status, 401);
    assert.equal((await fetch(`${locked.url}/fault:nonsense/v1/models`)).status, 401);
  });
  test('is sent by the scenarios, which need the faults and their log', async () => {
    const apiUrl = `${locked.url}/v1`;
    const found = await findServer({ apiUrl, apiKey: 'sk-right' });
    assert.ok('faults' in found && found.faults, 'the scenarios found the faults');
    assert.deepEqual(await faultLog(found, 'unused'), []);
  });
  test('does not keep a server from hanging up, and nothing is computed or logged', async () => {
    await assert.rejects(chat(`${locked.url}/fault:lost,key=keyless`), TypeError);
    // A fault touches completions only, if it does not say `all`.
    assert.equal((await fetch(`${locked.url}/fault:lost/v1/models`)).status, 401);
    await assert.rejects(fetch(`${locked.url}/fault:lost,all/v1/models`), TypeError);
    const headers = { authorization: 'Bearer sk-right' };
    const log = await fetch(`${locked.url}/faults/log?key=keyless`, { headers });
    assert.deepEqual(await log.json(), []);
  });
  test('is not needed for the health of the server', async () =>
    assert.equal((await fetch(`${locked.url}/health`)).status, 200));
});

describe('a body whose Content-Length is too large', () => {
  test('is refused, and the next request works', async () => {
    const response = await chat(server.url, { padding: 'x'.repeat(2 << 20) });
    assert.equal(response.status, 413);
    await completed(server.url, { max_tokens: 1 });
  });
  test('is refused before it arrives', async () => {
    const { hostname, port } = new URL(server.url);
    const request = http.request(`${server.url}/v1/chat/completions`, {
      hostname,
      port,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 1 << 30 },
    });
    request.on('error', () => undefined); // the server closes the connection afterwards
    request.write('{');
    const [response] = await once(request, 'response');
    assert.equal(response.statusCode, 413);
    request.destroy();
  });
});

describe('--cors', () => {
  /** @type {Record<string, [matches: string[], others: string[]]>} */
  const patterns = {
    'https://docs.example': [['https://docs.example'], ['https://docs.example.evil', 'null']],
    'https://*.example.com': [
      ['https://a.example.com', 'https://a.b.example.com'],
      ['https://example.com', 'http://a.example.com', 'https://a.example.com:8443', 'https://evil'],
    ],
    'http://localhost:*': [
      ['http://localhost:1', 'http://localhost:65535'],
      ['http://localhost', 'http://localhost:1.evil.example:2'],
    ],
    'chrome-extension://abcdef': [['chrome-extension://abcdef'], ['chrome-extension://b']],
    'moz-extension://*': [['moz-extension://1-2-3'], ['chrome-extension://1']],
    'capacitor://localhost': [['capacitor://localhost'], ['http://localhost']],
    'tauri://localhost': [['tauri://localhost'], []],
    null: [['null'], ['https://null']],
  };
  for (const [pattern, [matches, others]] of Object.entries(patterns)) {
    test(`${pattern} matches what it says`, () => {
      assert.ok(isOriginPattern(pattern));
      const filter = originFilter([pattern]);
      for (const origin of matches) assert.equal(filter(origin), origin);
      for (const origin of others) assert.equal(filter(origin), null, origin);
    });
  }
  for (const wrong of ['localhost', 'https://', 'https://a/b', 'https://a?b', 'https://u@a', ''])
    test(`${JSON.stringify(wrong)} is not an origin`, () => assert.ok(!isOriginPattern(wrong)));
});
