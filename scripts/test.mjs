import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureChromium } from './lib/browser/chromium.mjs';
import { buildPage } from './lib/browser/serve-build.mjs';
import { list, oneOf, readCommandLine, string } from './lib/command-line.mjs';
import { main, toError } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { runBrowserTests } from './lib/tests/browser-tests.mjs';
import { faultSuite } from './lib/tests/faults.mjs';
import { toJUnit } from './lib/tests/junit.mjs';
import { runNodeTests } from './lib/tests/node-tests.mjs';
import { GROUPS, nodeTestFiles } from './lib/tests/spec-files.mjs';
import { runStaticChecks } from './lib/tests/static-checks.mjs';
import { count, failed } from './lib/tests/suites.mjs';
import { faults } from '../test/faults/table.mjs';

/** @typedef {import('./lib/tests/suites.mjs').Suite} Suite */

const reports = path.join(ROOT, 'reports');

/** @param {readonly string[]} args */
function readOptions(args) {
  const { values, positionals } = readCommandLine(
    {
      command: 'npm test --',
      positionals: true,
      options: {
        files: list(string({ value: 'PART', help: 'only test files whose path contains PART' })),
        group: oneOf(GROUPS, { help: 'only the specs of this browser group' }),
      },
    },
    args,
  );
  const files = [...values.files, ...positionals];
  const everything = files.length === 0 && values.group === undefined;
  return { files, group: values.group, everything };
}

/**
 * A run without a report of real scenarios has proved nothing: one case for each group.
 *
 * @param {readonly { group: string }[]} runs
 * @returns {Suite}
 */
function checkReports(runs) {
  return {
    name: 'reports',
    cases: GROUPS.map((group) => {
      const name = `a report from the ${group} group`;
      return runs.some((run) => run.group === group)
        ? { name, status: 'passed' }
        : failed(name, `no report came from the ${group} group`);
    }),
  };
}

/** @param {readonly Suite[]} suites */
function printFailures(suites) {
  for (const { name, cases } of suites) {
    for (const one of cases.filter(({ status }) => status === 'failed')) {
      console.log(
        `FAILED ${name}: ${[one.suite, one.name].filter(Boolean).join(' ')}\n` +
          `       ${one.error?.message ?? 'no message'}`,
      );
    }
  }
}

/**
 * Runs the checks and tests, and adds their suites as they end. Returns what the specs left for
 * Node.
 *
 * @param {Suite[]} suites
 * @param {ReturnType<typeof readOptions>} options
 */
async function runAll(suites, { files, group, everything }) {
  ensureInstalled();
  const executablePath = ensureChromium();
  const nodeFiles = group === undefined ? nodeTestFiles(ROOT, files) : [];
  // The static checks compute little, so they may run beside Node's tests.
  const checking = everything ? runStaticChecks(ROOT) : undefined;
  if (nodeFiles.length > 0) {
    console.log("\n# Node's tests");
    if (nodeFiles.some((file) => path.basename(file).startsWith('page-')))
      process.env.UNMOCKED_TEST_PAGE = await buildPage(ROOT, 'test-page');
    // No spec asserts a time, and each has servers and a browser of its own.
    suites.push(...(await runNodeTests(ROOT, nodeFiles, 2)));
  }
  if (checking) {
    const { suite, log } = await checking;
    suites.unshift(suite);
    console.log(log);
  }
  const { suites: specs, runs, prints } = runBrowserTests(ROOT, { executablePath, files, group });
  suites.push(...specs);
  if (suites.length === 0)
    suites.push({ name: 'specs', cases: [failed('exist', 'there is no test file to run')] });
  if (everything) suites.push(checkReports(runs), faultSuite(faults, suites));
  return { runs, prints };
}

/**
 * `npm test`: format, lint, types, Node's tests, and all specs in both browser groups. The last
 * line is the count. An error on the way is one more failed case, so that every run writes its
 * reports.
 */
await main(async () => {
  const options = readOptions(process.argv.slice(2));
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  /** @type {Suite[]} */
  const suites = [];
  const { runs, prints } = await runAll(suites, options).catch((thrown) => {
    const { message, stack } = toError(thrown);
    suites.push({ name: 'set-up', cases: [failed('dependencies and browser', message, stack)] });
    return { runs: [], prints: [] };
  });

  writeFileSync(path.join(reports, 'junit.xml'), toJUnit(suites));
  writeFileSync(
    path.join(reports, 'unmocked.json'),
    `${JSON.stringify({ schema: 'unmocked-reports/1', runs }, null, 2)}\n`,
  );
  for (const text of prints) console.log(`\n${text}`);
  console.log('');
  printFailures(suites);
  const totals = count(suites.flatMap(({ cases }) => cases));
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
});
