import { failed } from './suites.mjs';

/** @typedef {import('./suites.mjs').Suite} Suite */
/** @typedef {import('../../../test/faults/table.mjs').Fault} Fault */

/**
 * What became of a staged fault.
 *
 * @typedef {{ fault: Fault, problem: string | undefined }} Outcome `problem`: why it does not count as
 *   survived.
 */

/**
 * The name of a spec's suite in the results, which begins with the group that it runs in.
 *
 * @param {string} spec
 */
export function suiteOf(spec) {
  const [folder] = spec.split('/', 1);
  const group = folder === 'node' || folder === 'webgpu' ? folder : 'wasm';
  return `${group} test/${spec}`;
}

/**
 * A fault is survived if each of its tests ran, and none failed or was skipped.
 *
 * @param {Fault} fault
 * @param {readonly Suite[]} suites
 * @returns {Outcome}
 */
export function outcomeOf(fault, suites) {
  const cases = suites.find(({ name }) => name === suiteOf(fault.spec))?.cases;
  if (!cases) return { fault, problem: `test/${fault.spec} did not run` };
  for (const part of fault.tests) {
    const meant = cases.filter(({ name, suite = '' }) => `${suite} ${name}`.includes(part));
    if (meant.length === 0) return { fault, problem: `no test has "${part}" in its name` };
    const other = meant.find(({ status }) => status !== 'passed');
    if (other) return { fault, problem: `${other.status}: ${other.name}` };
  }
  return { fault, problem: undefined };
}

/**
 * Each fault as a case of the whole run, so that the table cannot name tests that are not there.
 *
 * @param {readonly Fault[]} faults
 * @param {readonly Suite[]} suites
 * @returns {Suite}
 */
export const faultSuite = (faults, suites) => ({
  name: 'faults',
  cases: faults.map((fault) => {
    const { problem } = outcomeOf(fault, suites);
    return problem
      ? failed(fault.fault, problem)
      : { name: fault.fault, status: /** @type {const} */ ('passed') };
  }),
});
