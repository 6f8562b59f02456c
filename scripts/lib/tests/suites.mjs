/**
 * @typedef {object} TestCase
 * @property {string} name
 * @property {string} [suite] The names of the suites around it.
 * @property {'passed' | 'failed' | 'skipped'} status
 * @property {number} [duration] Milliseconds.
 * @property {{ message: string, stack?: string | undefined }} [error]
 */

/** @typedef {{ name: string, cases: TestCase[] }} Suite */

/**
 * A failed case.
 *
 * @param {string} name
 * @param {string} message
 * @param {string} [stack]
 * @returns {TestCase}
 */
export const failed = (name, message, stack) => ({
  name,
  status: 'failed',
  error: { message, stack },
});

/**
 * How many of the cases have each status.
 *
 * @param {readonly TestCase[]} cases
 */
export function count(cases) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of cases) totals[status] += 1;
  return totals;
}
