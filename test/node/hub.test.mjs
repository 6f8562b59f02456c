import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseCommandLine, parseRange, startHub } from '../servers/hub.mjs';
import { bodyOf, header } from './openai-helpers.mjs';

/** @typedef {import('./openai-helpers.mjs').Json} Json */

const weights = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));
const sha256 = createHash('sha256').update(weights).digest('hex');
const config = '{"model_type":"gpt2"}';
/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof startHub>>} */
let hub;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'unmocked-hub-'));
  await mkdir(path.join(folder, 'base/onnx'), { recursive: true });
  await mkdir(path.join(folder, 'over/onnx'), { recursive: true });
  await writeFile(path.join(folder, 'base/config.json'), config);
  await writeFile(path.join(folder, 'base/onnx/model.onnx'), 'hidden by the overlay');
  await writeFile(path.join(folder, 'over/onnx/model.onnx'), weights);
  hub = await startHub({
    repos: { 'owner/name': [path.join(folder, 'base'), path.join(folder, 'over')] },
  });
});

after(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

/**
 * @param {string} faults
 * @param {string} [file]
 * @param {RequestInit} [init]
 */
const get = (faults, file = 'onnx/model.onnx', init = {}) =>
  fetch(`${hub.url}${faults && `/fault:${faults}`}/owner/name/resolve/main/${file}`, init);
/** @param {Response} response */
const body = async (response) => Buffer.from(await response.arrayBuffer());

/**
 * The bytes of an answer whose connection breaks. They are taken as they arrive: `fetch` drops those
 * that nobody has read when the connection breaks.
 *
 * @param {string} url
 * @returns {Promise<Buffer>}
 */
const bytesUntilClosed = (url) =>
  new Promise((resolve, reject) => {
    httpGet(url, (response) => {
      /** @type {Uint8Array[]} */
      const received = [];
      response.on('data', (bytes) => received.push(bytes));
      response.on('error', () => resolve(Buffer.concat(received)));
      response.on('end', () => reject(new Error('the answer is complete')));
    }).on('error', reject);
  });

describe('the layout', () => {
  test('sends a small file directly, with its length, commit and git object id', async () => {
    const response = await get('', 'config.json', { redirect: 'error' });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-length'), String(config.length));
    assert.match(header(response, 'x-repo-commit'), /^[0-9a-f]{40}$/);
    assert.equal(
      response.headers.get('etag'),
      `"${createHash('sha1').update(`blob ${config.length}\0${config}`).digest('hex')}"`,
    );
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.equal(await response.text(), config);
  });

  test('redirects for a large file, with size and digest, GET and HEAD; overlays win', async () => {
    for (const method of ['GET', 'HEAD']) {
      const hop = await get('', undefined, { method, redirect: 'manual' });
      assert.equal(hop.status, 302);
      assert.equal(hop.headers.get('x-linked-size'), String(weights.length));
      assert.equal(hop.headers.get('x-linked-etag'), `"${sha256}"`);
      const response = await get('', undefined, { method });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-length'), String(weights.length));
      assert.equal((await body(response)).equals(weights), method === 'GET');
    }
  });

  test('ranges: 206 with the part, all if If-Range differs, 416 beyond the end', async () => {
    const part = await get('', undefined, { headers: { Range: 'bytes=1000-1999' } });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), `bytes 1000-1999/${weights.length}`);
    assert.ok((await body(part)).equals(weights.subarray(1000, 2000)));
    const same = await get('', undefined, {
      headers: { Range: 'bytes=199999-', 'If-Range': `"${sha256}"` },
    });
    assert.equal(same.status, 206);
    const other = await get('', undefined, {
      headers: { Range: 'bytes=1000-', 'If-Range': '"other"' },
    });
    assert.equal(other.status, 200);
    assert.equal((await get('', undefined, { headers: { Range: 'bytes=200000-' } })).status, 416);
    assert.deepEqual(parseRange('bytes=-5', 100), { start: 95, end: 100 });
    assert.equal(parseRange('lines=1-2', 100), undefined);
  });

  test('missing: 404 for file or revision, 401 for a repository, each with its code', async () => {
    /** @type {[address: string, status: number, code: string][]} */
    const cases = [
      ['owner/name/resolve/main/absent.json', 404, 'EntryNotFound'],
      ['owner/name/resolve/main/..%2f..%2fetc/passwd', 404, 'EntryNotFound'],
      ['owner/name/resolve/v9/config.json', 404, 'RevisionNotFound'],
      ['owner/other/resolve/main/config.json', 401, 'RepoNotFound'],
    ];
    for (const [address, status, code] of cases) {
      const response = await fetch(`${hub.url}/${address}`);
      assert.equal(response.status, status, address);
      assert.equal(response.headers.get('x-error-code'), code, address);
    }
  });

  test('the tree lists paths, sizes and LFS digests', async () => {
    const tree = await (
      await fetch(`${hub.url}/api/models/owner/name/tree/main?recursive=true`)
    ).json();
    assert.deepEqual(
      tree.map((/** @type {Json} */ { type, path: name, size }) => [type, name, size]),
      [
        ['file', 'config.json', config.length],
        ['directory', 'onnx', 0],
        ['file', 'onnx/model.onnx', weights.length],
      ],
    );
    assert.equal(tree[2].lfs.oid, sha256);
    const top = await (await fetch(`${hub.url}/api/models/owner/name/tree/main`)).json();
    assert.deepEqual(
      top.map((/** @type {Json} */ { path: name }) => name),
      ['config.json', 'onnx'],
    );
  });
});

