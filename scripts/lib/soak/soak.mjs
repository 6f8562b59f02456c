import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { launchArguments } from '../browser/chromium.mjs';
import { countInPage, generate, loadAndDispose, runScenarios } from './page-work.mjs';

/**
 * What a page holds. Counts, but for the heap: bytes of JavaScript after a garbage collection.
 *
 * @typedef {{
 *   engines: number,
 *   locks: number,
 *   workers: number,
 *   listeners: number,
 *   nodes: number,
 *   documents: number,
 *   heapBytes: number,
 * }} Holdings
 */

/** @typedef {{ name: string, count: number, before: Holdings, after: Holdings, seconds: number }} Part */

/** What has to end where it began. The heap is told, not judged: what is compiled stays in it. */
export const COUNTED = /** @type {const} */ ([
  'engines',
  'locks',
  'workers',
  'listeners',
  'nodes',
  'documents',
]);

/**
 * The counts that have grown.
 *
 * @param {Part} part
 */
export const leaksOf = ({ name, before, after }) =>
  COUNTED.filter((what) => after[what] > before[what]).map(
    (what) => `${name}: ${what} grew from ${before[what]} to ${after[what]}`,
  );

/**
 * Does the same again and again in one page, and counts what the page holds before and after. Each part
 * begins with a round that does not count, in which code is loaded and caches are filled. It must leave
 * no engine, lock or worker either.
 *
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.executablePath A Chromium.
 * @param {number} options.rounds Of load and dispose.
 * @param {number} options.generations
 * @param {number} options.runs
 * @param {readonly string[]} options.ids The scenarios of a run.
 * @param {(part: Part) => void} [options.onPart]
 * @returns {Promise<Part[]>}
 */
export async function soak({ root, executablePath, rounds, generations, runs, ids, onPart }) {
  const server = await createServer({
    root,
    logLevel: 'error',
    cacheDir: path.join(root, '.cache/soak-vite'),
    server: { port: 0, strictPort: false, hmr: false },
  });
  const browser = await chromium.launch({ executablePath, args: launchArguments() });
  try {
    await server.listen();
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(`${server.resolvedUrls?.local[0]}LICENSE`);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');

    /** @returns {Promise<Holdings>} */
    const measure = async () => {
      const inPage = await page.evaluate(countInPage);
      for (let tries = 0; page.workers().length > 0 && tries < 50; tries++) await sleep(100);
      // What a first collection frees can keep something else alive.
      for (let n = 0; n < 3; n++) await session.send('HeapProfiler.collectGarbage');
      const { metrics } = await session.send('Performance.getMetrics');
      /** @param {string} name */
      const metric = (name) => metrics.find((one) => one.name === name)?.value ?? NaN;
      return {
        ...inPage,
        workers: page.workers().length,
        listeners: metric('JSEventListeners'),
        nodes: metric('Nodes'),
        documents: metric('Documents'),
        heapBytes: metric('JSHeapUsedSize'),
      };
    };

    /** @type {Part[]} */
    const parts = [];
    /**
     * @param {string} name
     * @param {number} count
     * @param {(count: number) => Promise<void>} work
     */
    const part = async (name, count, work) => {
      if (count === 0) return;
      const { engines, locks, workers } = await measure();
      await work(1);
      const before = { ...(await measure()), engines, locks, workers };
      const startedAt = performance.now();
      await work(count);
      const seconds = (performance.now() - startedAt) / 1000;
      parts.push({ name, count, before, after: await measure(), seconds });
      onPart?.(/** @type {Part} */ (parts.at(-1)));
    };
    await part('load and dispose', rounds, (count) => page.evaluate(loadAndDispose, count));
    await part('generations', generations, (count) => page.evaluate(generate, count));
    await part('runs', runs, (count) => page.evaluate(runScenarios, { runs: count, ids }));
    return parts;
  } finally {
    await browser.close();
    await server.close();
  }
}
