import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { launch, servePage } from './page-helpers.mjs';

const TIMEOUT = 120_000;

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../../src/harness/report.js').Report} Report */

/** @type {Awaited<ReturnType<typeof servePage>>} */
let served;
/** @type {import('playwright-core').Browser} */
let browser;
/** Of a real run. @type {Page} */
let page;
/** @type {Report} */
let report;
before(async () => {
  served = await servePage();
  browser = await launch();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${served.url}?run=load-agent,streaming,memory-cleanup&device=wasm`);
  await page.locator('html[data-unmocked]').waitFor({ state: 'attached', timeout: TIMEOUT });
  report = await page.evaluate(
    () => /** @type {Report} */ (document.querySelector('unmocked-harness')?.report),
  );
  assert.equal(report.status, 'passed');
  await page.locator('unmocked-timings summary').first().click();
  await page.locator('unmocked-timings unmocked-chart').first().waitFor({ timeout: TIMEOUT });
});
after(async () => {
  await browser?.close();
  await served?.close();
});

/** @param {string} id */
const result = (id) => {
  const found = report.results.find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};

/** @param {string} where @param {string} title */
const chartOf = (where, title) =>
  page.locator(`${where} unmocked-chart`).filter({ hasText: title });

/**
 * The cells of a chart's table, without its head.
 *
 * @param {string} where
 * @param {string} title
 */
async function table(where, title) {
  const chart = chartOf(where, title);
  await chart.locator('summary').click();
  await chart.locator('table').waitFor({ timeout: TIMEOUT });
  const rows = await chart
    .locator('tbody tr')
    .evaluateAll((found) =>
      found.map((row) =>
        [.../** @type {HTMLTableRowElement} */ (row).cells].map(({ textContent }) => textContent),
      ),
    );
  await chart.locator('summary').click();
  return rows;
}

/** @param {string} id */
const choose = async (id) => {
  await page.locator(`#cell-${id}`).click();
  const shown = page.locator('unmocked-scenario .id', { hasText: id });
  await shown.waitFor({ state: 'attached', timeout: TIMEOUT });
  await page.locator('unmocked-scenario unmocked-chart').first().waitFor({ timeout: TIMEOUT });
};

describe("the tables of a real run's charts hold the numbers of its report", () => {
  test('of each token: its time, and its context', async () => {
    await choose('streaming');
    const { exchanges } = result('streaming').evidence;
    const expected = exchanges.flatMap(({ promptTokenIds, outputTokenIds, timings }, request) => {
      assert.equal(timings.tokens?.length, outputTokenIds.length, 'each token has a time');
      return timings.tokens.map((time, index) =>
        [request + 1, index + 1, promptTokenIds.length + index, time].map(String),
      );
    });
    assert.ok(expected.length > 40, `${expected.length} tokens`);
    const rows = await table('unmocked-scenario', 'Time of each token');
    assert.deepEqual(
      rows.map(([, ...cells]) => cells),
      expected,
    );
    assert.deepEqual(
      rows.map(([number]) => number),
      expected.map((_, index) => String(index + 1)),
    );
  });

  test('of the memory over the rounds', async () => {
    const { loadedBytes } = result('memory-cleanup').series ?? {};
    assert.equal(loadedBytes?.length, 5, 'each round was measured');
    assert.ok(loadedBytes.every((bytes) => bytes > 1e6));
    await choose('memory-cleanup');
    assert.deepEqual(
      await table('unmocked-scenario', 'Memory with the model loaded'),
      loadedBytes.map((bytes, round) => [String(round + 1), String(bytes)]),
    );
  });

  test('of the phases of each load', async () => {
    const attempts = report.results.flatMap(({ title, device }) =>
      (device?.attempts ?? []).flatMap(({ timings, durationMs }) =>
        timings ? [{ title, durationMs, ...timings }] : [],
      ),
    );
    assert.ok(attempts.length > 0);
    const rows = await table('unmocked-timings', 'Loads, phase by phase');
    /** @param {number} value */
    const shown = (value) => String(Math.round(value * 10) / 10);
    assert.deepEqual(
      rows.map(([title, , download, compile, session, warmUp, , all]) => [
        title,
        download,
        compile,
        session,
        warmUp,
        all,
      ]),
      attempts.map(({ title, download, compile, session, warmUp, durationMs }) => [
        title,
        shown(download),
        shown(compile),
        shown(session - compile),
        shown(warmUp),
        shown(durationMs),
      ]),
    );
    for (const { download, compile, session, warmUp, durationMs } of attempts) {
      assert.ok(compile > 0 && compile < session, `compiling is a part of the session: ${compile}`);
      assert.ok(download + session + warmUp <= durationMs, 'the phases fit into the load');
    }
  });

  test('of the spread of first tokens', async () => {
    const times = result('streaming')
      .evidence.exchanges.map(({ timings }) => timings.firstToken)
      .toSorted((a, b) => a - b);
    const [row] = (await table('unmocked-timings', 'First token, by scenario')).filter(
      ([title]) => title === result('streaming').title,
    );
    /** @param {number} value */
    const shown = (value) => String(Math.round(value * 10) / 10);
    assert.deepEqual(
      [row?.[1], row?.[2], row?.[6]],
      [String(times.length), shown(times[0] ?? 0), shown(times.at(-1) ?? 0)],
    );
  });
});

test('axe finds nothing in charts and tables, wide and narrow, light and dark', async () => {
  await choose('memory-cleanup');
  await page.evaluate(() => {
    const root = document.querySelector('unmocked-harness')?.shadowRoot;
    for (const host of root?.querySelectorAll('unmocked-timings, unmocked-scenario') ?? [])
      for (const chart of host.shadowRoot?.querySelectorAll('unmocked-chart') ?? [])
        chart.shadowRoot?.querySelector('details')?.toggleAttribute('open', true);
  });
  await page.locator('unmocked-timings table').first().waitFor({ timeout: TIMEOUT });
  await assertAccessible(page);
});

describe('on paper', () => {
  before(async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.locator('unmocked-print article').first().waitFor({ timeout: TIMEOUT });
  });
  after(() => page.emulateMedia({ media: 'screen' }));

  test('every result and every check is there, and no control', async () => {
    const printed = await page.locator('unmocked-print article').evaluateAll((articles) =>
      articles.map((one) => ({
        text: one.textContent?.replace(/\s+/g, ' ') ?? '',
        checks: one.querySelectorAll('li').length,
      })),
    );
    assert.equal(printed.length, report.results.length);
    for (const [index, { title, status, checks }] of report.results.entries()) {
      const { text = '', checks: shown } = printed[index] ?? {};
      assert.ok(text.includes(`${title}: ${status}`), text);
      assert.equal(shown, checks.length, title);
      for (const { name } of checks) assert.ok(text.includes(name), name);
    }
    assert.equal(await page.locator('unmocked-print article:visible').count(), printed.length);
    assert.match(await page.locator('unmocked-report section').innerText(), /passed\s+3 of 3/);
    const controls = page.locator(
      'button:visible, input:visible, select:visible, textarea:visible',
    );
    assert.deepEqual(await controls.allInnerTexts(), []);
    assert.equal(await page.locator('unmocked-reports:visible').count(), 0);
  });

  test('the colours are light, whatever the theme', async () => {
    const colours = await page.evaluate(() => {
      const root = document.querySelector('unmocked-harness')?.shadowRoot;
      const print = root?.querySelector('unmocked-print')?.shadowRoot?.querySelector('h3');
      return [root?.querySelector('h1'), print].map((one) => one && getComputedStyle(one).color);
    });
    assert.deepEqual(colours, ['rgb(29, 35, 33)', 'rgb(29, 35, 33)']);
  });

  test('the page on the screen has none of it', async () => {
    await page.emulateMedia({ media: 'screen' });
    await page.locator('unmocked-print article').first().waitFor({ state: 'detached' });
    assert.equal(await page.locator('#run').isVisible(), true);
    await page.emulateMedia({ media: 'print' });
  });
});
