import { ratioOf } from './result.mjs';
import { summary } from './statistics.mjs';

/** @param {number} value @param {string} unit */
export const formatNumber = (value, unit) =>
  unit === '×' || Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0);

/** @param {string} unit */
export const formatUnit = (unit) => (unit ? ` ${unit}` : '');

/**
 * The ratio of a row, its interval, and its goal with whether it is met.
 *
 * @param {import('./result.mjs').Comparison} row
 * @returns {[string, string, string]}
 */
export function ratioText(row) {
  const { median, low, high, confidence } = ratioOf(row);
  const { goal, better } = row;
  const isMet = goal === undefined || (better === 'lower' ? median <= goal : median >= goal);
  const bound = better === 'lower' ? 'at most' : 'at least';
  return [
    median.toFixed(2),
    `${low.toFixed(2)} to ${high.toFixed(2)} (${Math.round(confidence * 100)} %)`,
    goal === undefined ? '' : `${bound} ${goal}${isMet ? '' : ': not met'}`,
  ];
}

/** @param {import('./result.mjs').Comparison} row */
export function printComparison(row) {
  const { model, title, against, unit, ours, base } = row;
  const [ratio, interval, goal] = ratioText(row);
  const median = (/** @type {number[]} */ samples) => formatNumber(summary(samples).median, unit);
  console.log(
    [
      `${model}: ${title}`.padEnd(66),
      `${median(ours)}${formatUnit(unit)} / ${against} ${median(base)}`.padEnd(32),
      ratio.padStart(6),
      interval.padEnd(22),
      goal,
    ]
      .join(' ')
      .trimEnd(),
  );
}

/** @param {import('./result.mjs').Row} row */
export function printRow({ name, unit, target, samples }) {
  const { median, min, max } = summary(samples);
  const [shown, least, greatest] = [median, min, max].map((value) => formatNumber(value, unit));
  console.log(
    [
      name.padEnd(66),
      shown?.padStart(8),
      unit.padEnd(6),
      `(${least} to ${greatest})`.padEnd(20),
      target,
    ]
      .join(' ')
      .trimEnd(),
  );
}

/** @param {import('./compare.mjs').Compared} compared */
export function printCompared({ name, verdict, before, now }) {
  const show = (/** @type {import('./compare.mjs').Figure} */ { median, low, high }) =>
    `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  console.log(`${verdict.padEnd(8)} ${name}: ${show(before)} before, ${show(now)} now`);
}
