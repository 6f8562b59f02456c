import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { startHub } from '../servers/hub.mjs';
import { assertAccessible } from './axe.mjs';
import { launch, ROOT, servePage } from './page-helpers.mjs';

const TIMEOUT = 120_000;
const TINY = path.join(ROOT, 'public/models/unmocked-tiny');

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof servePage>>} */
let served;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startHub>>} */
let hub;
/** A folder without weights. */
const broken = mkdtempSync(path.join(os.tmpdir(), 'unmocked-folder-'));
before(async () => {
  cpSync(path.join(TINY, 'config.json'), path.join(broken, 'config.json'));
  served = await servePage();
  hub = await startHub({
    repos: {
      'spec/tiny': [TINY],
      'spec/no-weights': [broken],
      'onnx-community/Qwen3-0.6B-ONNX': [TINY],
    },
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await served?.close();
  await hub?.close();
  rmSync(broken, { recursive: true, force: true });
});

/** @type {import('playwright-core').BrowserContext[]} */
const contexts = [];
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

/** What the hub was asked, without the question itself. */
const asked = async () =>
  /** @type {{ path: string }[]} */ (await (await fetch(`${hub.url}/__log`)).json())
    .map((one) => one.path)
    .filter((one) => !one.startsWith('/__log'));

/**
 * Opens the page of models. The hub is the local one.
 *
 * @param {import('playwright-core').BrowserContextOptions} [options]
 * @param {string} [prefix] of the hub's addresses.
 */
async function open(options = {}, prefix = '') {
  const context = await browser.newContext(options);
  contexts.push(context);
  const page = await context.newPage();
  /** @type {string[]} */
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  const mirror = encodeURIComponent(`${hub.url}/${prefix}`);
  await page.goto(`${served.url}?hub=${mirror}#models`);
  await page.locator('unmocked-models [data-model]').first().waitFor({ timeout: TIMEOUT });
  return { page, requests };
}

/** @param {Page} page @param {string} id */
const card = (page, id) => page.locator(`unmocked-models [data-model="${id}"]`);
/** @param {Page} page */
const alert = (page) => page.locator('unmocked-models [role=alert]');

/** @param {Page} page @param {string} id */
async function lookUp(page, id) {
  await page.locator('#hub-id').fill(id);
  await page.locator('#hub-id').press('Enter');
}

/** @param {Page} page @param {string} folder */
async function choose(page, folder) {
  await page.locator('unmocked-models #folder').setInputFiles(folder);
}

/** The prompt's and the reply's token ids of one question, as the receipt says them. @param {Page} page */
async function ask(page) {
  await page.locator('unmocked-try .suggestion').first().click();
  await page.locator('unmocked-try dl.metrics').waitFor({ timeout: TIMEOUT });
  await page.locator('unmocked-try .receipt summary').click();
  return page.locator('unmocked-try .receipt').innerText();
}

describe('the page of models', () => {
  test('asks nobody but its own origin until a button is pressed', async () => {
    const before = (await asked()).length;
    const { page, requests } = await open();
    await page.locator('#none-stored').waitFor({ timeout: TIMEOUT });
    const { origin } = new URL(served.url);
    const elsewhere = requests.filter((url) => url.startsWith('http') && !url.startsWith(origin));
    assert.deepEqual(elsewhere, []);
    assert.equal((await asked()).length, before);
    assert.ok(requests.length > 3, 'requests were seen');

    const qwen = card(page, 'onnx-community/Qwen3-0.6B-ONNX');
    assert.equal(await qwen.locator('table').count(), 0, 'no sizes before');
    await qwen.locator('[part=ask]').click();
    await qwen.locator('table').waitFor({ timeout: TIMEOUT });
    const now = (await asked()).slice(before);
    assert.ok(
      now.some((one) => one.includes('/tree/main')),
      now.join('\n'),
    );
    assert.ok(!now.some((one) => one.includes('.onnx')), 'and no weights');
    assert.match(await qwen.locator('table').innerText(), /q8\s+WASM\s+3\.4 MB/);
  });

  test('says what is pinned: sizes, memory, context, licence and scenarios', async () => {
    const { page } = await open();
    // The adapter is asked for after the first drawing.
    await card(page, 'unmocked-tiny').getByText('no adapter').first().waitFor({ timeout: TIMEOUT });
    const tiny = await card(page, 'unmocked-tiny').innerText();
    assert.match(tiny, /1,024 tokens/);
    assert.match(tiny, /(\d+) of \1;/, 'it can do all scenarios');
    assert.match(tiny, /q8\s+WASM\s+3\.4 MB\s+\d+ MB\s+\d+ MB\s+fits/);
    assert.match(tiny, /fp32\s+WebGPU\s+13\.1 MB[^]*no adapter/);
    const gpt2 = await card(page, 'distilgpt2').innerText();
    assert.match(gpt2, /1,024 tokens[^]*37\.7 MB[^]*base model/);
    assert.match(gpt2, /need tools training/);
    assert.match(
      await page.locator('unmocked-models .device').innerText(),
      /WASM engine: 4 GB.*storage/,
    );
  });

  test('looks up any hub id, and says what is wrong with one', async () => {
    const { page } = await open();
    for (const [id, why] of /** @type {const} */ ([
      ['', 'Write a hub id first'],
      ['no spaces allowed', 'Unknown model "no spaces allowed"'],
      ['unmocked-tiny', 'no hub id'],
      ['spec/unknown', 'no public model "spec/unknown"'],
      ['spec/tiny@v9', 'no such revision'],
      ['spec/no-weights', 'has no ONNX files'],
    ])) {
      await lookUp(page, id);
      await alert(page).filter({ hasText: why }).waitFor({ timeout: TIMEOUT });
      assert.equal(await page.locator('#hub-id').getAttribute('aria-invalid'), 'true');
    }
    await lookUp(page, 'spec/tiny');
    await card(page, 'spec/tiny').waitFor({ timeout: TIMEOUT });
    assert.equal(await alert(page).count(), 0);
    const text = await card(page, 'spec/tiny').innerText();
    assert.match(text, /1,024 tokens[^]*9\.4 MB[^]*chat template/);
    assert.match(text, /q8\s+WASM\s+3\.4 MB/);
  });

  test('says that a model is gated', async () => {
    const { page } = await open({}, 'fault:gated/');
    await lookUp(page, 'spec/tiny');
    await alert(page).filter({ hasText: 'is gated' }).waitFor({ timeout: TIMEOUT });
  });

  test('uses a model as the form does, keeps what is kept, and deletes it', async () => {
    const { page } = await open();
    await lookUp(page, 'spec/tiny');
    await card(page, 'spec/tiny').locator('[part=use]').click();
    await card(page, 'spec/tiny').locator('[part=use].used').waitFor();
    await page.getByText('Back to the scenarios').click();
    assert.match(await page.locator('#using').innerText(), /spec\/tiny \(this browser\)/);
    await ask(page);
    await page.goBack();
    const row = page.locator('unmocked-models [data-stored="spec/tiny"]');
    await row.waitFor({ timeout: TIMEOUT });
    assert.match(await row.innerText(), /\d files\s+3\.4 MB\s+\d/);
    await row.locator('summary').click();
    assert.match(await row.innerText(), /onnx\/model_quantized\.onnx 3\.4 MB/);
    const files = () =>
      page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('unmocked-models', { create: true });
        /** @type {string[]} */
        const names = [];
        for await (const [name] of /** @type {any} */ (folder).entries()) names.push(name);
        const answers = await (await caches.open('unmocked-answers')).keys();
        return [names.length, answers.length];
      });
    assert.ok((await files()).every((number) => number > 0));
    await row.getByRole('button', { name: 'Delete spec/tiny' }).click();
    await page.locator('#none-stored').waitFor({ timeout: TIMEOUT });
    assert.deepEqual(await files(), [0, 0]);
    assert.match(
      await page.locator('unmocked-models [role=status]').innerText(),
      /^Deleted spec\/tiny: 3\.4 MB\.$/,
    );
  });
});