describe('the faults', () => {
  test('truncate sends a shorter file with a matching length', async () => {
    const response = await get('truncate=1000');
    assert.equal(response.headers.get('content-length'), '1000');
    assert.ok((await body(response)).equals(weights.subarray(0, 1000)));
  });

  test('cut-once: the first answer ends at that byte, and the rest can be fetched', async () => {
    const faults = 'cut-once=100000:resume';
    const redirect = await get(faults, undefined, { redirect: 'manual' });
    const start = await bytesUntilClosed(hub.url + header(redirect, 'location'));
    assert.equal(start.length, 100_000);
    const rest = await get(faults, undefined, { headers: { Range: `bytes=${start.length}-` } });
    assert.equal(rest.status, 206);
    assert.ok(Buffer.concat([start, await body(rest)]).equals(weights));
  });

  test('stall-once: the first answer stalls at that byte until /__cut closes it', async () => {
    const faults = 'stall-once=100000:held';
    const first = bodyOf(await get(faults))[Symbol.asyncIterator]();
    let received = 0;
    while (received < 100_000) {
      const { value } = await first.next();
      assert.ok(value, 'the answer has ended');
      received += value.length;
    }
    assert.equal(received, 100_000);
    assert.equal((await fetch(`${hub.url}/__cut?key=held`)).status, 204);
    await assert.rejects(first.next());
    assert.ok((await body(await get(faults))).equals(weights));
  });

  test('corrupt changes one byte and keeps the length', async () => {
    const bytes = await body(await get('corrupt'));
    assert.equal(bytes.length, weights.length);
    assert.deepEqual(
      [...bytes.keys()].filter((index) => bytes[index] !== weights[index]),
      [100_000],
    );
  });

  test('html, status, status-once, no-range and no-length', async () => {
    const page = await get('html');
    assert.equal(page.status, 200);
    assert.match(header(page, 'content-type'), /^text\/html/);
    assert.equal((await get('status=503')).status, 503);
    assert.equal((await get('status-once=500:once')).status, 500);
    assert.equal((await get('status-once=500:once')).status, 200);
    const whole = await get('no-range,no-length', undefined, { headers: { Range: 'bytes=10-20' } });
    assert.equal(whole.status, 200);
    assert.equal(whole.headers.get('content-length'), null);
    assert.equal(whole.headers.get('accept-ranges'), null);
    assert.ok((await body(whole)).equals(weights));
  });

  test('slow limits the rate; stall sends its bytes and waits for an abort', async () => {
    const start = performance.now();
    await body(await get('slow=1000000'));
    assert.ok(performance.now() - start > 150);
    const abort = new AbortController();
    const reader = bodyOf(await get('stall=500', undefined, { signal: abort.signal })).getReader();
    assert.equal((await reader.read()).value?.length, 500);
    const pending = reader.read();
    abort.abort();
    await assert.rejects(pending, { name: 'AbortError' });
  });

  test('only restricts faults to some files, and the log lists requests under a key', async () => {
    const faults = 'truncate=5,only=.onnx,key=log-test';
    assert.equal((await body(await get(faults, 'config.json'))).length, config.length);
    assert.equal(
      (await body(await get(faults, undefined, { headers: { Range: 'bytes=2-' } }))).length,
      3,
    );
    const log = await (await fetch(`${hub.url}/__log?key=log-test`)).json();
    assert.deepEqual(
      log.map((/** @type {Json} */ { status, range }) => [status, range]),
      [
        [200, undefined],
        [302, 'bytes=2-'],
        [206, 'bytes=2-'],
      ],
    );
  });

  test('refuses an unknown fault by name', async () => {
    const response = await get('truncat=5');
    assert.equal(response.status, 400);
    assert.match(await response.text(), /"truncat=5" is not one of truncate, /);
  });
});

test('the command line adds each folder to the repository before it', () => {
  assert.deepEqual(
    parseCommandLine([
      '--port',
      '9',
      '--repo',
      'a/b',
      '--dir',
      'x',
      '--overlay',
      'y',
      '--repo',
      'c/d',
      '--dir',
      'z',
    ]),
    {
      repos: { 'a/b': ['x', 'y'], 'c/d': ['z'] },
      port: 9,
      host: '127.0.0.1',
    },
  );
  assert.throws(() => parseCommandLine(['--dir', 'x']), /must come after the --repo/);
});
