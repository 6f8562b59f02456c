import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { ensureChromium, launchArguments } from '../../scripts/lib/browser/chromium.mjs';
import { assertOutcomes, specWithScenarios, writeFiles } from './helpers.mjs';
import { installOtherTools, newerNode, runTool } from './other-tools.mjs';

/**
 * @typedef {object} VitestResults
 * @property {{ assertionResults: {
 *   title: string,
 *   status: string,
 *   failureMessages: string[],
 * }[] }[]} testResults
 */

describe("Vitest's browser mode", () => {
  let folder = '';
  before(() => {
    folder = installOtherTools();
    const launchOptions = JSON.stringify({
      executablePath: ensureChromium(),
      args: launchArguments(),
    });
    writeFiles(path.join(folder, 'vitest'), {
      'vitest.config.js': `
        import { playwright } from '@vitest/browser-playwright';
        import { unmocked } from 'unmocked/vite';
        import { defineConfig } from 'vitest/config';
        export default defineConfig({
          plugins: [unmocked()],
          test: {
            browser: {
              enabled: true,
              headless: true,
              screenshotFailures: false,
              provider: playwright({ launchOptions: ${launchOptions} }),
              instances: [{ browser: 'chromium' }],
            },
          },
        });`,
      'scenarios.test.js': specWithScenarios("import { describe, it } from 'vitest';"),
    });
  });

  /** @param {readonly string[]} args */
  function run(...args) {
    const root = path.join(folder, 'vitest');
    const output = path.join(root, 'results.json');
    const vitest = path.join(folder, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter', 'verbose', '--reporter', 'json', '--outputFile.json', output];
    const command = [vitest, 'run', '--root', root, ...reporters, ...args];
    const { stdout, stderr } = runTool(newerNode(), command);
    const { testResults } = /** @type {VitestResults} */ (JSON.parse(readFileSync(output, 'utf8')));
    const tests = testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ title, status, failureMessages: [message] }) => ({
        name: title,
        status,
        message,
      })),
    );
    return { tests, log: `${stdout}${stderr}` };
  }

  test('a test for each scenario, and a skip with its reason', () => {
    const { tests, log } = run();
    assertOutcomes(tests);
    assert.match(log, /moon.*there is no moon/);
  });

  test('a filter runs only the scenarios that it names', () => {
    const { tests } = run('-t', 'chat-completion');
    assert.deepEqual(
      tests.filter(({ status }) => status !== 'skipped').map(({ name }) => name),
      ['chat-completion'],
    );
  });
});