describe('a folder of this computer', () => {
  test('is copied, runs, and computes the very tokens of the bundled model', async () => {
    const { page } = await open();
    await choose(page, TINY);
    await card(page, 'local:unmocked-tiny').waitFor({ timeout: TIMEOUT });
    await page.goto(`${served.url}`);
    const bundled = await ask(page);
    assert.match(bundled, /output token ids/);
    await page.goto(`${served.url}#models`);
    const local = card(page, 'local:unmocked-tiny');
    await local.locator('[part=use]').click({ timeout: TIMEOUT });
    await page.goto(`${served.url}`);
    assert.match(await page.locator('#using').innerText(), /local:unmocked-tiny/);
    /** @type {string[]} */
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    assert.equal((await ask(page)).replace('local:', ''), bundled);
    assert.ok(!requests.some((url) => url.includes('.onnx')), 'the weights come from the store');

    await page.goto(`${served.url}#models`);
    await page.getByRole('button', { name: 'Delete all' }).click({ timeout: TIMEOUT });
    await page.locator('#none-stored').waitFor({ timeout: TIMEOUT });
    assert.equal(await local.count(), 0);
    await card(page, 'unmocked-tiny').locator('[part=use].used').waitFor();
  });

  test('that lacks files is refused, and they are named', async () => {
    const { page } = await open();
    await choose(page, broken);
    await alert(page)
      .filter({ hasText: /lacks: tokenizer\.json; weights \(one of onnx\/model_q4f16\.onnx/ })
      .waitFor({ timeout: TIMEOUT });
    await page.locator('#none-stored').waitFor();
  });
});

describe('the way there and back', () => {
  test('is a link, an address and Back; a run goes on meanwhile, and the focus comes back', async () => {
    const page = await browser.newPage();
    await page.goto(`${served.url}?seed=3#streaming`);
    await page.locator('unmocked-list .row').first().waitFor({ timeout: TIMEOUT });
    await page.evaluate(() => {
      void document.querySelector('unmocked-harness')?.run(['usage', 'unicode', 'determinism']);
    });
    await page.locator('#models').focus();
    await page.keyboard.press('Enter');
    await page.locator('unmocked-models [data-model]').first().waitFor({ timeout: TIMEOUT });
    assert.match(page.url(), /[?&]seed=3#models$/);
    assert.match(await page.title(), /^Models/);
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
    assert.equal(await page.locator('unmocked-harness').isVisible(), false);
    await page.locator('html[data-unmocked]').waitFor({ state: 'attached', timeout: TIMEOUT });
    await page.goBack();
    assert.match(page.url(), /#streaming$/);
    assert.equal(await page.locator('unmocked-harness').isVisible(), true);
    assert.equal(await page.locator('unmocked-models').isVisible(), false);
    assert.match(await page.locator('unmocked-report section').innerText(), /3 of 3/);
    assert.equal(
      await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.id),
      'models',
    );
    await page.close();
  });

  test('by keyboard alone: a model is chosen, the hub asked, and the focus is never lost', async () => {
    const { page } = await open();
    /** @param {string} selector */
    const hasFocus = (selector) =>
      page.evaluate((wanted) => {
        const active = document.activeElement?.shadowRoot?.activeElement;
        return active?.matches(wanted) ?? false;
      }, selector);
    const use = card(page, 'distilgpt2').locator('[part=use]');
    await use.focus();
    await page.keyboard.press('Enter');
    await card(page, 'distilgpt2').locator('[part=use].used').waitFor();
    assert.ok(await hasFocus('[data-model=distilgpt2] [part=use]'));
    await page.locator('#hub-id').focus();
    await page.keyboard.type('spec/tiny');
    await page.keyboard.press('Enter');
    await card(page, 'spec/tiny').waitFor({ timeout: TIMEOUT });
    await page.waitForFunction(
      () =>
        document.activeElement?.shadowRoot?.activeElement?.closest('[data-model="spec/tiny"]') !==
        null,
    );
  });
});

test('axe finds nothing on the page of models, wide and narrow, light and dark', async () => {
  const { page } = await open();
  await card(page, 'onnx-community/Qwen3-0.6B-ONNX').locator('[part=ask]').click();
  await card(page, 'onnx-community/Qwen3-0.6B-ONNX').locator('table').waitFor();
  await choose(page, TINY);
  await page.locator('unmocked-models [data-stored] summary').click({ timeout: TIMEOUT });
  await lookUp(page, 'spec/unknown');
  await alert(page).waitFor({ timeout: TIMEOUT });
  await assertAccessible(page);
});

test('at 320 pixels nothing scrolls sideways', async () => {
  const { page } = await open({ viewport: { width: 320, height: 640 } });
  await choose(page, TINY);
  await page.locator('unmocked-models [data-stored] summary').click({ timeout: TIMEOUT });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
});
