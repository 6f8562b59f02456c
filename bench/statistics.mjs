/** Median, least and greatest of the samples; the samples themselves stay in the JSON. */
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
  const median =
    sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** Sample by sample, so that a machine whose speed drifts does not decide it. */
export const ratios = (samples, baseline) => samples.map((value, index) => value / baseline[index]);
