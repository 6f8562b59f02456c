import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { startTestRunner } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { ensureChromium, launchArguments } from '../../scripts/lib/browser/chromium.mjs';
import { APP, assertOutcomes, installedTool, project, specWithScenarios } from './helpers.mjs';

/** @typedef {import('@web/test-runner').TestSession} TestSession */

const { unmocked } = /** @type {typeof import('../../src/tools/wtr.js')} */ (
  await installedTool('wtr')
);

test('web-test-runner: a test for each scenario, with the plugin and nothing else', async () => {
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

for (const basePath of [undefined, '/docs', '/docs/'])
  test(`the plugin answers for the package's files alone; the base path is ${basePath}`, async () => {
    const server = createServer((_request, response) => response.end("the dev server's"));
    unmocked().serverStart({ server, config: { rootDir: APP, ...(basePath && { basePath }) } });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const base = `http://127.0.0.1:${port}${basePath ?? ''}`.replace(/\/$/, '');
    /** @param {string} pathname */
    const get = async (pathname) => {
      const response = await fetch(base + pathname);
      return [response.status, await response.text()];
    };
    try {
      const dist = '/node_modules/unmocked/dist';
      const config = await readFile(
        path.join(APP, dist, 'models/unmocked-tiny/config.json'),
        'utf8',
      );
      assert.deepEqual(await get(`${dist}/models/unmocked-tiny/config.json`), [200, config]);
      assert.equal((await get(`${dist}/models/missing.json`))[0], 404);
      for (const own of ['/unmocked/guide', '/dist/models/guide', '/models/guide', '/'])
        assert.deepEqual(await get(own), [200, "the dev server's"], own);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
