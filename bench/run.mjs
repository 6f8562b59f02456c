// `npm run bench`: the size and the speed of the page, in headless Chromium. Rows are medians, and
// ratios to a baseline of the same run.
import { gzipSync } from 'node:zlib';
import { ensureChromium, launchArguments } from '../scripts/lib/browser/chromium.mjs';
import { serveBuild } from '../scripts/lib/browser/serve-build.mjs';
import { oneOf, readCommandLine, string } from '../scripts/lib/command-line.mjs';
import { main } from '../scripts/lib/command.mjs';
import { ensureInstalled, ROOT } from '../scripts/lib/install.mjs';
import { startOpenAiServer } from '../scripts/lib/openai/server.mjs';
import { loadTables } from '../scripts/lib/typescript.mjs';
import { writeOutput } from '../scripts/lib/write-output.mjs';
import { measureServer } from './server.mjs';
import { ratios, summary } from './statistics.mjs';

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('../src/harness/report.js').Report} Report */
/** @typedef {import('./measures.js').Measures} Measures */
/**
 * @typedef {Window & { longTasks: number[], runStartedAt?: number, measures: Measures }}
 *   BenchWindow
 */
/** @typedef {Awaited<ReturnType<typeof readOptions>>} Options */

/** @param {readonly string[]} args */
async function readOptions(args) {
  const { defaultModel, pageDevices } = await loadTables();
  const { values } = readCommandLine(
    {
      command: 'npm run bench --',
      options: {
        model: string({ value: 'ID', default: defaultModel, help: 'the model' }),
        hub: string({
          value: 'URL',
          help: "a mirror of the Hugging Face hub, in the hub's layout",
        }),
        device: oneOf(
          // Every row is of one device, so there is no "auto".
          pageDevices.filter((device) => device !== 'auto'),
          { default: 'wasm', help: 'where to compute' },
        ),
        json: string({ value: 'FILE', help: 'writes all samples' }),
      },
    },
    args,
  );
  return values;
}

/** @type {object[]} */
const rows = [];

/**
 * Prints one row and keeps it for the JSON.
 *
 * @param {string} name
 * @param {readonly number[]} samples
 * @param {string} unit
 * @param {string} [target]
 */
function row(name, samples, unit, target) {
  const { median, min, max } = summary(samples);
  rows.push({ name, median, min, max, unit, target, samples });
  const format = (/** @type {number} */ value) =>
    unit === '×' || value < 10 ? value.toFixed(2) : value.toFixed(0);
  console.log(
    [
      name.padEnd(66),
      format(median).padStart(8),
      unit.padEnd(6),
      `(${format(min)} to ${format(max)})`.padEnd(20),
      target ?? '',
    ].join(' '),
  );
}

/** Runs in the page, before the page's own code. */
function watchPage() {
  const page = /** @type {BenchWindow} */ (/** @type {unknown} */ (window));
  page.longTasks = [];
  new PerformanceObserver((list) =>
    page.longTasks.push(...list.getEntries().map((entry) => entry.duration)),
  ).observe({ type: 'longtask', buffered: true });
  addEventListener('unmocked-start', () => (page.runStartedAt ??= performance.now()));
}

