import { sidePages } from '../table/pages.mjs';
import { groupSpans } from './group-spans.mjs';

/** Before the profile: browsers keep compiled code from the second visit on. */
const WARM_UPS = 2;
const STARTS = 5;

/**
 * Prints the phases of a warm start, and returns them. Of several starts it takes the one with the
 * median time to the first token.
 *
 * @param {Parameters<typeof sidePages>[0]} options
 */
export async function profileStart(options) {
  const { name } = options.model;
  const page = await sidePages(options).profile();
  /** @type {import('./span.js').Start[]} */
  const starts = [];
  try {
    await page.visit();
    await page.call('start');
    for (let start = -WARM_UPS + 1; start < STARTS; start++) {
      await page.reload();
      const phases = await page.call('start');
      if (start >= 0) starts.push(phases);
    }
  } finally {
    await page.close();
  }
  const end = (/** @type {import('./span.js').Start} */ { phases }) => phases.at(-1)?.to ?? NaN;
  starts.sort((a, b) => end(a) - end(b));
  const median = /** @type {import('./span.js').Start} */ (starts[Math.floor(STARTS / 2)]);
  const inWorker = groupSpans(median.inWorker);
  print(`${name}: a warm start, the median of ${STARTS}. Milliseconds`, median.phases);
  print('In the worker, side by side where they overlap', inWorker);
  return { model: name, phases: median.phases, inWorker };
}

/**
 * @param {string} title
 * @param {readonly (import('./span.js').Span & { busy?: number })[]} spans
 */
function print(title, spans) {
  console.log(`\n${title}\n${['', 'from', 'to', 'takes'].map(column).join('')}`);
  for (const { name, from, to, busy } of spans)
    console.log(
      [name, ...[from, to, busy ?? to - from].map((value) => value.toFixed(0))]
        .map(column)
        .join(''),
    );
}

/** @param {string} text @param {number} index */
const column = (text, index) => (index === 0 ? text.padEnd(46) : text.padStart(8));
