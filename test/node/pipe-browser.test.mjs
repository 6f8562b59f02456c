import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { ensureChromium, launchArguments } from '../../scripts/lib/browser/chromium.mjs';
import { launchChromium } from '../../scripts/lib/browser/pipe-browser.mjs';

const TIMEOUT = 60_000;

/** @type {import('node:http').Server} */
let server;
/** @type {string} */
let url;
/** @type {Awaited<ReturnType<typeof launchChromium>>} */
let browser;
before(async () => {
  server = createServer((request, response) => {
    if (request.url === '/silent') return;
    const status = request.url === '/gone' ? 404 : 200;
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end('<!doctype html><script>seen = window.given;</script>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  url = `http://127.0.0.1:${port}/`;
  browser = await launchChromium({ executablePath: ensureChromium(), args: launchArguments() });
});
after(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

describe('a page', { timeout: TIMEOUT }, () => {
  test('runs scripts before its own code, and gives back values as JSON', async () => {
    const page = await browser.newPage();
    await page.addInitScript((given) => void Object.assign(window, { given }), {
      text: 'ä"\u2028',
    });
    assert.equal((await page.goto(url, { timeout: TIMEOUT })).ok(), true);
    const answer = await page.evaluate(
      async (extra) => ({ seen: /** @type {any} */ (window).seen, extra }),
      [1, null],
    );
    assert.deepEqual(answer, { seen: { text: 'ä"\u2028' }, extra: [1, null] });
  });

  test('answers that are large, and many at once, arrive whole and at their callers', async () => {
    const page = await browser.newPage();
    const texts = await Promise.all(
      [1, 2, 3].map((digit) => page.evaluate((d) => String(d).repeat(2_000_000), digit)),
    );
    for (const [index, text] of texts.entries())
      assert.ok(text === String(index + 1).repeat(2_000_000));
  });

  test('reports errors, the console, and status codes', async () => {
    const page = await browser.newPage();
    /** @type {string[]} */
    const seen = [];
    page.on('pageerror', (error) => seen.push(`error ${error.message}`));
    page.on('console', (message) => seen.push(`${message.type()} ${message.text()}`));
    const response = await page.goto(`${url}gone`, { timeout: TIMEOUT });
    assert.deepEqual([response.ok(), response.status()], [false, 404]);
    await page.evaluate(async () => {
      console.error('careful', 3, { a: 1 });
      setTimeout(() => {
        throw new TypeError('thrown');
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }, undefined);
    // Messages come in order, so the answer above is the last of them.
    assert.ok(seen.includes('error TypeError: thrown'), String(seen));
    assert.ok(seen.includes('error careful 3 Object'), String(seen));
    await assert.rejects(
      page.evaluate(() => Promise.reject(new RangeError('no')), undefined),
      /^Error: RangeError: no$/,
    );
  });

  test('an address that does not answer is an error', async () => {
    const page = await browser.newPage();
    await assert.rejects(
      page.goto(`${url}silent`, { timeout: 300 }),
      /^Error: no answer after 0\.3 s$/,
    );
    const other = await browser.newPage();
    server.once('connection', (socket) => socket.destroy());
    await assert.rejects(
      other.goto(url.replace('127.0.0.1', 'no.such.host.invalid'), { timeout: TIMEOUT }),
      /^Error: net::ERR_/,
    );
  });
});

test("runs without Chromium's sandbox for every user", { timeout: TIMEOUT }, async (t) => {
  const posix = /** @type {{ getuid: () => number }} */ (process);
  t.mock.method(posix, 'getuid', () => 1000); // these specs may run as root
  const own = await launchChromium({ executablePath: ensureChromium(), args: launchArguments() });
  try {
    const page = await own.newPage();
    await page.goto('chrome://version/', { timeout: TIMEOUT });
    const commandLine = await page.evaluate(
      () => document.querySelector('#command_line')?.textContent ?? '',
      undefined,
    );
    assert.match(commandLine, / --no-sandbox /);
  } finally {
    await own.close();
  }
});

test('a page that crashes says so', { timeout: TIMEOUT }, async () => {
  const own = await launchChromium({ executablePath: ensureChromium(), args: launchArguments() });
  try {
    const page = await own.newPage(); // at about:blank: no network is needed to crash
    const crash = once(page, 'crash', { signal: AbortSignal.timeout(TIMEOUT / 2) });
    void page.crash().catch(() => undefined);
    await crash;
  } finally {
    await own.close();
  }
});

test('a browser that ends fails what is asked of it', { timeout: TIMEOUT }, async () => {
  const own = await launchChromium({ executablePath: ensureChromium(), args: launchArguments() });
  const page = await own.newPage();
  const gone = once(own, 'disconnected', { signal: AbortSignal.timeout(TIMEOUT / 2) });
  const asked = page.evaluate(() => new Promise(() => undefined), undefined);
  const refused = assert.rejects(asked, /^Error: The browser is gone: it ended with/);
  await own.close();
  await Promise.all([gone, refused]);
  await assert.rejects(
    page.evaluate(() => 1, undefined),
    /^Error: The browser is gone/,
  );
});

describe('what is no Chromium is an error that names it', { timeout: TIMEOUT }, () => {
  test('a program that does not exist', () =>
    assert.rejects(
      launchChromium({ executablePath: '/no/such/chromium', args: [] }),
      /^Error: Chromium did not start \(\/no\/such\/chromium\): spawn \/no\/such\/chromium ENOENT$/,
    ));

  test('a program that ends, with what it says', () =>
    assert.rejects(
      launchChromium({ executablePath: process.execPath, args: [] }),
      /^Error: Chromium did not start \(.*node.*\): it ended with status 9\n {2}.*bad option/,
    ));
});
