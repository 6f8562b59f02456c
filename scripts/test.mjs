import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runBrowserTests } from './lib/browser-tests.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureInstalled, main, ROOT, UsageError } from './lib/install.mjs';
import { count, toJUnit } from './lib/junit.mjs';
import { runNodeTests } from './lib/node-tests.mjs';
import { GROUPS, nodeTestFiles } from './lib/spec-files.mjs';

const USAGE = `usage: npm test [-- [--files PART-OF-A-PATH]… [--group ${GROUPS.join('|')}]]`;
const reports = path.join(ROOT, 'reports');

function readOptions(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { files: { type: 'string', multiple: true }, group: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(`${error.message.split('\n')[0]}\n${USAGE}`);
  }
  const { group } = parsed.values;
  if (group !== undefined && !GROUPS.includes(group))
    throw new UsageError(
      `--group is "${group}", but has to be one of ${GROUPS.join(', ')}\n${USAGE}`,
    );
  const files = [...(parsed.values.files ?? []), ...parsed.positionals];
  return { files, group, everything: files.length === 0 && group === undefined };
}

/** One check that is a command, as a case of the count: passed when it exits with 0. */
function checkWith(name, script, args) {
  console.log(`\n# ${name}`);
  const start = performance.now();
  const { status } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'node_modules', script), ...args],
    { cwd: ROOT, stdio: 'inherit' },
  );
  const error =
    status === 0
      ? undefined
      : { message: `${name} ended with exit status ${status}: see its messages in the log` };
  return { name, status: error ? 'failed' : 'passed', duration: performance.now() - start, error };
}

/** One case for each group: a run from which no report of real scenarios came has proved nothing. */
function checkReports(runs) {
  return GROUPS.map((group) => {
    const found = runs.some((run) => run.group === group);
    const error = found ? undefined : { message: `no report came from the ${group} group` };
    return { name: `a report from the ${group} group`, status: found ? 'passed' : 'failed', error };
  });
}

/** Runs a part; where it throws, the error is a failure in the count like any other. */
async function attempt(suites, name, work) {
  try {
    return await work();
  } catch (error) {
    suites.push({
      name: 'set-up',
      cases: [{ name, status: 'failed', error: { message: error.message, stack: error.stack } }],
    });
    return undefined;
  }
}

function printFailures(suites) {
  for (const { name, cases } of suites) {
    for (const one of cases.filter(({ status }) => status === 'failed')) {
      console.log(
        `FAILED ${name}: ${[one.suite, one.name].filter(Boolean).join(' ')}\n       ${one.error?.message ?? 'no message'}`,
      );
    }
  }
}

/** `npm test`: lint, types, node-side tests and all specs in both browser groups; the last line is the count. */
await main(async () => {
  const options = readOptions(process.argv.slice(2));
  const suites = [];
  let browser = { runs: [], prints: [] };
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  await attempt(suites, 'dependencies and browser', async () => {
    ensureInstalled();
    const executablePath = ensureChromium();
    if (options.everything) {
      suites.push({
        name: 'static checks',
        cases: [
          checkWith('lint', 'oxlint/bin/oxlint', ['--deny-warnings']),
          checkWith('types', 'typescript/bin/tsc', ['--noEmit']),
        ],
      });
      console.log('\n# node-side tests');
      const files = nodeTestFiles(ROOT);
      if (files.length > 0) suites.push(...(await runNodeTests(ROOT, files)));
    }
    console.log('\n# specs in the browser');
    browser = runBrowserTests(ROOT, { executablePath, ...options });
    suites.push(...browser.suites);
    if (options.everything) suites.push({ name: 'reports', cases: checkReports(browser.runs) });
  });

  writeFileSync(path.join(reports, 'junit.xml'), toJUnit(suites));
  writeFileSync(
    path.join(reports, 'unmocked.json'),
    `${JSON.stringify({ schema: 'unmocked-reports/1', runs: browser.runs }, null, 2)}\n`,
  );
  for (const text of browser.prints) console.log(`\n${text}`);
  console.log('');
  printFailures(suites);
  const { passed, failed, skipped } = count(suites.flatMap(({ cases }) => cases));
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
});
