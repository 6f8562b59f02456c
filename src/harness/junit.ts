import { escapeXml as escape } from './escape-xml.js';
import type { Report, ScenarioResult } from './report.js';

/**
 * Writes a report as JUnit XML, with one test case per scenario and the same ids. A scenario that did
 * not run is skipped, and the run that was stopped is an error: it is not green.
 */
export function toJUnit(report: Report): string {
  const { totals } = report;
  const stopped = report.status === 'stopped';
  const kind = stopped ? 'error' : 'failure';
  const failures = totals.failed + totals['timed-out'];
  const name = `unmocked ${report.model.id} ${report.device.requested}`;
  const problems = report.problems.map(
    (problem) =>
      '    <testcase classname="unmocked" name="run" time="0">' +
      `<${kind} message="${escape(problem)}"/></testcase>\n`,
  );
  const attributes = [
    `name="${escape(name)}"`,
    `tests="${totals.total + problems.length}"`,
    `failures="${failures + (stopped ? 0 : problems.length)}"`,
    `errors="${stopped ? problems.length : 0}"`,
    `skipped="${totals.skipped + totals['not-run']}"`,
    `time="${seconds(report.durationMs)}"`,
    `timestamp="${report.startedAt}"`,
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite ${attributes.join(' ')}>
    <properties><property name="inference" value="${report.inference.kind}"/></properties>
${report.results.map(testCase).join('')}${problems.join('')}  </testsuite>
</testsuites>
`;
}

function testCase(result: ScenarioResult): string {
  const { id, status, reason = '', durationMs, checks, error } = result;
  const time = seconds(durationMs);
  const open = `    <testcase classname="unmocked" name="${escape(id)}" time="${time}">`;
  if (status === 'passed') return `${open}</testcase>\n`;
  if (status === 'skipped' || status === 'not-run')
    return `${open}<skipped message="${escape(reason)}"/></testcase>\n`;
  const failed = checks
    .filter((check) => check.status === 'failed')
    .map(
      (check) =>
        `${check.name}: actual ${JSON.stringify(check.actual)}, ` +
        `expected ${JSON.stringify(check.expected)}`,
    );
  const body = [...failed, error?.stack ?? error?.message ?? ''].filter(Boolean).join('\n');
  return (
    `${open}<failure type="${status}" message="${escape(reason)}">` +
    `${escape(body)}</failure></testcase>\n`
  );
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3);
