import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { GROUPS, specFiles } from './spec-files.mjs';

const failed = (name, message, stack) => ({ name, status: 'failed', error: { message, stack } });

/** The cases of one spec file in one group, with a failure for each way in which a file can fail, or be empty, outside of its tests. */
function casesOf(result) {
  if (!result)
    return [failed('runs', 'this file did not run: no browser, or the test runner left it out')];
  const cases = [...result.tests];
  for (const { message, stack } of result.errors)
    cases.push(failed('has no error outside of a test', message, stack));
  if (cases.length === 0) cases.push(failed('has a test', 'no test ran in this file'));
  if (!result.passed && !cases.some(({ status }) => status === 'failed')) {
    cases.push(failed('passes', 'the test runner says that this file failed, but not why'));
  }
  return cases;
}

/**
 * Runs the specs in the browser groups: `{ suites, runs, prints }`, one suite for every spec file that has to run in a group. What
 * counts is what should have run against what did: the runner's own exit status can be 0 where no browser started.
 */
export function runBrowserTests(root, { executablePath, files = [], group }) {
  const expected = GROUPS.filter((name) => !group || name === group).flatMap((name) =>
    specFiles(root, name, files).map((file) => ({ group: name, file })),
  );
  if (expected.length === 0)
    return {
      suites: [{ name: 'specs', cases: [failed('exist', 'there is no spec file to run')] }],
      runs: [],
      prints: [],
    };
  const resultFile = path.join(root, 'reports/specs.json');
  rmSync(resultFile, { force: true });
  const { status, signal } = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules/@web/test-runner/dist/bin.js')],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        CHROMIUM_PATH: executablePath,
        UNMOCKED_RESULTS: resultFile,
        UNMOCKED_TEST_FILES: files.join(' '),
        UNMOCKED_TEST_GROUP: group ?? '',
      },
    },
  );
  const results = existsSync(resultFile)
    ? JSON.parse(readFileSync(resultFile, 'utf8'))
    : { files: [], runs: [], prints: [] };
  const suites = expected.map((one) => ({
    name: `${one.group} ${one.file}`,
    cases: casesOf(
      results.files.find(({ group: ran, file }) => ran === one.group && file === one.file),
    ),
  }));
  const anyFailure = suites.some(({ cases }) => cases.some((one) => one.status === 'failed'));
  if (status !== 0 && !anyFailure) {
    suites.push({
      name: 'test runner',
      cases: [
        failed('ends well', `the test runner ended with ${signal ?? `exit status ${status}`}`),
      ],
    });
  }
  return { suites, runs: results.runs, prints: results.prints };
}
