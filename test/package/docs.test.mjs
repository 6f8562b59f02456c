import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readSite } from '../../scripts/lib/docs/site.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';
import { launch } from '../node/page-helpers.mjs';
import { INSTALLED, serve } from './helpers.mjs';

/** @typedef {import('../../src/components/unmocked-scenario.js').UnmockedScenario} UnmockedScenario */

// The documentation, built with the packed package, on a plain static server under a path of its own.

const BASE = '/any/path/';
const served = mkdtempSync(path.join(os.tmpdir(), 'unmocked-docs-'));
const site = path.join(served, BASE);

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/docs.mjs', '--package', INSTALLED, '--base', BASE, '--out', site],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_ENV: undefined },
    },
  );
  assert.equal(status, 0, `${stdout}${stderr}`);
  server = await serve(served);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(served, { recursive: true, force: true });
});

const home = () => `${server.url.replace(/\/$/, '')}${BASE}`;

/**
 * Opens a page of the site.
 *
 * @param {string} name
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
async function open(name, options) {
  const page = await browser.newPage(options);
  /** @type {string[]} */
  const problems = [];
  /** @type {string[]} */
  const asked = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (url.startsWith(home())) asked.push(url.slice(home().length));
    else if (!/^(?:data|blob):/.test(url)) problems.push(`asked for ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} for ${response.url()}`);
  });
  await page.goto(`${home()}${name}`, { waitUntil: 'networkidle' });
  return { page, problems, asked };
}

/** Files that only a run needs. */
const isHeavy = (/** @type {string} */ file) => /\/(?:models|ort)\/|engine-worker/.test(file);

/**
 * Presses the button of an element, and waits for the result.
 *
 * @param {import('playwright-core').Locator} element
 */
async function run(element) {
  await element.getByRole('button').first().click();
  const read = () =>
    element.evaluate((node) => {
      const { result } = /** @type {UnmockedScenario} */ (node);
      return (
        result && { status: result.status, reason: result.reason, kind: result.inference?.kind }
      );
    });
  for (const end = Date.now() + 90_000; Date.now() < end;) {
    const result = await read();
    if (result) return result;
    await element.page().waitForTimeout(100);
  }
  return assert.fail('the scenario did not end');
}

test('every link and anchor of the built site has a target, and nothing is of another origin', () => {
  const { problems, links, pages } = readSite(site, BASE);
  assert.deepEqual(problems, []);
  assert.ok(links > 1000, `${links} links were found`);
  assert.ok(pages.includes('tour.html') && pages.includes('api/unmocked/openai.html'), `${pages}`);
});

test('a page as the server sends it has the fallback of its elements', () => {
  const html = readFileSync(path.join(site, 'tour.html'), 'utf8');
  assert.match(html, /<unmocked-scenario name="streaming"[^>]*>\s*<p>This box runs/);
});

describe('the tour', () => {
  test('downloads no model before a click, and then the scenario passes', async () => {
    const { page, problems, asked } = await open('tour.html');
    try {
      const element = page.locator('unmocked-scenario[name=chat-completion]');
      await element.getByRole('button').first().waitFor();
      assert.deepEqual(asked.filter(isHeavy), []);
      assert.equal(await page.evaluate(() => crossOriginIsolated), false);
      assert.deepEqual(await run(element), {
        status: 'passed',
        reason: undefined,
        kind: 'witnessed',
      });
      assert.ok(asked.some(isHeavy), 'the model came from the site');
      assert.deepEqual(problems, []);
    } finally {
      await page.close();
    }
  });

  test('works when it is reached by a link', async () => {
    const { page, problems } = await open('');
    try {
      await page.locator('aside').getByRole('link', { name: 'A tour' }).first().click();
      await page.waitForURL(`${home()}tour.html`);
      const element = page.locator('unmocked-scenario[name=cancelling]');
      assert.equal((await run(element)).status, 'passed');
      assert.deepEqual(problems, []);
    } finally {
      await page.close();
    }
  });
});

test('the search finds a page, without a request to anybody else', async () => {
  const { page, problems } = await open('');
  try {
    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.getByRole('searchbox').fill('saboteur');
    await page.locator('a[href*="write-a-scenario"]').last().waitFor();
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
  }
});

test('no page scrolls sideways at 360 pixels', async () => {
  const { page, problems } = await open('', { viewport: { width: 360, height: 740 } });
  try {
    const { pages } = readSite(site, BASE);
    /** @type {string[]} */
    const wide = [];
    for (const name of pages.filter((one) => one !== '404.html')) {
      await page.goto(`${home()}${name}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) wide.push(`${name}: ${width}`);
    }
    assert.deepEqual(wide, []);
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
  }
});

test('the package does not have the site', () => {
  const top = readdirSync(INSTALLED).toSorted();
  assert.deepEqual(top, ['LICENSE', 'README.md', 'dist', 'package.json']);
  const html = readdirSync(INSTALLED, { encoding: 'utf8', recursive: true }).filter((name) =>
    name.endsWith('.html'),
  );
  assert.deepEqual(html, [path.join('dist', 'index.html')]);
});
