import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { launchOptions } from '../node/page-helpers.mjs';
import { APP, pageWith, project, serve } from './helpers.mjs';

// A profile of its own: a page of a fresh context keeps no large file in its cache.
const profile = mkdtempSync(path.join(os.tmpdir(), 'unmocked-profile-'));
/** @type {import('playwright-core').BrowserContext} */
let context;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  context = await chromium.launchPersistentContext(profile, launchOptions());
  server = await serve(APP);
});
after(async () => {
  await context?.close();
  server?.close();
  rmSync(profile, { recursive: true, force: true });
});

describe('an element that may begin by itself', () => {
  const downloads = () => server.asked.filter((url) => /\.(?:wasm|onnx)$/.test(url));

  test('asks a reader first, and begins by itself once the browser has the files', async () => {
    project('returning', {
      'index.html': pageWith(
        'chat-completion',
        '<script type="module" src="/node_modules/unmocked/dist/lib/scenario.js"></script>',
      ).replace('<unmocked-scenario', '<unmocked-scenario run="load"'),
    });
    const url = `${server.url}returning/`;
    const result = 'document.querySelector("unmocked-scenario").result?.status';

    const first = await context.newPage();
    await first.goto(url, { waitUntil: 'networkidle' });
    await first.waitForSelector('unmocked-scenario >> text=Run');
    assert.deepEqual(downloads(), [], 'nothing large before a click');
    await first.click('unmocked-scenario >> text=Run');
    await first.waitForFunction(result);
    assert.equal(await first.evaluate(result), 'passed');
    assert.equal(downloads().length, 2);
    await first.close();

    const second = await context.newPage();
    await second.goto(url);
    await second.waitForFunction(result);
    assert.equal(await second.evaluate(result), 'passed');
  });
});
