import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { startTestRunner } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { ensureChromium, launchArguments } from '../../scripts/lib/browser/chromium.mjs';
import { assertOutcomes, installedTool, project, specWithScenarios } from './helpers.mjs';

/** @typedef {import('@web/test-runner').TestSession} TestSession */

test('web-test-runner: a test for each scenario, with the plugin and nothing else', async () => {
  const { unmocked } = /** @type {typeof import('../../src/tools/wtr.js')} */ (
    await installedTool('wtr')
  );
  const rootDir = project('wtr', { 'scenarios.test.js': specWithScenarios('') });
  /** @type {TestSession[]} */
  const sessions = await new Promise((resolve, reject) => {
    startTestRunner({
      readCliArgs: false,
      readFileConfig: false,
      autoExitProcess: false,
      config: {
        rootDir,
        files: [path.join(rootDir, '*.test.js')],
        nodeResolve: true,
        plugins: [unmocked()],
        browsers: [
          playwrightLauncher({
            product: 'chromium',
            launchOptions: { executablePath: ensureChromium(), args: launchArguments() },
          }),
        ],
        testsFinishTimeout: 180_000,
        reporters: [
          { onTestRunFinished: ({ sessions }) => resolve(/** @type {TestSession[]} */ (sessions)) },
        ],
      },
    }).then((runner) => runner?.on('finished', () => void runner.stop()), reject);
  });
  assert.equal(sessions.length, 1);
  const [session] = sessions;
  assert.deepEqual(session?.errors, []);
  const suite = session?.testResults;
  const tests = [...(suite?.tests ?? []), ...(suite?.suites ?? []).flatMap(({ tests }) => tests)];
  assertOutcomes(
    tests.map(({ name, passed, skipped, error }) => ({
      name,
      status: skipped ? 'skipped' : passed ? 'passed' : 'failed',
      message: error?.message,
    })),
  );
  assert.deepEqual(
    tests.filter(({ skipped }) => skipped).map(({ name }) => name),
    ['moon (skipped: there is no moon)'],
  );
});
