import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { servePage } from '../../scripts/lib/serving/page-server.mjs';
import { sendFile } from '../../scripts/lib/serving/static-files.mjs';

const EXPORTS = {
  '.': { types: './dist/lib/types/index.d.ts', default: './dist/lib/unmocked.js' },
  './adapters': { default: './dist/lib/adapters.js' },
  './not-built': { default: './dist/lib/not-built.js' },
  './models/*': './dist/models/*',
};

/** @type {string} */
let root;
/** @type {Awaited<ReturnType<typeof servePage>>} */
let served;

before(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'unmocked-page-'));
  /** @type {[name: string, content: string][]} */
  const files = [
    ['package/package.json', JSON.stringify({ name: 'unmocked', exports: EXPORTS })],
    ['package/dist/index.html', '<!doctype html><html><head><title>page</title></head></html>'],
    ['package/dist/lib/unmocked.js', 'export {};'],
    ['package/dist/lib/adapters.js', 'export {};'],
    ['project/package.json', '{}'],
    ['project/src/tool.js', 'export const tool = 1;'],
    ['project/test/my agent.mjs', 'export default 1;'],
    ['project/.env', 'KEY=secret'],
    ['project/.hidden/secret.json', '{}'],
    ['project/notes.md', 'private'],
    ['outside.js', 'export {};'],
  ];
  for (const [name, content] of files) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  served = await servePage({
    folder: path.join(root, 'package/dist'),
    agent: path.join(root, 'project/test/my agent.mjs'),
  });
});
after(async () => {
  await served?.close();
  rmSync(root, { recursive: true, force: true });
});

/**
 * `fetch` would normalize the path.
 *
 * @param {string} address
 * @param {string} [method]
 * @returns {Promise<{ status: number | undefined, headers: Record<string, any>, text: string }>}
 */
const get = (address, method = 'GET') =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(served.url);
    request({ hostname, port, path: address, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, text }),
      );
    })
      .on('error', reject)
      .end();
  });

describe('the page', () => {
  test('is isolated, and knows the entries of the package that are built', async () => {
    const { status, headers, text } = await get('/?run=all');
    assert.equal(status, 200);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
    const map = /<head><script type="importmap">(.*?)<\/script>/.exec(text)?.[1] ?? '';
    assert.deepEqual(JSON.parse(map).imports, {
      unmocked: './lib/unmocked.js',
      'unmocked/adapters': './lib/adapters.js',
    });
    assert.deepEqual(served.imports, {
      unmocked: `${served.url}lib/unmocked.js`,
      'unmocked/adapters': `${served.url}lib/adapters.js`,
    });
  });

  test('a missing file is a real 404, a missing config.toml is empty, nothing can be posted', async () => {
    assert.equal((await get('/models/none.json')).status, 404);
    assert.equal((await get('/config.toml')).status, 204);
    assert.equal((await get('/', 'POST')).status, 405);
    assert.equal((await get('/../package.json')).status, 404);
  });
});

describe('the folder of an agent', () => {
  /** @param {string} relative To the agent's module. */
  const beside = (relative) =>
    get(new URL(served.agentUrl ?? '').pathname.replace(/[^/]*\/[^/]*$/, '') + relative);

  test('the module, and what it imports from its package, can be loaded from any page', async () => {
    const { status, headers, text } = await get(new URL(served.agentUrl ?? '').pathname);
    assert.deepEqual([status, text], [200, 'export default 1;']);
    assert.match(headers['content-type'], /^text\/javascript/);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal((await beside('src/tool.js')).text, 'export const tool = 1;');
  });

  for (const relative of [
    '.env',
    '.hidden/secret.json',
    '%2ehidden/secret.json',
    'notes.md',
    '../outside.js',
    '%2e%2e/outside.js',
    'src/../../outside.js',
  ])
    test(`${relative} cannot`, async () => assert.equal((await beside(relative)).status, 404));

  test('nobody can guess its address', async () => {
    const [, first = ''] = new URL(served.agentUrl ?? '').pathname.split('/');
    assert.match(first, /^agent-[\w-]{12}$/);
    assert.equal((await get('/agent/test/my%20agent.mjs')).status, 404);
  });
});

test('an address that is not of this machine is refused', async () => {
  await assert.rejects(
    servePage({ folder: path.join(root, 'package/dist'), host: '203.0.113.1' }),
    /^Error: Cannot serve the page on 203\.0\.113\.1 \(EADDRNOTAVAIL\): use an address of this mac/,
  );
});

test('a browser that has a file is not sent it again until it changes', async () => {
  const url = new URL('lib/unmocked.js', served.url);
  const first = await fetch(url);
  await first.text();
  const etag = first.headers.get('etag') ?? '';
  assert.notEqual(etag, '');
  const ask = () => fetch(url, { headers: { 'If-None-Match': etag } });
  assert.equal((await ask()).status, 304);
  writeFileSync(path.join(root, 'package/dist/lib/unmocked.js'), 'export const changed = 1;');
  const changed = await ask();
  assert.equal(changed.status, 200);
  assert.equal(await changed.text(), 'export const changed = 1;');
});

describe('a file that changes while it is sent', () => {
  /**
   * All that comes on a connection that stays open after its answer.
   *
   * @param {string} before
   * @param {string} content What the file becomes when its length has been told, and nothing was read.
   */
  async function receivedWhileItBecomes(before, content) {
    const file = path.join(root, 'changing.js');
    writeFileSync(file, before);
    const server = createServer((req, res) => {
      if (req.url === '/next') return void res.end('next');
      sendFile(req, res, root, '/changing.js');
      writeFileSync(file, content);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.write('GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let received = '';
    for await (const chunk of socket) received += chunk;
    server.close();
    return received;
  }

  test('and grows does not spoil the next answer', async () => {
    const received = await receivedWhileItBecomes('export {};', 'export const changed = 1;');
    assert.match(received, /\r\n\r\nexport conHTTP\/1\.1 200 OK/);
    assert.match(received, /\r\n\r\nnext$/);
  });

  test('and becomes shorter breaks off: no other answer is taken for the rest', async () => {
    assert.match(await receivedWhileItBecomes('export {};', 'export'), /\r\n\r\nexport$/);
  });

  test('and was empty stays an empty answer', async () => {
    const received = await receivedWhileItBecomes('', 'export {};');
    assert.match(received, /Content-Length: 0\r\n.*\r\n\r\nHTTP\/1\.1 200 OK.*next$/s);
  });
});