/** Runs in the page. */
function collectFacts() {
  const page = /** @type {BenchWindow} */ (/** @type {unknown} */ (window));
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
 * @param {Options} options
 */
async function measurePage(browser, { model, hub, device }) {
  const served = await serveBuild(ROOT, 'bench');
  const query = new URLSearchParams({ model, device, ...(hub ? { hub } : {}) });
  try {
    row(
      'JavaScript before the first run, gzipped',
      [(await scriptBytes(browser, served.url)) / 1000],
      'kB',
      'at most 60',
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
    row('warm page: navigation to first token (load-agent)', firstToken, 'ms', 'at most 2000');
    row('all scenarios, without a socket', whole, 's', 'at most 25');
    row('longest main-thread task while loading and generating', longest, 'ms', 'at most 100');
  } finally {
    await served.close();
  }
}

/**
 * @param {Browser} browser
 * @param {Options} options
 */
async function measureEngine(browser, { model, hub, device }) {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: ROOT,
    logLevel: 'error',
    server: { port: 0, strictPort: false },
  });
  await server.listen();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.resolvedUrls?.local[0]}bench/index.html`);
    await page.waitForFunction(() => 'measures' in window, undefined, {
      polling: 100,
      timeout: 60_000,
    });
    /**
     * Calls one of measures.ts in the page.
     *
     * @template {keyof Measures} Name
     * @param {Name} name
     * @param {Parameters<Measures[Name]>} args
     * @returns {Promise<Awaited<ReturnType<Measures[Name]>>>}
     */
    const measure = (name, ...args) =>
      page.evaluate(
        ([key, values]) =>
          // TypeScript cannot match the arguments to the function that the name picks.
          /** @type {any} */ (window).measures[key](...values),
        /** @type {const} */ ([name, args]),
      );
    const target = { model, device, hubUrl: hub };

    const { one, four } = await measure('memoryOfAgents', target);
    row('memory of four agents / of one', [four / one], '×', 'at most 1.2');
    row('memory of one agent', [one / 1e6], 'MB');
    const { kept, again, promptTokens } = await measure('lastTurn', target);
    row(`first token of turn 6 (${promptTokens} prompt tokens), KV cache kept`, kept, 'ms');
    row('… the same, history read again', again, 'ms');
    row('… history read again / KV cache kept', ratios(again, kept), '×');
    const { streamed, invoked } = await measure('streaming', target);
    row('tokens per second, invoke', invoked, 'tok/s');
    row('tokens per second, streamed / invoke', ratios(streamed, invoked), '×');
    const { free, schema } = await measure('constrainedRate', target);
    row(
      'tokens per second, constrained by a schema / free',
      ratios(schema, free),
      '×',
      'at least 0.85',
    );
    const inPage = await measure('inPageFirstToken', target);
    row('first token, the engine itself', inPage.engine, 'ms');
    row(
      'first token, added by the fetch of serveInPage',
      inPage.fetch.map((fetched, sample) => fetched - (inPage.engine[sample] ?? NaN)),
      'ms',
      'at most 5',
    );
    if (device === 'wasm') {
      const several = await page.evaluate(() => Math.min(4, navigator.hardwareConcurrency));
      const samples = await measure('threads', target, several);
      row('decode, one thread', samples.one.rate, 'tok/s');
      row(`decode, ${several} threads / one`, ratios(samples.several.rate, samples.one.rate), '×');
      row('load, one thread', samples.one.load, 'ms');
      row(`load, ${several} threads / one`, ratios(samples.several.load, samples.one.load), '×');
    }
    const openai = await startOpenAiServer();
    const { bare, agent } = await measure('remoteFirstToken', `${openai.url}/v1`).finally(() =>
      openai.close(),
    );
    row('first token of a server, by a bare fetch', bare, 'ms');
    row(
      '… added by the remote agent',
      agent.map((value, index) => value - (bare[index] ?? NaN)),
      'ms',
      'at most 10',
    );
  } finally {
    await server.close();
  }
}

async function measureOpenAiServer() {
  const { direct, streamed, ten, streamedToDirect, tenToOne } = await measureServer();
  row('tokens per second in Node, the generator called directly', direct, 'tok/s');
  row('… streamed by the OpenAI-compatible server', streamed, 'tok/s');
  row('… streamed by the server / called directly', streamedToDirect, '×', 'at least 0.9');
  row('… ten clients at once', ten, 'tok/s');
  row('… ten clients at once / one', tenToOne, '×', 'at least 1');
}

await main(async () => {
  ensureInstalled();
  const options = await readOptions(process.argv.slice(2));
  const { model, device, json } = options;
  const executablePath = ensureChromium();
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath,
    args: launchArguments({ webgpu: device === 'webgpu' }),
  });
  try {
    console.log(
      `${model} on ${device}: median (least to greatest), and the target if there is one\n`,
    );
    await measurePage(browser, options);
    await measureEngine(browser, options);
    await measureOpenAiServer();
    if (json) {
      const date = new Date().toISOString();
      const result = { schema: 'unmocked-bench/1', date, model, device, rows };
      console.log('');
      await writeOutput(json, `${JSON.stringify(result, null, 2)}\n`);
    }
  } finally {
    await browser.close();
  }
});
