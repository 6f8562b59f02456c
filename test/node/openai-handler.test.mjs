import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { toError, UsageError } from '../../scripts/lib/command.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';
import * as options from '../../scripts/lib/openai/options.mjs';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { loadServer, loadServerModel, loadTables } from '../../scripts/lib/typescript.mjs';
import { replies } from '../golden.mjs';
import { chat, completed, eventually, header, HELLO, MODEL } from './openai-helpers.mjs';

/**
 * @param {readonly string[]} args
 * @param {Record<string, string>} [environment]
 */
const readServerOptions = async (args, environment = {}) =>
  options.readServerOptions(args, environment, {
    command: 'npm run serve:openai --',
    tables: await loadTables(),
  });

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
/** @type {Awaited<ReturnType<typeof loadServer>>} */
let module;
/** @type {Awaited<ReturnType<typeof loadServerModel>>['loadServedModel']} */
let loadServedModel;
/** @type {Awaited<ReturnType<typeof loadServedModel>>} */
let model;
before(async () => {
  module = await loadServer();
  ({ loadServedModel } = await loadServerModel());
  model = await loadServedModel({ model: MODEL, root: ROOT });
  server = await startOpenAiServer({ models: [model] });
});
after(() => server.close());

describe('the handler without a port', () => {
  /**
   * @param {string} address
   * @param {object} [body]
   * @param {RequestInit} [init]
   */
  const request = (address, body, init = {}) =>
    new Request(
      `http://unmocked.invalid${address}`,
      body
        ? {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
            ...init,
          }
        : init,
    );
  const greeting = { model: MODEL, messages: HELLO, temperature: 0 };

  test('answers requests', async () => {
    const handler = module.createHandler({ models: [model] });
    assert.equal((await (await handler(request('/v1/models'))).json()).data[0].id, MODEL);
    assert.equal(
      (await (await handler(request('/v1/chat/completions', greeting))).json()).choices[0].message
        .content,
      replies.greeting[0],
    );
    assert.match(
      await (await handler(request('/v1/chat/completions', { ...greeting, stream: true }))).text(),
      /data: \[DONE\]\n\n$/,
    );
  });

  test('ends a generation when the signal aborts, or the body is cancelled', async () => {
    const handler = module.createHandler({ models: [model] });
    const running = async () => (await (await handler(request('/health'))).json()).running;
    const leave = new AbortController();
    const pending = handler(request('/v1/chat/completions', greeting, { signal: leave.signal }));
    leave.abort();
    assert.equal((await pending).status, 499);
    const { body } = await handler(request('/v1/chat/completions', { ...greeting, stream: true }));
    assert.equal(await running(), 1);
    await body?.cancel();
    await eventually(async () => assert.equal(await running(), 0));
  });

  test('a runtime failure is a 500 that hides this machine, and goes to the log', async () => {
    /** @type {string[]} */
    const logged = [];
    const broken = {
      ...model,
      generate: () => Promise.reject(new Error('cannot read /home/somebody/model.onnx')),
    };
    const handler = module.createHandler({
      models: [broken],
      log: (error) => logged.push(toError(error).message),
    });
    for (const stream of [false, true]) {
      const response = await handler(request('/v1/chat/completions', { ...greeting, stream }));
      assert.equal(response.status, 500);
      assert.doesNotMatch(await response.text(), /home|onnx|\bat /);
    }
    assert.deepEqual(logged, Array(2).fill('cannot read /home/somebody/model.onnx'));
  });

  test('a failure in the middle of a stream sends an error event and no [DONE]', async () => {
    /** @type {import('../../server/index.js').ServedModel['generate']} */
    const fails = async (_, onToken) => {
      onToken({ index: 0, tokenId: 1, text: ' Hello' });
      throw new Error('secret');
    };
    const handler = module.createHandler({
      models: [{ ...model, generate: fails }],
      log: () => undefined,
    });
    const text = await (
      await handler(request('/v1/chat/completions', { ...greeting, stream: true }))
    ).text();
    assert.match(text, /"content":"Hello"[\s\S]*data: \{"error":\{"message":"The server failed/);
    assert.doesNotMatch(text, /secret|DONE/);
  });

  test('refuses with 503 once it closes, but still reports its health', async () => {
    const closing = AbortSignal.abort();
    const handler = module.createHandler({ models: [model], closing });
    assert.equal((await handler(request('/v1/models'))).status, 503);
    assert.equal((await (await handler(request('/health'))).json()).status, 'closing');
  });
});

describe('keys', () => {
  const KEY = 'sk-ключ ~"\\';
  /** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
  let locked;
  before(async () => (locked = await startOpenAiServer({ models: [model], apiKey: 'sk-right' })));
  after(() => locked.close());
  /** @param {string} [authorization] */
  const get = (authorization) =>
    fetch(`${locked.url}/v1/models`, {
      headers: authorization === undefined ? {} : { authorization },
    });

  test('accepts the right key, with any case of the scheme', async () => {
    for (const header of ['Bearer sk-right', 'bearer sk-right', 'BEARER  sk-right '])
      assert.equal((await get(header)).status, 200, header);
  });

  for (const header of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer sk-wrong',
    'Bearer sk-righ',
    'Bearer sk-rightt',
    'Bearer sk-right x',
    'Basic sk-right',
    'sk-right',
    'Bearer \u00e9\u00ff',
    `Bearer ${'x'.repeat(8000)}`,
  ]) {
    test(`not with ${JSON.stringify(header)?.slice(0, 30)}`, async () => {
      const response = await get(header);
      assert.equal(response.status, 401);
      const { error } = await response.json();
      assert.deepEqual([error.type, error.code], ['authentication_error', 'invalid_api_key']);
      assert.doesNotMatch(JSON.stringify(error), /sk-|xxx/);
    });
  }

  test('health and a preflight need no key; chat does', async () => {
    assert.equal((await fetch(`${locked.url}/health`)).status, 200);
    assert.equal(
      (
        await fetch(`${locked.url}/v1/models`, {
          method: 'OPTIONS',
          headers: { origin: 'http://localhost', 'access-control-request-method': 'GET' },
        })
      ).status,
      204,
    );
    assert.equal((await chat(locked.url, {})).status, 401);
    assert.equal(
      (
        await completed(
          locked.url,
          { max_tokens: 1 },
          { headers: { authorization: 'Bearer sk-right' } },
        )
      ).choices.length,
      1,
    );
  });

  test('accepts any key if none is required', async () => {
    assert.equal(
      (
        await fetch(`${server.url}/v1/models`, {
          headers: { authorization: `Bearer ${encodeURIComponent(KEY)}` },
        })
      ).status,
      200,
    );
  });
});

describe('CORS', () => {
  /**
   * @param {string} url
   * @param {string} origin
   * @param {import('./openai-helpers.mjs').Init} [init]
   */
  const from = (url, origin, init) =>
    fetch(url, { ...init, headers: { origin, ...init?.headers } });
  /** @param {Response} response */
  const allowed = (response) => response.headers.get('access-control-allow-origin');

  test('by default, only pages of this machine may read', async () => {
    for (const origin of [
      'http://localhost:5173',
      'http://localhost',
      'https://localhost:1',
      'http://127.0.0.1:8000',
      'http://[::1]:80',
      'http://app.localhost:3000',
    ]) {
      assert.equal(allowed(await from(`${server.url}/v1/models`, origin)), origin);
    }
    for (const origin of [
      'https://example.org',
      'http://localhost.example.org',
      'http://127.0.0.1.example.org',
      'http://evil-localhost',
      'null',
      'http://192.168.0.1',
    ]) {
      assert.equal(allowed(await from(`${server.url}/v1/models`, origin)), null, origin);
    }
  });

  test('the configured origins, or all', async () => {
    const told = await startOpenAiServer({
      models: [model],
      origins: ['https://docs.example.org'],
    });
    const open = await startOpenAiServer({ models: [model], origins: ['*'] });
    try {
      assert.equal(
        allowed(await from(`${told.url}/v1/models`, 'https://docs.example.org')),
        'https://docs.example.org',
      );
      assert.equal(allowed(await from(`${told.url}/v1/models`, 'http://localhost:5173')), null);
      assert.equal(allowed(await from(`${open.url}/v1/models`, 'https://anything.example')), '*');
    } finally {
      await told.close();
      await open.close();
    }
  });

  test("a preflight allows the client's headers; errors and streams have CORS too", async () => {
    const origin = 'http://localhost:5173';
    const headers =
      'authorization,content-type,x-stainless-lang,x-stainless-runtime-version,' +
      'x-stainless-retry-count';
    const preflight = await from(`${server.url}/v1/chat/completions`, origin, {
      method: 'OPTIONS',
      headers: {
        'access-control-request-method': 'POST',
        'access-control-request-headers': headers,
      },
    });
    assert.equal(preflight.status, 204);
    assert.deepEqual(
      header(preflight, 'access-control-allow-headers').split(/, ?/),
      headers.split(','),
    );
    assert.match(header(preflight, 'access-control-allow-methods'), /POST/);
    /** @type {[address: string, init: RequestInit & { headers?: Record<string, string> }][]} */
    const requests = [
      ['/v1/nothing', {}],
      ['/v1/chat/completions', { method: 'POST', body: '{' }],
      ['/v1/chat/completions', { method: 'POST', body: 'x'.repeat(2 << 20) }],
      [
        '/v1/chat/completions',
        { method: 'POST', body: JSON.stringify({ model: MODEL, messages: HELLO, stream: true }) },
      ],
    ];
    for (const [address, init] of requests) {
      const response = await from(server.url + address, origin, init);
      assert.equal(allowed(response), origin);
      assert.match(header(response, 'access-control-expose-headers'), /x-request-id/);
      assert.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
      assert.match(header(response, 'x-request-id'), /^req_/);
      await response.text();
    }
  });
});

describe('models', () => {
  test('refuses a damaged file of a bundled model before it loads it', async () => {
    const root = await mkdtemp(path.join(os.tmpdir(), 'unmocked-openai-'));
    try {
      const folder = path.join(root, 'public/models', MODEL);
      await cp(path.join(ROOT, 'public/models', MODEL), folder, { recursive: true });
      await truncate(path.join(folder, 'onnx/model_quantized.onnx'), 1_000_000);
      await assert.rejects(loadServedModel({ model: MODEL, root }), { code: 'integrity' });
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test('a folder is a model under its own name; fp32 and q8 say the same', async () => {
    const folder = await loadServedModel({
      model: path.join(ROOT, 'public/models', MODEL),
      dtype: 'fp32',
      root: ROOT,
    });
    assert.equal(folder.id, MODEL);
    assert.notEqual(folder.fingerprint, model.fingerprint);
    const handler = module.createHandler({ models: [folder] });
    const response = await handler(
      new Request('http://unmocked.invalid/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: MODEL, messages: HELLO, temperature: 0 }),
      }),
    );
    assert.equal((await response.json()).choices[0].message.content, replies.greeting[0]);
  });

  test('refuses an unknown model by name', async () => {
    await assert.rejects(loadServedModel({ model: 'no such model', root: ROOT }), {
      code: 'unknown-model',
    });
    await assert.rejects(loadServedModel({ model: './no/such/folder', root: ROOT }), {
      code: 'model-not-found',
    });
    await assert.rejects(loadServedModel({ model: MODEL, dtype: 'q4', root: ROOT }), {
      code: 'file-not-found',
    });
  });
});

describe('the command', () => {
  test('argument, then environment, then default', async () => {
    const { port, host, models, apiKey, faults } = await readServerOptions([], {});
    assert.deepEqual(
      [port, host, models, apiKey, faults],
      [8080, '127.0.0.1', [MODEL], undefined, true],
    );
    const env = {
      OPENAI_API_KEY: 'k',
      AF_LLM_MODEL: 'distilgpt2',
      OPENAI_API_URL: 'http://localhost:9999/v1',
    };
    assert.deepEqual(
      [await readServerOptions([], env)].map((o) => [o.port, o.host, o.models, o.apiKey])[0],
      [9999, 'localhost', ['distilgpt2'], 'k'],
    );
    const told = await readServerOptions(
      [
        '--port',
        '0',
        '--model',
        'a/b',
        '--model',
        'c/d',
        '--api-key',
        'x',
        '--no-faults',
        '--cors',
        '*',
      ],
      env,
    );
    assert.deepEqual(
      [told.port, told.models, told.apiKey, told.faults, told.origins],
      [0, ['a/b', 'c/d'], 'x', false, ['*']],
    );
    assert.equal(
      (await readServerOptions([], { OPENAI_API_URL: 'https://api.example.org/v1' })).port,
      8080,
      'the address of some other server',
    );
  });

  for (const args of [
    ['--port', 'x'],
    ['--port', '70000'],
    ['--dtype', 'q3'],
    ['--cors', 'localhost:1'],
    ['--cors', 'http://a/b'],
    ['--max-queue', '-1'],
    ['--max-body', '0'],
    ['--api-key', ''],
    ['--model', ''],
    ['--nonsense'],
    ['extra'],
  ]) {
    test(`refuses ${args.join(' ')}`, () =>
      assert.rejects(
        readServerOptions(args),
        (error) =>
          error instanceof UsageError &&
          error.message.includes(args[0] ?? '') &&
          error.message.includes('usage:'),
      ));
  }

  test('says that a port is in use', async () => {
    await assert.rejects(
      startOpenAiServer({ models: [model], port: Number(new URL(server.url).port) }),
      /^Error: Port \d+ on 127\.0\.0\.1 is in use: stop the program that uses it, or choose another port: --port /,
    );
  });

  test('serves until interrupted, never prints the key, and exits with status 0', async () => {
    const child = spawn(
      process.execPath,
      [path.join(ROOT, 'scripts/serve-openai.mjs'), '--port', '0', '--api-key', 'sk-never-said'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    const listening = new Promise((resolve) => {
      child.stdout.on('data', (bytes) => {
        output += bytes;
        const url = /OPENAI_API_URL=(\S+)\/v1/.exec(output);
        if (url) resolve(url[1]);
      });
      child.stderr.on('data', (bytes) => (output += bytes));
      child.once('exit', () => resolve(undefined));
    });
    const url = await listening;
    assert.ok(url, output);
    assert.equal(
      (await chat(url, {}, { headers: { authorization: 'Bearer sk-never-said' } })).status,
      200,
    );
    assert.equal(
      (await chat(url, {}, { headers: { authorization: 'Bearer sk-other' } })).status,
      401,
    );
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    assert.deepEqual(await exited, [0, null]);
    assert.doesNotMatch(output, /never-said/);
  });
});
