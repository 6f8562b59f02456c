/**
 * @param {readonly number[]} samples
 * @throws {TypeError} if there are none, or one is not a number.
 */
function sort(samples) {
  if (
    !Array.isArray(samples) ||
    samples.length === 0 ||
    samples.some((value) => !Number.isFinite(value))
  ) {
    // JSON would write NaN as null.
    const shown = Array.isArray(samples) ? `[${samples.join(', ')}]` : String(samples);
    throw new TypeError(`samples are ${shown}: give a list of numbers`);
  }
  return samples.toSorted((a, b) => a - b);
}

/**
 * Median, least and greatest of the samples.
 *
 * @param {readonly number[]} samples
 * @throws {TypeError} if there are none, or one is not a number.
 */
export function summary(samples) {
  const sorted = sort(samples);
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
 * @throws {TypeError} if one is missing its other half.
 */
export function ratios(samples, baseline) {
  if (samples.length !== baseline.length)
    throw new TypeError(
      `there are ${samples.length} samples and ${baseline.length} of the baseline: give pairs`,
    );
  return samples.map((value, index) => value / (baseline[index] ?? NaN));
}

/** The confidence that an interval should have. */
export const CONFIDENCE = 0.95;

/**
 * A confidence interval of the median that assumes no distribution: two of the sorted samples, the
 * narrowest such pair around the middle that has the confidence of {@link CONFIDENCE}. Each sample is
 * above the true median with a chance of one half, so the binomial distribution gives the confidence.
 * Few samples cannot reach it. The interval is then from the least to the greatest, and `confidence`
 * says what that is worth: 75 % for three samples, 94 % for five.
 *
 * @param {readonly number[]} samples
 * @returns {{ low: number, high: number, confidence: number }}
 * @throws {TypeError} if there are none, or one is not a number.
 */
export function medianInterval(samples) {
  const sorted = sort(samples);
  const count = sorted.length;
  /** The chance that at most `cut` of the samples are below the median. */
  let tail = 0;
  let term = 2 ** -count;
  let cut = 0;
  let confidence = 0;
  for (let below = 0; below < count / 2; below++) {
    tail += term;
    const reached = 1 - 2 * tail;
    if (below > 0 && reached < CONFIDENCE) break;
    cut = below;
    confidence = Math.max(0, reached);
    term *= (count - below) / (below + 1);
  }
  return { low: sorted[cut] ?? NaN, high: sorted[count - 1 - cut] ?? NaN, confidence };
}
