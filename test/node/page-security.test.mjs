import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { startRecordingProxy } from '../servers/recording-proxy.mjs';
import { launchOptions, servePage } from './page-helpers.mjs';
import { placesWith, plant } from './places.mjs';

const KEY = 'sk-marker-7f3a9c5e1b';
const RUN_LIMIT = 15 * 60_000;

/**
 * Chromium asks these itself, before and beside any page, in spite of all flags. The page cannot have
 * asked: its policy would have blocked it, which is a violation, and there is none.
 */
const BROWSERS_OWN = [
  'accounts.google.com',
  'content-autofill.googleapis.com',
  'update.googleapis.com',
];

/**
 * The strictest policy under which the page is promised to run: no `unsafe-inline`, no `unsafe-eval`. The
 * page has one script and one style of its own in its HTML, which are allowed by their digests.
 *
 * @param {string} html
 * @param {string} api
 */
function policyFor(html, api) {
  /** @param {string} tag */
  const digests = (tag) =>
    [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))]
      .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
      .join(' ');
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${digests('script')}`,
    `style-src 'self' ${digests('style')}`,
    "img-src 'self' data:",
    `connect-src 'self' ${api}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types unmocked lit-html',
  ].join('; ');
}

describe('a full run of the built page, with a server and a key', () => {
  /** @type {Awaited<ReturnType<typeof servePage>>} */
  let served;
  /** @type {Awaited<ReturnType<typeof startOpenAiServer>>} */
  let api;
  /** @type {Awaited<ReturnType<typeof startRecordingProxy>>} */
  let recorded;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {string[]} */
  const log = [];
  /** @type {string} */
  let policy;
  /** Where scenarios look for servers that are not there. @type {string[]} */
  let staged;
  /** @type {any} */
  let report;

  before(async () => {
    served = await servePage();
    api = await startOpenAiServer({ apiKey: KEY });
    const origin = new URL(served.url).origin;
    const faults = await fetch(`${api.url}/faults`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    const { closedPort } = /** @type {{ closedPort: number }} */ (await faults.json());
    // Scenarios stage faults: they ask a closed port and an unknown host, and load a file that they cut.
    staged = [`http://127.0.0.1:${closedPort}`, 'http://no-such-server.invalid'];
    policy = policyFor(
      await (await fetch(served.url)).text(),
      [api.url, ...staged, 'blob:'].join(' '),
    );
    recorded = await startRecordingProxy({
      headersFor: (url) =>
        url.origin === origin
          ? /** @type {Record<string, string>} */ ({ 'content-security-policy': policy })
          : {},
    });
    browser = await chromium.launch({ ...launchOptions(), proxy: recorded.proxy });
    page = await browser.newPage();
    page.on('console', (message) => log.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => log.push(`error: ${error.stack}`));
    await page.addInitScript(
      (env) => {
        Object.assign(globalThis, { process: { env }, violations: [] });
        document.addEventListener('securitypolicyviolation', (event) =>
          /** @type {any} */ (globalThis).violations.push(
            `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
          ),
        );
      },
      /** @type {Record<string, string>} */ ({
        OPENAI_API_URL: `${api.url}/v1`,
        OPENAI_API_KEY: KEY,
      }),
    );
    await page.goto(`${served.url}?run=all&device=wasm`, { waitUntil: 'commit', timeout: 120_000 });
    const end = Date.now() + RUN_LIMIT;
    // Animation frames may not come while a worker computes.
    for (let state; !state && Date.now() < end; await sleep(500))
      state = await page.evaluate(() => document.documentElement.dataset['unmocked']);
    report = await page.evaluate(() => document.querySelector('unmocked-harness')?.report);
  });
  after(async () => {
    await browser?.close();
    await recorded?.close();
    await api?.close();
    await served?.close();
  });

  test('passes under a strict policy with Trusted Types, and violates nothing', async () => {
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
    const failed = report.results.filter(
      (/** @type {any} */ { status }) => status !== 'passed' && status !== 'skipped',
    );
    assert.deepEqual(
      failed.map(
        (/** @type {any} */ { id, status, reason, checks }) =>
          `${id} ${status}: ${reason} ${JSON.stringify(checks)}`,
      ),
      [],
    );
    assert.ok(report.totals.passed > 25, JSON.stringify(report.totals));
    assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).violations), []);
  });

  test('asks nobody but its own site, that server, and the two that are not there', () => {
    const origins = new Set(
      recorded.requests
        .filter(({ url }) => !BROWSERS_OWN.includes(new URL(url).hostname))
        .map(({ origin }) => origin),
    );
    assert.deepEqual(
      [...origins].toSorted(),
      [new URL(served.url).origin, new URL(api.url).origin, ...staged].toSorted(),
    );
    // The proxy has seen what workers ask for, too.
    for (const file of ['onnx/model_quantized.onnx', '.wasm', '/v1/chat/completions'])
      assert.ok(
        recorded.requests.some(({ url }) => url.endsWith(file)),
        file,
      );
  });

  test('sends the key to that server alone, and only as its header', () => {
    const withKey = recorded.requests.filter((one) => JSON.stringify(one).includes(KEY));
    assert.ok(withKey.length > 0);
    for (const { origin, url, body, headers } of withKey) {
      assert.equal(origin, new URL(api.url).origin);
      assert.ok(!url.includes(KEY) && !body.includes(KEY));
      assert.equal(JSON.parse(headers).authorization, `Bearer ${KEY}`);
    }
  });

  test('leaves the key in no report, storage, log, element or address', async () => {
    const reports = await page.evaluate(async () => {
      const harness = /** @type {any} */ (document.querySelector('unmocked-harness'));
      return JSON.stringify(harness.report) + (await harness.junit());
    });
    assert.ok(reports.length > 10_000);
    assert.ok(!reports.includes(KEY), 'reports');
    assert.ok(!log.join('\n').includes(KEY), 'log');
    assert.ok(!page.url().includes(KEY), 'address');
    assert.deepEqual(await page.evaluate(placesWith, KEY), []);
  });

  test('has no error in its console but those of the staged network faults', () => {
    assert.deepEqual(
      log.filter((line) => line.startsWith('error') && !line.includes('Failed to load resource')),
      [],
    );
  });

  // What finds nothing may not be looking.
  test('would be found out: a key that somebody left in each of these places', async () => {
    await page.evaluate(plant, 'sk-left-behind');
    assert.deepEqual(
      (await page.evaluate(placesWith, 'sk-left-behind')).map((place) => place.split(' ')[0]),
      ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'files', 'document', 'document'],
    );
  });
});
