import { gzipSync } from 'node:zlib';
import { serveBuild } from '../../scripts/lib/browser/serve-build.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('../../src/harness/report.js').Report} Report */
/** @typedef {Window & { longTasks: number[], runStartedAt?: number }} WatchedWindow */

/** Runs in the page, before the page's own code. */
function watchPage() {
  const page = /** @type {WatchedWindow} */ (/** @type {unknown} */ (window));
  page.longTasks = [];
  new PerformanceObserver((list) =>
    page.longTasks.push(...list.getEntries().map((entry) => entry.duration)),
  ).observe({ type: 'longtask', buffered: true });
  addEventListener('unmocked-start', () => (page.runStartedAt ??= performance.now()));
}

/** Runs in the page. */
function collectFacts() {
  const page = /** @type {WatchedWindow} */ (/** @type {unknown} */ (window));
  /** @type {Report} */
  const report = JSON.parse(JSON.stringify(document.querySelector('unmocked-harness')?.report));
  return {
    report,
    longest: Math.max(0, ...page.longTasks),
    startedAt: page.runStartedAt ?? NaN,
  };
}

/**
 * Runs scenarios in a new page.
 *
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url
 * @param {string} query
 * @throws {Error} if one of them does not pass. The page is its own server, so only scenarios that
 *   need a socket are skipped.
 */
async function runScenarios(context, url, query) {
  const page = await context.newPage();
  await page.addInitScript(watchPage);
  await page.goto(`${url}?${query}`);
  await page.waitForFunction(() => document.documentElement.dataset.unmocked, undefined, {
    polling: 100,
    timeout: 600_000,
  });
  const facts = await page.evaluate(collectFacts);
  await page.close();
  if (facts.report.status !== 'passed') {
    const others = facts.report.results.filter(({ status }) => status !== 'passed');
    throw new Error(
      'The scenarios did not pass: ' +
        others.map(({ id, reason }) => `${id}: ${reason}`).join('; '),
    );
  }
  return facts;
}

/**
 * Gzipped bytes of all scripts that the page loads before its first run.
 *
 * @param {Browser} browser
 * @param {string} url
 */
async function scriptBytes(browser, url) {
  const page = await browser.newPage();
  /** @type {Promise<Buffer>[]} */
  const bodies = [];
  page.on('response', (response) => {
    if (/\.m?js$/.test(new URL(response.url()).pathname)) bodies.push(response.body());
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.close();
  return (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
}

/**
 * @param {Browser} browser
 * @param {import('./rows.mjs').Target} target
 * @param {import('./rows.mjs').AddRow} row
 */
export async function measurePage(browser, { model, hubUrl, device }, row) {
  const served = await serveBuild(ROOT, 'bench-page');
  const query = new URLSearchParams({ model, device, ...(hubUrl ? { hub: hubUrl } : {}) });
  try {
    row(
      'JavaScript before the first run, gzipped',
      [(await scriptBytes(browser, served.url)) / 1000],
      'kB',
      { target: 'at most 60' },
    );
    const firstToken = [];
    const whole = [];
    const longest = [];
    for (let sample = 0; sample < 3; sample++) {
      const context = await browser.newContext();
      await runScenarios(context, served.url, `run=load-agent&${query}`); // fills the caches
      const warm = await runScenarios(context, served.url, `run=load-agent&${query}`);
      firstToken.push(warm.startedAt + Number(warm.report.results[0]?.metrics.firstTokenMs));
      const all = await runScenarios(context, served.url, `run=all&${query}`);
      whole.push(all.report.durationMs / 1000);
      longest.push(all.longest);
      await context.close();
    }
    row('warm page: navigation to first token (load-agent)', firstToken, 'ms', {
      target: 'at most 2000',
    });
    row('all scenarios, without a socket', whole, 's', { target: 'at most 25' });
    row('longest main-thread task while loading and generating', longest, 'ms', {
      target: 'at most 100',
    });
  } finally {
    await served.close();
  }
}
