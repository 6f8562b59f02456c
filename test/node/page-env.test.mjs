import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createServer } from 'vite';
import { buildLibrary } from '../../scripts/lib/package/library.mjs';
import { loadTables } from '../../scripts/lib/typescript.mjs';
import { launch, ROOT, serveOwnPage, withEnvironment } from './page-helpers.mjs';

const KEY = 'sk-secret-page-env-0123456789';
const FILE_KEY = 'sk-secret-env-file-0123456789';
const URL_VALUE = 'http://127.0.0.1:59999/of-the-environment/v1';
const MODEL = 'model-of-the-environment';
const variables = { OPENAI_API_KEY: KEY, OPENAI_API_URL: URL_VALUE, AF_LLM_MODEL: MODEL };

/** @type {string[]} */
const folders = [];
/** @param {Record<string, string>} [files] */
function folder(files = {}) {
  const name = mkdtempSync(path.join(os.tmpdir(), 'unmocked-env-'));
  folders.push(name);
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(name, file), text);
  return name;
}

/**
 * The files below a folder that contain a string.
 *
 * @param {string} directory
 * @param {string} text
 */
function filesWith(directory, text) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  assert.ok(files.length > 0, `${directory} has files`);
  return files
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}

/**
 * The values that the page at an address shows, with their origins.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 */
async function rowsAt(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => document.querySelector('unmocked-harness')?.settings?.keeps);
  const rows = await page.evaluate(
    () => document.querySelector('unmocked-harness')?.settings?.rows ?? [],
  );
  await page.close();
  return Object.fromEntries(rows.map(({ key, value, origin }) => [key, [value, origin]]));
}

describe('the environment of the page', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => (browser = await launch()));
  after(async () => {
    await browser?.close();
    for (const name of folders) rmSync(name, { recursive: true, force: true });
  });

  test('a build holds the URL and the model of the environment, and never the key', async () => {
    await withEnvironment(variables, async () => {
      const served = await serveOwnPage('page-env', {
        envDir: folder({
          '.env': `OPENAI_API_KEY=${FILE_KEY}\n`,
          '.env.production': `OPENAI_API_KEY=${FILE_KEY}\n`,
        }),
      });
      try {
        assert.deepEqual(filesWith(served.outDir, KEY), []);
        assert.deepEqual(filesWith(served.outDir, FILE_KEY), []);
        assert.ok(filesWith(served.outDir, URL_VALUE).length > 0);
        const rows = await rowsAt(browser, served.url);
        assert.deepEqual(rows.api_url, [URL_VALUE, 'environment (OPENAI_API_URL)']);
        assert.deepEqual(rows.model, [MODEL, 'environment (AF_LLM_MODEL)']);
        assert.deepEqual(rows.api_key, ['not set', 'default']);
      } finally {
        await served.close();
      }
    });
  });

  test('the library holds none of them', async () => {
    const outDir = folder();
    const { ortFiles } = await loadTables();
    await withEnvironment(variables, () => buildLibrary(outDir, ortFiles));
    for (const value of Object.values(variables)) assert.deepEqual(filesWith(outDir, value), []);
  });

  test('the dev server gives the page all of them, from process and .env files', async () => {
    const { OPENAI_API_KEY, ...others } = variables;
    await withEnvironment({ ...others, OPENAI_API_KEY: undefined }, async () => {
      const server = await createServer({
        root: ROOT,
        logLevel: 'error',
        envDir: folder({ '.env': `OPENAI_API_KEY=${OPENAI_API_KEY}\n` }),
        cacheDir: path.join(ROOT, '.cache/page-env-vite'),
        server: { port: 0, strictPort: false, hmr: false },
      });
      try {
        await server.listen();
        const transformed = await server.transformRequest('/src/settings/environment.ts');
        assert.match(transformed?.code ?? '', /import\.meta\.env = /);
        const rows = await rowsAt(browser, server.resolvedUrls?.local[0] ?? '');
        assert.deepEqual(rows.api_url, [URL_VALUE, 'environment (OPENAI_API_URL)']);
        assert.deepEqual(rows.model, [MODEL, 'environment (AF_LLM_MODEL)']);
        assert.deepEqual(rows.api_key, ['set', 'environment (OPENAI_API_KEY)']);
      } finally {
        await server.close();
      }
    });
  });
});
