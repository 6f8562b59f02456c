import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { launch, servePage } from './page-helpers.mjs';

const TIMEOUT = 120_000;

/** @type {Awaited<ReturnType<typeof servePage>>} */
let served;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').BrowserContext} */
let context;
/** @type {import('playwright-core').Page} */
let page;
before(async () => {
  served = await servePage();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await served?.close();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  await page.goto(served.url);
  await page.locator('unmocked-shortcuts button').first().waitFor({ timeout: TIMEOUT });
});
afterEach(() => context?.close());

/** The element with the focus, through shadow roots. */
const focused = () =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active === document.body ? 'nothing' : active?.id || active?.textContent?.trim();
  });
const dialog = () => page.locator('unmocked-shortcuts dialog');
const inPane = () => page.locator('unmocked-scenario .id').innerText();
const isRunning = () =>
  page.evaluate(() => document.querySelector('unmocked-harness')?.running ?? false);

describe('the shortcuts', () => {
  test('are listed under "?", and the focus comes back', async () => {
    await page.locator('#follow').focus();
    await page.keyboard.press('?');
    await dialog().waitFor();
    assert.deepEqual(await dialog().locator('kbd').allInnerTexts(), [
      '?',
      'j',
      'k',
      'r',
      's',
      'f',
      '/',
      ',',
    ]);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    assert.equal(await focused(), 'follow');
  });

  test('choose, follow, search, open the settings, run and stop', async () => {
    await page.keyboard.press('j');
    assert.equal(await inPane(), 'chat-completion');
    assert.equal(await focused(), 'cell-chat-completion');
    await page.keyboard.press('k');
    assert.equal(await inPane(), 'load-agent');
    assert.match(page.url(), /#load-agent$/);
    await page.keyboard.press('f');
    assert.doesNotMatch(page.url(), /#/);
    await page.keyboard.press('/');
    assert.equal(await focused(), 'search');
    await page.locator('#follow').focus();
    await page.keyboard.press(',');
    await page.locator('#settings').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    assert.equal(await isRunning(), true);
    await page.keyboard.press('s');
    await page.locator('html[data-unmocked=stopped]').waitFor({
      state: 'attached',
      timeout: TIMEOUT,
    });
  });

  test('do nothing while somebody types, holds another key, or has a dialog open', async () => {
    /** @param {string} what */
    const nothing = async (what) => {
      assert.equal(await isRunning(), false, what);
      assert.equal(await dialog().isVisible(), false, what);
      assert.equal(await inPane(), 'load-agent', what);
    };
    await page.locator('#prompt').focus();
    await page.keyboard.type('j?rs/,f');
    assert.equal(await page.locator('#prompt').inputValue(), 'j?rs/,f', 'it was typed');
    await nothing('in the prompt');
    await page.locator('unmocked-list #search').focus();
    await page.keyboard.type('rj?');
    await nothing('in the search');
    await page.locator('#theme').focus();
    await page.keyboard.press('j');
    await nothing('in a list of choices');
    await page.locator('#follow').focus();
    for (const modifier of ['Control', 'Alt', 'Meta']) {
      await page.keyboard.press(`${modifier}+j`);
      await nothing(modifier);
    }
    await page.locator('#change').click();
    await page.locator('#close').focus();
    await page.keyboard.type('rj?');
    await nothing('in the settings');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    assert.equal(await inPane(), 'chat-completion', 'they work again');
  });

  test('can be switched off, for good, and on again', async () => {
    await page.keyboard.press('?');
    await dialog().getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    assert.equal(await inPane(), 'load-agent');
    await page.reload();
    await page.locator('unmocked-shortcuts button').first().waitFor({ timeout: TIMEOUT });
    await page.keyboard.press('?');
    await page.keyboard.press('j');
    assert.deepEqual([await dialog().isVisible(), await inPane()], [false, 'load-agent']);
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await dialog().getByRole('checkbox').check();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    assert.equal(await inPane(), 'chat-completion');
  });

  test('have a dialog in which axe finds nothing, wide and narrow, light and dark', async () => {
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await assertAccessible(page);
  });
});

describe('the focus', () => {
  test('goes to the scenarios by the skip link, which is the first stop', async () => {
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Skip to the scenarios');
    const box = await page.locator('.skip').boundingBox();
    assert.ok(box && box.width > 100, 'it is seen');
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'run');
  });

  test('stays when a button of the pane, Replay, or Delete takes itself away', async () => {
    const button = page.locator('unmocked-scenario [part=button]');
    await page.evaluate(() => document.querySelector('unmocked-harness')?.run(['chat-completion']));
    await page.locator('#cell-chat-completion').click();
    await button.focus();
    await page.keyboard.press('Enter');
    assert.match((await focused()) ?? '', /^(Run|Stop)$/);
    await button.filter({ hasText: 'Stop' }).waitFor({ timeout: TIMEOUT });
    await button.filter({ hasText: 'Run' }).waitFor({ timeout: TIMEOUT });
    assert.match((await focused()) ?? '', /^Run$/);

    await page.locator('#replay').focus();
    await page.keyboard.press('Enter');
    await page.locator('#stop:focus').waitFor({ timeout: TIMEOUT });
    await page.locator('.replay p', { hasText: /^The same/ }).waitFor({ timeout: TIMEOUT });
    await page.locator('#replay:focus').waitFor({ timeout: TIMEOUT });

    const reports = page.locator('unmocked-reports');
    await reports.locator('summary').click();
    const remove = reports.getByRole('button', { name: /^Delete the run/ });
    await remove.first().focus();
    await page.keyboard.press('Enter');
    await reports.getByText('Deleted.', { exact: false }).waitFor({ timeout: TIMEOUT });
    assert.match((await focused()) ?? '', /^Open a report/);
    await reports.getByRole('button', { name: 'Delete all' }).focus();
    await page.keyboard.press('Enter');
    await reports.getByText('keeps no run yet', { exact: false }).waitFor({ timeout: TIMEOUT });
    assert.match((await focused()) ?? '', /^Open a report/);
  });
});
