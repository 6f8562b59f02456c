import { ROOT } from '../../scripts/lib/install.mjs';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { ratios } from '../statistics.mjs';

/** @typedef {import('./measures.js').Measures} Measures */

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./rows.mjs').Target} target
 * @param {import('./rows.mjs').AddRow} row
 */
export async function measureEngine(browser, target, row) {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: ROOT,
    logLevel: 'error',
    server: { port: 0, strictPort: false },
  });
  await server.listen();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.resolvedUrls?.local[0]}bench/rows/index.html`);
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
    const { one, four } = await measure('memoryOfAgents', target);
    row('memory of four agents / of one', [four / one], '×', { target: 'at most 1.2' });
    row('memory of one agent', [one / 1e6], 'MB');
    const { streamed, invoked } = await measure('streaming', target);
    row('tokens per second, invoke', invoked, 'tok/s');
    row('tokens per second, streamed / invoke', ratios(streamed, invoked), '×', {
      better: 'higher',
    });
    const { free, schema } = await measure('constrainedRate', target);
    row('tokens per second, constrained by a schema / free', ratios(schema, free), '×', {
      target: 'at least 0.85',
      better: 'higher',
    });
    const inPage = await measure('inPageFirstToken', target);
    row('first token, the engine itself', inPage.engine, 'ms');
    row(
      'first token, added by the fetch of serveInPage',
      inPage.fetch.map((fetched, sample) => fetched - (inPage.engine[sample] ?? NaN)),
      'ms',
      { target: 'at most 5' },
    );
    if (target.device === 'wasm') {
      const several = await page.evaluate(() => Math.min(4, navigator.hardwareConcurrency));
      const samples = await measure('threads', target, several);
      row('decode, one thread', samples.one.rate, 'tok/s');
      row(`decode, ${several} threads / one`, ratios(samples.several.rate, samples.one.rate), '×', {
        better: 'higher',
      });
      row('load, one thread', samples.one.load, 'ms');
      row(`load, ${several} threads / one`, ratios(samples.several.load, samples.one.load), '×', {
        better: 'lower',
      });
    }
    const openai = await startOpenAiServer();
    const { bare, agent } = await measure('remoteFirstToken', `${openai.url}/v1`).finally(() =>
      openai.close(),
    );
    row('first token of a server, by a bare fetch', bare, 'ms');
    row(
      'first token of a server, added by the remote agent',
      agent.map((value, index) => value - (bare[index] ?? NaN)),
      'ms',
      { target: 'at most 10' },
    );
  } finally {
    await server.close();
  }
}
