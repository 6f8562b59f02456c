import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ROOT } from '../../scripts/lib/install.mjs';
import { chat, completed, contentOf, allEvents, eventually, portOf } from './openai-helpers.mjs';

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(/** @type {any} */ (server));
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * `npm start` on a free port, once it is ready.
 *
 * @param {Record<string, string>} environment
 */
async function start(environment) {
  const port = await freePort();
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  await eventually(() => assert.match(output, /\/v1, on the bundled model/), 60_000);
  return { child, url: `http://127.0.0.1:${port}`, output };
}

const META = /<meta name="unmocked-api" content="\/v1">/;

describe('npm start', () => {
  /** @type {import('node:child_process').ChildProcess} */
  let child;
  let url = '';
  let output = '';

  before(async () => ({ child, url, output } = await start({ OPENAI_API_URL: '' })));
  after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('says where the page and the API are, and tells the page', async () => {
    assert.ok(output.includes(`${url}/ `), output);
    assert.ok(output.includes(`${url}/v1`), output);
    assert.match(await (await fetch(url)).text(), META);
  });

  test("answers OpenAI's API on the page's origin, whole and streamed", async () => {
    const { choices } = await completed(url);
    assert.match(choices[0].message.content, /Hello/);
    assert.equal(contentOf(await allEvents(url)), choices[0].message.content);
  });

  test('breaks a connection on request', async () => {
    const broken = await chat(`${url}/fault:cut=1`, { stream: true });
    await assert.rejects(broken.text());
    assert.equal((await chat(`${url}/fault:status=503`)).status, 503);
    await completed(url, { max_tokens: 1 });
  });

  test('leaves all other addresses to the page', async () => {
    assert.equal((await fetch(`${url}/v1extra`)).status, 404);
    assert.match(await (await fetch(`${url}/src/main.ts`)).text(), /import/);
  });

  test('refuses what a foreign page could send', async () => {
    const headers = { origin: 'https://evil.example' };
    assert.equal((await chat(url, {}, { headers })).status, 403);
    assert.equal((await chat(url, {}, { headers: { origin: url } })).status, 200);
  });

  test('ends on Ctrl+C', async () => {
    child.kill('SIGINT');
    await once(child, 'exit');
  });
});

test('with OPENAI_API_URL, npm start leaves the choice of the server to the user', async () => {
  const { child, url } = await start({ OPENAI_API_URL: 'http://127.0.0.1:9/v1' });
  try {
    assert.doesNotMatch(await (await fetch(url)).text(), META);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
