import { escapeXml } from '../../../src/harness/escape-xml.js';
import { count } from './suites.mjs';

const seconds = (ms = 0) => (ms / 1000).toFixed(3);

/**
 * @param {import('./suites.mjs').TestCase} testCase
 * @param {string} className For a case without a suite of its own.
 */
function testCaseXml({ name, suite, status, duration, error }, className) {
  const open =
    `    <testcase name="${escapeXml(name)}" classname="${escapeXml(suite || className)}" ` +
    `time="${seconds(duration)}"`;
  if (status === 'skipped') return `${open}><skipped/></testcase>`;
  if (status === 'passed') return `${open}/>`;
  const { message = 'failed', stack = '' } = error ?? {};
  const failure = `<failure message="${escapeXml(message)}">${escapeXml(stack)}</failure>`;
  return `${open}>${failure}</testcase>`;
}

/**
 * Suites as JUnit XML.
 *
 * @param {readonly import('./suites.mjs').Suite[]} suites
 */
export function toJUnit(suites) {
  const body = suites.map(({ name, cases }) => {
    const totals = count(cases);
    const time = seconds(cases.reduce((sum, { duration = 0 }) => sum + duration, 0));
    return [
      `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" ` +
        `failures="${totals.failed}" errors="0" skipped="${totals.skipped}" time="${time}">`,
      ...cases.map((one) => testCaseXml(one, name)),
      '  </testsuite>',
    ].join('\n');
  });
  const all = suites.flatMap(({ cases }) => cases);
  const totals = count(all);
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<testsuites tests="${all.length}" failures="${totals.failed}" errors="0" ` +
    `skipped="${totals.skipped}">\n` +
    `${body.join('\n')}\n</testsuites>\n`
  );
}
