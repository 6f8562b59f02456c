import { setTimeout as wait } from 'node:timers/promises';

/** @typedef {import('../../../src/harness/report.js').ScenarioResult} ScenarioResult */
/** @typedef {Window & { unmockedIds: readonly string[], unmockedResults: ScenarioResult[] }} ReportingWindow */

/**
 * The part of a page that a run uses. Playwright's pages have it, and so have those of
 * ../browser/pipe-browser.mjs.
 *
 * @typedef {object} Page
 * @property {(event: any, listener: (value: any) => void) => unknown} on `crash`, `close`,
 *   `pageerror`, `console`.
 * @property {<A>(script: (argument: A) => void, argument?: A) => Promise<unknown>} addInitScript
 * @property {(
 *   address: string,
 *   options: { waitUntil: 'commit', timeout: number },
 * ) => Promise<{ ok(): boolean, status(): number } | null>} goto
 * @property {<R, A>(script: (argument: A) => R, argument: A) => Promise<Awaited<R>>} evaluate
 * @property {() => Promise<unknown>} close
 */

/**
 * @typedef {object} Browser
 * @property {() => Promise<Page>} newPage
 * @property {(event: 'disconnected', listener: () => void) => unknown} on
 * @property {() => Promise<void>} close
 */

/**
 * One of the page's scenarios.
 *
 * @typedef {{ id: string, suite: 'agent' | 'page', tags: readonly string[] }} ListedScenario
 */

const POLL_MS = 200;
const START_MS = 60_000;

/** Runs in the page, before the page's own code. */
function collectResults() {
  /** @type {ScenarioResult[]} */
  const results = [];
  Object.assign(window, { unmockedIds: [], unmockedResults: results });
  addEventListener('unmocked-start', (event) => {
    const { scenarios } = /** @type {CustomEvent<{ scenarios: string[] }>} */ (event).detail;
    Object.assign(window, { unmockedIds: scenarios });
  });
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
    ids: page.unmockedIds,
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

/** Runs in the page: what it can run, in its order. */
function listInPage() {
  const harness = document.querySelector('unmocked-harness');
  return harness?.scenarios.map(({ id, suite = 'page', tags = [] }) => ({ id, suite, tags }));
}

/**
 * @typedef {object} PageOptions
 * @property {number} timeoutMs For all that is done with the page.
 * @property {import('../../../src/settings/environment.js').Environment} [environment] The page's
 *   `process.env`.
 * @property {(message: string) => void} onMessage Called with errors that the page logs.
 */

/**
 * Opens a page that runs scenarios. It polls on a timer: while SwiftShader computes, the page draws
 * no frames, so code that waits for frames never wakes up.
 *
 * @param {Browser} browser
 * @param {string} address
 * @param {PageOptions} options
 * @throws {Error} if the page cannot be opened, crashes, or takes too long. So do the functions that
 *   it returns.
 */
async function openPage(browser, address, { timeoutMs, environment = {}, onMessage }) {
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

  /** @param {number} seen */
  const state = async (seen) => {
    const state = await ask(page.evaluate(look, seen));
    if (!state.ready && Date.now() - start > START_MS)
      throw new Error(`${address} has no <unmocked-harness> after ${START_MS / 1000} s`);
    checkTime();
    return state;
  };

  return {
    state,
    /** Waits for the harness. */
    ready: async () => {
      while (!(await state(0)).ready) await wait(POLL_MS);
    },
    /**
     * @template A, R
     * @param {(argument: A) => R} script
     * @param {A} argument
     */
    evaluate: (script, argument) => ask(page.evaluate(script, argument)),
    close: () => page.close(),
  };
}

/**
 * Opens a page that runs scenarios, and waits for the end of the run.
 *
 * @param {Browser} browser
 * @param {string} address
 * @param {PageOptions & {
 *   begin?: (
 *     evaluate: <A, R>(script: (argument: A) => R, argument: A) => Promise<Awaited<R>>,
 *   ) => Promise<void>,
 *   onStart?: (ids: readonly string[]) => void,
 *   onResult: (result: ScenarioResult) => void,
 * }} options `begin` starts the run, where the address does not. `onStart` gets the scenarios of the
 *   run, `onResult` each result as it comes.
 * @throws {Error} if the page cannot be opened, crashes, or takes too long; what `begin` throws.
 */
export async function runPage(browser, address, { begin, onStart, onResult, ...options }) {
  const page = await openPage(browser, address, options);
  if (begin) {
    await page.ready();
    await begin(page.evaluate);
  }
  let started = false;
  for (let seen = 0; ; await wait(POLL_MS)) {
    const { ids, results, state, error } = await page.state(seen);
    if (!started && ids.length > 0) {
      started = true;
      onStart?.(ids);
    }
    seen += results.length;
    for (const result of results) onResult(result);
    if (state === 'passed' || state === 'failed' || state === 'stopped' || state === 'error')
      return { state, error, ...(await page.evaluate(collectReport, undefined)) };
  }
}

/**
 * Asks a page which scenarios it has. The page is closed again, and gets no environment, so that it
 * does nothing beside the run that follows.
 *
 * @param {Browser} browser
 * @param {string} address
 * @param {Omit<PageOptions, 'environment'>} options
 * @returns {Promise<ListedScenario[]>}
 */
export async function listScenarios(browser, address, { timeoutMs, onMessage }) {
  const page = await openPage(browser, address, { timeoutMs, onMessage });
  await page.ready();
  const listed = await page.evaluate(listInPage, undefined);
  await page.close();
  return listed ?? [];
}

/** Runs in the page. */
const findAdapter = async () => ({
  secure: isSecureContext,
  adapter: Boolean(await navigator.gpu?.requestAdapter()),
});

/**
 * Asks a page of the browser whether it has WebGPU. The page is closed again, as above.
 *
 * @param {Browser} browser
 * @param {string} address
 * @param {Omit<PageOptions, 'environment'>} options
 */
export async function checkWebGPU(browser, address, { timeoutMs, onMessage }) {
  const page = await openPage(browser, address, { timeoutMs, onMessage });
  const found = await page.evaluate(findAdapter, undefined);
  await page.close();
  return found;
}
