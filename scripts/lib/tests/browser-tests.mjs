import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { GROUPS, specFiles } from './spec-files.mjs';
import { failed } from './suites.mjs';

/** @typedef {import('./spec-files.mjs').Group} Group */
/** @typedef {import('./suites.mjs').Suite} Suite */
/** @typedef {import('./wtr-results.mjs').Results} Results */

/**
 * Runs @web/test-runner. Returns what its reporter wrote, or `undefined` if it wrote nothing.
 *
 * @param {string} root
 * @param {object} options
 * @param {string} options.executablePath A Chromium.
 * @param {string} options.resultFile
 * @param {readonly string[]} options.files Parts of paths; all spec files if there are none.
 * @param {Group | undefined} options.group Both groups if there is none.
 * @param {'inherit' | 'ignore'} [options.stdio]
 */
export function runTestRunner(
  root,
  { executablePath, resultFile, files, group, stdio = 'inherit' },
) {
  rmSync(resultFile, { force: true });
  const { status, signal } = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules/@web/test-runner/dist/bin.js')],
    {
      cwd: root,
      stdio,
      env: {
        ...process.env,
        CHROMIUM_PATH: executablePath,
        UNMOCKED_RESULTS: resultFile,
        UNMOCKED_TEST_FILES: files.join(' '),
        UNMOCKED_TEST_GROUP: group ?? '',
      },
    },
  );
  /** @type {Results | undefined} */
  const results = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : undefined;
  return { results, problem: status === 0 ? undefined : (signal ?? `exit status ${status}`) };
}

/**
 * The cases of one spec file in one group. A file can also fail outside of its tests, or have none:
 * each of these is a failed case.
 *
 * @param {Results['files'][number] | undefined} result
 */
function casesOf(result) {
  if (!result)
    return [failed('runs', 'this file did not run: no browser, or the test runner left it out')];
  const cases = [...result.tests];
  for (const { message, stack } of result.errors)
    cases.push(failed('has no error outside of a test', message, stack));
  if (cases.length === 0) cases.push(failed('has a test', 'no test ran in this file'));
  if (!result.passed && !cases.some(({ status }) => status === 'failed'))
    cases.push(failed('passes', 'the test runner says that this file failed, but not why'));
  return cases;
}

/**
 * Runs the specs in the browser groups. Returns one suite for every spec file that had to run in a
 * group, because the test runner's exit status can be 0 even if no browser started.
 *
 * @param {string} root
 * @param {{ executablePath: string, files?: readonly string[], group?: Group | undefined }} options
 */
export function runBrowserTests(root, { executablePath, files = [], group }) {
  const expected = GROUPS.filter((name) => !group || name === group).flatMap((name) =>
    specFiles(root, name, files).map((file) => ({ group: name, file })),
  );
  /** @type {Suite[]} */
  const suites = [];
  if (expected.length === 0) return { suites, runs: [], prints: [] };
  console.log('\n# specs in the browser');
  const resultFile = path.join(root, 'reports/specs.json');
  const { results, problem } = runTestRunner(root, { executablePath, resultFile, files, group });
  for (const one of expected) {
    const result = results?.files.find(
      ({ group, file }) => group === one.group && file === one.file,
    );
    suites.push({ name: `${one.group} ${one.file}`, cases: casesOf(result) });
  }
  const anyFailure = suites.some(({ cases }) => cases.some(({ status }) => status === 'failed'));
  if (problem && !anyFailure) {
    suites.push({
      name: 'test runner',
      cases: [failed('ends well', `the test runner ended with ${problem}`)],
    });
  }
  return { suites, runs: results?.runs ?? [], prints: results?.prints ?? [] };
}
