import { ratioOf } from './result.mjs';
import { medianInterval, summary } from './statistics.mjs';

/** With less confidence than three samples give, an interval says nothing. */
const LEAST_CONFIDENCE = 0.7;

/** @typedef {import('./result.mjs').Result} Result */
/**
 * A figure that two runs have in common.
 *
 * @typedef {object} Compared
 * @property {string} name
 * @property {'worse' | 'better' | 'same' | 'unknown'} verdict `unknown`: there were too few samples.
 * @property {Figure} before
 * @property {Figure} now
 */
/** @typedef {{ median: number, low: number, high: number, confidence: number }} Figure */

/**
 * The ratios of a result by their names. Absolute figures are not compared: they are those of the
 * machine.
 *
 * @param {Result} result
 */
function figuresOf({ comparisons, rows }) {
  /** @type {Map<string, Figure & { better: 'lower' | 'higher' }>} */
  const figures = new Map();
  for (const row of comparisons)
    figures.set(`${row.model}: ${row.title}, ours / ${row.against}`, {
      ...ratioOf(row),
      better: row.better,
    });
  for (const { name, unit, better, samples } of rows)
    if (unit === '×' && better)
      figures.set(name, {
        median: summary(samples).median,
        ...medianInterval(samples),
        better,
      });
  return figures;
}

/**
 * Compares the ratios of two runs. A ratio is worse only if its whole interval is: intervals that
 * overlap are no difference.
 *
 * @param {Result} before
 * @param {Result} now
 * @returns {Compared[]} the figures that both have.
 * @throws {Error} if they have none, because such a comparison would always pass, or if they are of
 *   two devices.
 */
export function compare(before, now) {
  if (before.device !== now.device)
    throw new Error(`One run is on ${before.device}, the other on ${now.device}: use one device`);
  const earlier = figuresOf(before);
  /** @type {Compared[]} */
  const compared = [];
  for (const [name, figure] of figuresOf(now)) {
    const old = earlier.get(name);
    if (old) compared.push({ name, verdict: judge(old, figure), before: old, now: figure });
  }
  if (compared.length === 0)
    throw new Error('The two runs have no ratio in common: measure the same models');
  return compared;
}

/**
 * @param {Figure} before
 * @param {Figure & { better: 'lower' | 'higher' }} now
 * @returns {Compared['verdict']}
 */
function judge(before, now) {
  if (Math.min(before.confidence, now.confidence) < LEAST_CONFIDENCE) return 'unknown';
  const rose = now.low > before.high;
  const fell = now.high < before.low;
  if (!rose && !fell) return 'same';
  return rose === (now.better === 'higher') ? 'better' : 'worse';
}
