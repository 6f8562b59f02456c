import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { sendFile } from '../../scripts/lib/serving/static-files.mjs';

/** @typedef {import('../../src/harness/report.js').ScenarioResult} ScenarioResult */

const { file, app } = JSON.parse(
  process.env.UNMOCKED_PACKED ??
    assert.fail('no packed package: run these specs with `npm run test:package`'),
);
/** The packed file. */
export const PACKED = /** @type {string} */ (file);
/** A project outside of this one, with the package in its node_modules. */
export const APP = /** @type {string} */ (app);
/** The installed package. */
export const INSTALLED = path.join(APP, 'node_modules/unmocked');

/** What a bundler has to copy: the files that pages ask for, by their paths below `dist/`. */
export const OWN_FILES = [
  'lib/engine-worker.js',
  ...['models', 'ort'].flatMap((folder) =>
    readdirSync(path.join(INSTALLED, 'dist', folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'digests.json')
      .map((entry) =>
        path.relative(path.join(INSTALLED, 'dist'), entry.parentPath + '/' + entry.name),
      ),
  ),
]
  .map((file) => file.split(path.sep).join('/'))
  .toSorted();

/**
 * A copy is the package's file, byte by byte.
 *
 * @param {string} copy
 * @param {string} file Below `dist/`.
 */
export const assertSame = (copy, file) =>
  assert.ok(
    readFileSync(copy).equals(readFileSync(path.join(INSTALLED, 'dist', file))),
    `${copy} is not ${file} as it is`,
  );

/** The entries with code for pages. */
export const ENTRIES = [
  '.',
  './elements',
  './scenario',
  './harness',
  './openai',
  './prompt-api',
  './adapters',
  './testing',
].map((name) => `unmocked${name.slice(1)}`);

/**
 * Imports an entry with code for Node from the installed package.
 *
 * @param {'vite' | 'wtr'} entry
 */
export const installedTool = (entry) =>
  import(pathToFileURL(path.join(INSTALLED, `dist/lib/${entry}.js`)).href);

/**
 * A spec of somebody else's: it registers one scenario that passes, one that fails and one that is
 * skipped with whatever runs it.
 *
 * @param {string} imports
 */
export const specWithScenarios = (imports) => `
${imports}
import { defineScenario, scenarios } from 'unmocked';
import { registerScenarios } from 'unmocked/testing';

const wrong = defineScenario({
  id: 'wrong', title: 'Wrong', proves: 'nothing', inference: false,
  async run(t) { t.equal('the sum', 1 + 1, 3); },
});
const moon = defineScenario({
  id: 'moon', title: 'Moon', proves: 'nothing',
  async run(t) { t.skip('there is no moon'); },
});
registerScenarios({
  describe, it, device: 'wasm',
  scenarios: [...scenarios.filter(({ id }) => id === 'chat-completion'), wrong, moon],
});
it('is isolated', () => {
  if (!crossOriginIsolated) throw new Error('This page is not isolated.');
});
`;

/**
 * The outcomes of that spec.
 *
 * @param {readonly { name: string, status: string, message?: string | undefined }[]} tests
 */
export function assertOutcomes(tests) {
  assert.deepEqual(
    tests.map(({ name, status }) => `${status} ${name.replace(/ \(skipped: .*/s, '')}`).toSorted(),
    [
      'failed wrong',
      'passed chat-completion',
      'passed is isolated',
      'passed the run: tokens were really computed',
      'skipped moon',
    ],
    JSON.stringify(tests, null, 1),
  );
  const message = tests.find(({ name }) => name === 'wrong')?.message ?? '';
  assert.match(message, /✗ the sum\s+actual: {3}2\s+expected: 3/);
}

/**
 * Makes a folder in the project with these files.
 *
 * @param {string} name
 * @param {Record<string, string>} files
 */
export const project = (name, files) => writeFiles(path.join(APP, name), files);

/**
 * @param {string} folder
 * @param {Record<string, string>} files By their paths in the folder.
 */
export function writeFiles(folder, files) {
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return folder;
}

/**
 * Serves a folder on an origin of its own.
 *
 * @param {string} folder
 * @param {Record<string, string>} [headers] For every answer.
 */
export async function serve(folder, headers = {}) {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((req, res) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    const url = (req.url ?? '/').replace(/\/$/, '/index.html');
    asked.push(url);
    if (url === '/favicon.ico') return void res.writeHead(204).end();
    sendFile(req, res, folder, url);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    /** The paths that were asked for, in order. */
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Others may use what is served: a module, its worker, models and ONNX Runtime's files. */
export const FOR_OTHERS = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** A module that runs a scenario and keeps its outcome for `outcomeOf`. */
export const runInPage = `
const element = document.querySelector('unmocked-scenario');
element.run().then(
  (result) => { globalThis.outcome = { result }; },
  ({ message, code }) => { globalThis.outcome = { error: { message, code } }; },
);
`;

/** @param {string} scenario */
export const pageWith = (scenario, head = '') => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title>${head}</head>
<body><unmocked-scenario name="${scenario}" device="wasm">The fallback.</unmocked-scenario></body>
</html>`;

/**
 * Opens a page, and waits until it has an outcome.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @returns {Promise<{
 *   result?: ScenarioResult,
 *   error?: { message: string, code?: string },
 *   log: string[],
 * }>}
 */
export async function outcomeOf(browser, url, timeout = 90_000) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const log = [];
  page.on('console', (message) => log.push(message.text()));
  page.on('pageerror', (error) => log.push(String(error)));
  try {
    await page.goto(url);
    const end = Date.now() + timeout;
    for (;;) {
      const outcome = await page.evaluate(() => Reflect.get(globalThis, 'outcome'));
      if (outcome) return { ...outcome, log };
      assert.ok(Date.now() < end, `no outcome at ${url}:\n${log.join('\n')}`);
      await page.waitForTimeout(100);
    }
  } finally {
    await page.close();
  }
}

/**
 * The scenario ran here, and passed.
 *
 * @param {Awaited<ReturnType<typeof outcomeOf>>} outcome
 */
export function assertPassed({ result, error, log }) {
  assert.equal(error?.message, undefined, log.join('\n'));
  assert.equal(result?.status, 'passed', `${result?.reason}\n${log.join('\n')}`);
  assert.equal(result?.inference?.kind, 'witnessed');
}

/**
 * The scenario of a built page passes, on a static server.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} folder
 */
export async function runBuilt(browser, folder) {
  const site = await serve(folder);
  try {
    assertPassed(await outcomeOf(browser, site.url));
  } finally {
    site.close();
  }
}
