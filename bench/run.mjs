// `npm run bench`: what the page costs and how fast it is, in headless Chromium, as medians and as ratios to a baseline of the same run.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { ensureChromium, launchArguments } from '../scripts/lib/chromium.mjs';
import { ensureInstalled, main, ROOT, UsageError } from '../scripts/lib/install.mjs';
import { serveBuild } from '../scripts/lib/serve-build.mjs';
import { startOpenAiServer } from '../scripts/lib/openai-server.mjs';
import { measureServer } from './server.mjs';
import { ratios, summary } from './statistics.mjs';

const USAGE =
  'usage: npm run bench -- [--model ID] [--hub URL] [--device wasm|webgpu] [--json FILE]';

function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        model: { type: 'string', default: 'unmocked-tiny' },
        hub: { type: 'string' },
        device: { type: 'string', default: 'wasm' },
        json: { type: 'string' },
      },
    }));
  } catch (error) {
    throw new UsageError(`${error.message.split('. ')[0]}\n${USAGE}`);
  }
  if (!['wasm', 'webgpu'].includes(values.device))
    throw new UsageError(`--device is "${values.device}", but has to be wasm or webgpu\n${USAGE}`);
  return values;
}

const rows = [];
function row(name, samples, unit, target) {
  const { median, min, max } = summary(samples);
  rows.push({ name, median, min, max, unit, target, samples });
  const format = (value) => (unit === '×' || value < 10 ? value.toFixed(2) : value.toFixed(0));
  console.log(
    `${name.padEnd(66)} ${format(median).padStart(8)} ${unit.padEnd(6)} ${`(${format(min)} to ${format(max)})`.padEnd(20)} ${target ?? ''}`,
  );
}

/* Runs in the page, before anything of its own. */
function watchPage() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) =>
    globalThis.longTasks.push(...list.getEntries().map((entry) => entry.duration)),
  ).observe({ type: 'longtask', buffered: true });
  addEventListener('unmocked-start', () => (globalThis.runStartedAt ??= performance.now()));
}

async function runScenarios(context, url, query) {
  const page = await context.newPage();
  await page.addInitScript(watchPage);
  await page.goto(`${url}?${query}`);
  await page.waitForFunction(() => document.documentElement.dataset.unmocked, undefined, {
    polling: 100,
    timeout: 600_000,
  });
  const facts = await page.evaluate(() => {
    const { report } = document.querySelector('unmocked-harness');
    return {
      report: JSON.parse(JSON.stringify(report)),
      longest: Math.max(0, ...globalThis.longTasks),
      startedAt: globalThis.runStartedAt,
    };
  });
  await page.close();
  // Whatever needs a server is skipped.
  if (facts.report.status !== 'passed')
    throw new Error(
      `the scenarios did not pass: ${facts.report.results
        .filter(({ status }) => status !== 'passed')
        .map(({ id, reason }) => `${id}: ${reason}`)
        .join('; ')}`,
    );
  return facts;
}

/** Bytes of all scripts that the page loads by itself, before anybody runs anything. */
async function scriptBytes(browser, url) {
  const page = await browser.newPage();
  const bodies = [];
  page.on(
    'response',
    (response) => /\.m?js$/.test(new URL(response.url()).pathname) && bodies.push(response.body()),
  );
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.close();
  return (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
}

async function measurePage(browser, { model, hub, device }) {
  const served = await serveBuild(ROOT);
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
      await runScenarios(context, served.url, `run=load-agent&${query}`); // fills the caches: the measured visit is a warm one
      const warm = await runScenarios(context, served.url, `run=load-agent&${query}`);
      firstToken.push(warm.startedAt + warm.report.results[0].metrics.firstTokenMs);
      const all = await runScenarios(context, served.url, `run=all&${query}`);
      whole.push(all.report.durationMs / 1000);
      longest.push(all.longest);
      await context.close();
    }
    row('warm page: navigation to first token (load-agent)', firstToken, 'ms', 'at most 2000');
    row('all scenarios, without a server', whole, 's', 'at most 25');
    row('longest main-thread task while loading and generating', longest, 'ms', 'at most 100');
  } finally {
    await served.close();
  }
}

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
    await page.goto(`${server.resolvedUrls.local[0]}bench/index.html`);
    await page.waitForFunction(() => globalThis.measures, undefined, {
      polling: 100,
      timeout: 60_000,
    });
    const measure = (name, ...more) =>
      page.evaluate(
        ([key, args]) => globalThis.measures[key](...args),
        [name, name.startsWith('remote') ? more : [{ model, device, hubUrl: hub }, ...more]],
      );

    const { one, four } = await measure('memoryOfAgents');
    row('memory of four agents / of one', [four / one], '×', 'at most 1.2');
    row('memory of one agent', [one / 1e6], 'MB');
    const { kept, again, promptTokens } = await measure('lastTurn');
    row(`first token of turn 6 (${promptTokens} prompt tokens), KV cache kept`, kept, 'ms');
    row('… the same, history read again', again, 'ms');
    row('… history read again / KV cache kept', ratios(again, kept), '×');
    const { streamed, invoked } = await measure('streaming');
    row('tokens per second, invoke', invoked, 'tok/s');
    row('tokens per second, streamed / invoke', ratios(streamed, invoked), '×');
    if (device === 'wasm') {
      const several = await page.evaluate(() => Math.min(4, navigator.hardwareConcurrency));
      const samples = await measure('threads', several);
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
      agent.map((value, index) => value - bare[index]),
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
  const options = readOptions(process.argv.slice(2));
  ensureInstalled();
  const executablePath = ensureChromium();
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath,
    args: launchArguments({ webgpu: options.device === 'webgpu' }),
  });
  try {
    console.log(
      `${options.model} on ${options.device}; median (least to greatest), and the target where there is one\n`,
    );
    await measurePage(browser, options);
    await measureEngine(browser, options);
    await measureOpenAiServer();
    if (options.json) {
      await mkdir(path.dirname(path.resolve(options.json)), { recursive: true });
      await writeFile(
        options.json,
        `${JSON.stringify({ schema: 'unmocked-bench/1', date: new Date().toISOString(), model: options.model, device: options.device, rows }, null, 2)}\n`,
      );
      console.log(`\nWrote ${options.json}`);
    }
  } finally {
    await browser.close();
  }
});
