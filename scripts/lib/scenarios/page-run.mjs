import { setTimeout as wait } from 'node:timers/promises';

/** @typedef {import('../../../src/harness/report.js').ScenarioResult} ScenarioResult */
/** @typedef {Window & { unmockedResults: ScenarioResult[] }} ReportingWindow */

const POLL_MS = 200;
const START_MS = 60_000;

/** Runs in the page, before the page's own code. */
function collectResults() {
  /** @type {ScenarioResult[]} */
  const results = [];
  Object.assign(window, { unmockedResults: results });
  addEventListener('unmocked-result', (event) =>
    results.push(structuredClone(/** @type {CustomEvent<ScenarioResult>} */ (event).detail)),
  );
}

/**
 * Runs in the page, before the page's own code: gives the page its environment, as test runners do.
 *
 * @param {import('../../../src/settings/environment.js').Environment} env
 */
function giveEnvironment(env) {
  Object.assign(window, { process: { env } });
}

/**
 * Runs in the page.
 *
 * @param {number} seen The number of results that were seen before.
 */
function look(seen) {
  // The document has no element yet if this runs right after the navigation.
  const root = /** @type {HTMLElement | null} */ (document.documentElement);
  const { unmocked, unmockedError } = root?.dataset ?? {};
  const page = /** @type {ReportingWindow} */ (/** @type {unknown} */ (window));
  return {
    results: page.unmockedResults.slice(seen),
    state: unmocked,
    error: unmockedError,
    ready: Boolean(document.querySelector('unmocked-harness')?.matches(':defined')),
  };
}

/** Runs in the page. */
async function collectReport() {
  const harness = document.querySelector('unmocked-harness');
  /** @type {import('../../../src/harness/report.js').Report | undefined} */
  const report = harness?.report && JSON.parse(JSON.stringify(harness.report));
  return { report, junit: report && (await harness?.junit()) };
}

/**
 * Opens a page that runs scenarios and waits for the end of the run. It polls on a timer: while
 * SwiftShader computes, the page draws no frames, so code that waits for frames never wakes up.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} address
 * @param {object} options
 * @param {number} options.timeoutMs For the whole run.
 * @param {import('../../../src/settings/environment.js').Environment} [options.environment] The
 *   page's `process.env`.
 * @param {(result: ScenarioResult) => void} options.onResult Called with each result as it comes.
 * @param {(message: string) => void} options.onMessage Called with errors that the page logs.
 * @throws {Error} if the page cannot be opened, crashes, or takes too long.
 */
export async function runPage(
  browser,
  address,
  { timeoutMs, environment = {}, onResult, onMessage },
) {
  const page = await browser.newPage();
  /** @type {string | undefined} */
  let trouble;
  page.on('crash', () => (trouble = 'the page crashed (out of memory?)'));
  page.on('close', () => (trouble ??= 'the page was closed'));
  browser.on('disconnected', () => (trouble ??= 'the browser ended'));
  page.on('pageerror', (error) => onMessage(`page error: ${error.message}`));
  page.on('console', (message) => {
    // Scenarios make requests fail on purpose, and the browser logs each.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      onMessage(`console error: ${message.text()}`);
  });
  await page.addInitScript(collectResults);
  await page.addInitScript(giveEnvironment, environment);
  const start = Date.now();
  const response = await page
    .goto(address, { waitUntil: 'commit', timeout: START_MS })
    .catch((error) => {
      throw new Error(`Cannot open ${address}: ${error.message.split('\n')[0]}`, { cause: error });
    });
  if (response && !response.ok())
    throw new Error(`${address} answered with status ${response.status()}`);

  const checkTime = () => {
    if (Date.now() - start > timeoutMs)
      throw new Error(`The run took longer than ${timeoutMs / 1000} s: raise --timeout`);
  };

  /**
   * The value of a promise that the page fulfils. A busy or closed page never fulfils it, so the
   * timeout applies here too.
   *
   * @template T
   * @param {Promise<T>} promise
   */
  const ask = async (promise) => {
    /** @type {{ value: T } | { error: unknown } | undefined} */
    let answer;
    promise.then(
      (value) => (answer = { value }),
      (error) => (answer = { error }),
    );
    for (;;) {
      if (trouble) throw new Error(trouble);
      // TypeScript does not see that the callbacks above assign it.
      const current = /** @type {{ value: T } | { error: unknown } | undefined} */ (answer);
      if (current && 'error' in current) throw current.error;
      if (current) return current.value;
      checkTime();
      await wait(10);
    }
  };

  for (let seen = 0; ; await wait(POLL_MS)) {
    const { results, state, error, ready } = await ask(page.evaluate(look, seen));
    seen += results.length;
    for (const result of results) onResult(result);
    if (state === 'passed' || state === 'failed' || state === 'error')
      return { state, error, ...(await ask(page.evaluate(collectReport))) };
    if (!ready && Date.now() - start > START_MS)
      throw new Error(`${address} has no <unmocked-harness> after ${START_MS / 1000} s`);
    checkTime();
  }
}
