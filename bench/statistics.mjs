/**
 * Median, least and greatest of the samples.
 *
 * @param {readonly number[]} samples
 * @throws {TypeError} if there are none, or one is not a number.
 */
export function summary(samples) {
  if (
    !Array.isArray(samples) ||
    samples.length === 0 ||
    samples.some((value) => !Number.isFinite(value))
  ) {
    throw new TypeError(`samples are ${JSON.stringify(samples)}: give a list of numbers`);
  }
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (/** @type {number} */ index) => sorted.at(index) ?? NaN;
  const median = sorted.length % 2 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(-1) };
}

/**
 * The ratios of samples to baseline, pair by pair, so that a drift of the machine's speed cancels
 * out.
 *
 * @param {readonly number[]} samples
 * @param {readonly number[]} baseline
 */
export const ratios = (samples, baseline) =>
  samples.map((value, index) => value / (baseline[index] ?? NaN));
