const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text) {
  return (
    String(text)
      // Characters that XML 1.0 has no way to write, and terminal colours.
      .replace(/\u001b\[[0-9;]*m|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/[&<>"]/g, (character) => ESCAPES[character])
  );
}

const seconds = (ms) => ((ms ?? 0) / 1000).toFixed(3);

function testCase({ name, suite, status, duration, error }, className) {
  const open = `    <testcase name="${escape(name)}" classname="${escape(suite || className)}" time="${seconds(duration)}"`;
  if (status === 'skipped') return `${open}><skipped/></testcase>`;
  if (status === 'passed') return `${open}/>`;
  const { message = 'failed', stack = '' } = error ?? {};
  return `${open}><failure message="${escape(message)}">${escape(stack)}</failure></testcase>`;
}

/** How many of these cases have each status. */
export function count(cases) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of cases) totals[status] += 1;
  return totals;
}

/**
 * Suites as JUnit XML. A suite is `{ name, cases }`; a case `{ name, suite?, status, duration?, error? }` with `status` one of
 * 'passed', 'failed' and 'skipped', `duration` in milliseconds, and `error` with `message` and `stack`.
 */
export function toJUnit(suites) {
  const body = suites.map(({ name, cases }) => {
    const { failed, skipped } = count(cases);
    const time = seconds(cases.reduce((sum, { duration }) => sum + (duration ?? 0), 0));
    return [
      `  <testsuite name="${escape(name)}" tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${time}">`,
      ...cases.map((one) => testCase(one, name)),
      '  </testsuite>',
    ].join('\n');
  });
  const all = suites.flatMap(({ cases }) => cases);
  const { failed, skipped } = count(all);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="${all.length}" failures="${failed}" errors="0" skipped="${skipped}">\n${body.join('\n')}\n</testsuites>\n`;
}
