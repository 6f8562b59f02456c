import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, servePage } from './page-helpers.mjs';

const TIMEOUT = 120_000;

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof servePage>>} */
let served;
/** @type {import('playwright-core').Browser} */
let browser;
/** One profile, so that the tests see what those before them kept. @type {import('playwright-core').BrowserContext} */
let context;
before(async () => {
  served = await servePage();
  browser = await launch();
  context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
});
after(async () => {
  await browser?.close();
  await served?.close();
});

/** Opens the page, and the panel with the runs. @param {string} [query] */
async function open(query = '') {
  const page = await context.newPage();
  await page.goto(`${served.url}${query}`);
  if (query.includes('run='))
    await page.locator('html[data-unmocked]').waitFor({ state: 'attached', timeout: TIMEOUT });
  // A report that cannot be opened opens the panel, which says why.
  if (!query.startsWith('#'))
    await page.locator('unmocked-reports summary').click({ timeout: TIMEOUT });
  return page;
}

/** @param {Page} page */
const rows = (page) =>
  page.locator('unmocked-reports tbody tr').filter({ has: page.locator('input') });
/** @param {Page} page @param {string} text */
const says = (page, text) =>
  page
    .locator('unmocked-reports')
    .getByText(text, { exact: false })
    .first()
    .waitFor({ timeout: TIMEOUT });

describe('the runs that the browser keeps', () => {
  test('a run is kept, opened again on another visit, and replayed', async () => {
    const first = await open('?run=chat-completion,determinism&device=wasm');
    await rows(first).first().waitFor({ timeout: TIMEOUT });
    await first.close();

    const page = await open();
    assert.equal(await rows(page).count(), 1);
    assert.match(
      await rows(page).first().innerText(),
      /passed[\s\S]*2 passed[\s\S]*unmocked-tiny · q8 · wasm/,
    );
    await page
      .locator('unmocked-reports')
      .getByRole('button', { name: /^Open the run/ })
      .click();
    await says(page, 'is shown above');
    await page.locator('#cell-determinism').click();
    await page
      .locator('unmocked-scenario')
      .getByText('checks')
      .first()
      .waitFor({ timeout: TIMEOUT });
    await page.locator('#replay').click();
    const said = page.locator('.replay p', { hasText: /^The same: all \d+ tokens\.$/ });
    await said.waitFor({ timeout: TIMEOUT });
    assert.equal(await page.locator('#run').isEnabled(), true);
    await page.close();
  });

  test('two are compared: what differs, and where the tokens part', async () => {
    const page = await open('?run=chat-completion,determinism&device=wasm&seed=3');
    await rows(page).nth(1).waitFor({ timeout: TIMEOUT });
    const compare = page
      .locator('unmocked-reports')
      .getByRole('button', { name: /^Compare the two/ });
    assert.equal(await compare.isDisabled(), true);
    for (const index of [0, 1]) await rows(page).nth(index).locator('input').check();
    await compare.click();
    await says(page, '0 fixed, 0 broken');
    const text = await page.locator('unmocked-reports .comparison').innerText();
    assert.match(text, /seed\s+0 → 3/);
    assert.match(text, /Other tokens in \d scenario/);
    assert.match(text, /Only the earlier run asked this|differs from token \d+ on/);
    await page.close();
  });

  test('one is deleted, then all', async () => {
    const page = await open();
    const reports = page.locator('unmocked-reports');
    await reports
      .getByRole('button', { name: /^Delete the run/ })
      .first()
      .click();
    await says(page, 'Deleted. 1 run left.');
    assert.equal(await rows(page).count(), 1);
    await reports.getByRole('button', { name: 'Delete all' }).click();
    await says(page, 'keeps no run yet');
    await page.close();
  });
});

describe('a report from elsewhere', () => {
  test('travels in a link, is shown, and is not kept', async () => {
    const page = await open('?run=chat-completion&device=wasm');
    await rows(page).first().waitFor({ timeout: TIMEOUT });
    await page.getByRole('button', { name: /^Copy a link/ }).click();
    await says(page, 'The link is copied');
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, /^http:\/\/[^?]+#report=/);
    await page.close();

    const other = await browser.newContext();
    const reader = await other.newPage();
    await reader.goto(link);
    await reader.locator('unmocked-report .verdict').waitFor({ timeout: TIMEOUT });
    assert.match(await reader.locator('unmocked-report section').innerText(), /passed\s+1 of 1/);
    await reader.locator('unmocked-reports summary').click();
    await says(reader, 'keeps no run yet');
    await other.close();
  });

  test('that is damaged is named as such, and the next action works', async () => {
    const page = await open('#report=AAAA');
    const alert = page.locator('unmocked-reports [role=alert]');
    assert.match(await alert.innerText(), /cannot be opened|not a report/);
    /** @param {string} text */
    const choose = (text) =>
      page.locator('unmocked-reports input[type=file]').setInputFiles({
        name: 'report.json',
        mimeType: 'application/json',
        buffer: Buffer.from(text),
      });
    await choose('{"schema":"unmocked/9"}');
    await alert.filter({ hasText: '"schema" is "unmocked/9"' }).waitFor({ timeout: TIMEOUT });

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await page.evaluate(() => document.querySelector('unmocked-harness')?.run(['usage']));
        await page.locator('unmocked-report').getByRole('button', { name: 'JSON' }).click();
      })(),
    ]);
    const stream = await download.createReadStream();
    let json = '';
    for await (const part of stream.setEncoding('utf8')) json += part;
    await choose(json);
    await says(page, 'is shown above');
    assert.equal(await alert.count(), 0);
    await page.close();
  });
});
