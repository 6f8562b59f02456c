import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 200;
const START_MS = 60_000;

/* Runs in the page, before anything of its own. */
function collectResults() {
  globalThis.unmockedResults = [];
  addEventListener('unmocked-result', (event) =>
    globalThis.unmockedResults.push(structuredClone(event.detail)),
  );
}

/* Runs in the page, before anything of its own: as test runners give a page its environment. */
function giveEnvironment(env) {
  globalThis.process = { env };
}

/* Runs in the page. */
function look(seen) {
  const { unmocked, unmockedError } = document.documentElement.dataset;
  const harness = document.querySelector('unmocked-harness');
  return {
    results: globalThis.unmockedResults.slice(seen),
    state: unmocked,
    error: unmockedError,
    ready: Boolean(harness?.matches(':defined')),
  };
}

/* Runs in the page. */
function collectReport() {
  const harness = document.querySelector('unmocked-harness');
  const report = harness?.report ?? undefined;
  return {
    report: report && JSON.parse(JSON.stringify(report)),
    junit: report && harness.junit?.(),
  };
}

/**
 * Opens a page that runs scenarios and waits for its end: `{ state, error, report, junit }`. `onResult` is called with each result as it
 * comes; `environment` is what the page finds in `process.env`. It polls on a timer: while SwiftShader computes the page draws no frames,
 * so what waits for frames never wakes up.
 */
export async function runPage(
  browser,
  address,
  { timeoutMs, environment = {}, onResult, onMessage },
) {
  const page = await browser.newPage();
  let trouble;
  page.on('crash', () => (trouble = 'the page crashed (out of memory?)'));
  page.on('close', () => (trouble ??= 'the page was closed'));
  browser.on('disconnected', () => (trouble ??= 'the browser ended'));
  page.on('pageerror', (error) => onMessage(`page error: ${error.message}`));
  // Scenarios have requests fail on purpose, and the browser logs each.
  page.on(
    'console',
    (message) =>
      message.type() === 'error' &&
      !message.text().startsWith('Failed to load resource') &&
      onMessage(`console error: ${message.text()}`),
  );
  await page.addInitScript(collectResults);
  await page.addInitScript(giveEnvironment, environment);
  const start = Date.now();
  const response = await page
    .goto(address, { waitUntil: 'commit', timeout: START_MS })
    .catch((error) => {
      throw new Error(`${address} cannot be opened: ${error.message.split('\n')[0]}`, {
        cause: error,
      });
    });
  if (response && !response.ok())
    throw new Error(`${address} answered with status ${response.status()}`);

  /** What a function answers in the page; a page that is too busy, or gone, must not keep this waiting past the timeout. */
  const ask = async (work, argument) => {
    let answer;
    page.evaluate(work, argument).then(
      (value) => (answer = { value }),
      (error) => (answer = { error }),
    );
    while (!answer && !trouble) {
      if (Date.now() - start > timeoutMs)
        throw new Error(`the run took longer than ${timeoutMs / 1000} s (--timeout)`);
      await wait(10);
    }
    if (trouble) throw new Error(trouble);
    if (answer.error) throw answer.error;
    return answer.value;
  };

  for (let seen = 0; ; await wait(POLL_MS)) {
    const { results, state, error, ready } = await ask(look, seen);
    seen += results.length;
    for (const result of results) onResult(result);
    if (state === 'passed' || state === 'failed' || state === 'error')
      return { state, error, ...(await ask(collectReport)) };
    const elapsed = Date.now() - start;
    if (!ready && elapsed > START_MS)
      throw new Error(`${address} has no <unmocked-harness> after ${START_MS / 1000} s`);
    if (elapsed > timeoutMs)
      throw new Error(`the run took longer than ${timeoutMs / 1000} s (--timeout)`);
  }
}
