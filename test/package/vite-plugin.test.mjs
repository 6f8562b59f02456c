import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, createServer, preview } from 'vite';
import { launch } from '../node/page-helpers.mjs';
import {
  assertPassed,
  INSTALLED,
  installedTool,
  outcomeOf,
  pageWith,
  project,
  runInPage,
} from './helpers.mjs';

const { unmocked } = /** @type {typeof import('../../src/tools/vite.js')} */ (
  await installedTool('vite')
);
const { version } = JSON.parse(readFileSync(path.join(INSTALLED, 'package.json'), 'utf8'));

/** The base of a site below another one. */
const base = '/docs/';
const root = project('vite-plugin', {
  'index.html': pageWith('chat-completion', '<script type="module" src="/main.js"></script>'),
  'main.js': `import 'unmocked/scenario';\n${runInPage}`,
  'public/unmocked/own.txt': 'own',
});

/** @param {import('../../src/tools/vite.js').UnmockedPluginOptions} [pluginOptions] */
const options = (pluginOptions) =>
  /** @satisfies {import('vite').InlineConfig} */ ({
    root,
    base,
    configFile: false,
    logLevel: /** @type {const} */ ('error'),
    plugins: [unmocked(pluginOptions)],
    server: { host: '127.0.0.1', port: 0, headers: { 'X-Own': 'yes' } },
    preview: { host: '127.0.0.1', port: 0 },
  });

/**
 * What the server sends is the file itself, byte by byte, with the isolation headers.
 *
 * @param {string} url
 * @param {string} file Below `dist/`.
 */
async function assertRaw(url, file) {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  assert.equal(response.headers.get('cross-origin-embedder-policy'), 'require-corp', url);
  const sent = Buffer.from(await response.arrayBuffer());
  assert.ok(sent.equals(readFileSync(path.join(INSTALLED, 'dist', file))), `${url} was changed`);
}

/** @param {string} url */
async function assertMissing(url) {
  const response = await fetch(url);
  assert.equal(response.status, 404, url);
  assert.doesNotMatch(await response.text(), /<html/, url);
}

/**
 * What the app has below `unmocked/` stays its own: a file, and routes that it answers with its page.
 *
 * @param {string} url The app's.
 */
async function assertOwnRoutes(url) {
  const file = await fetch(`${url}unmocked/own.txt`);
  assert.equal(await file.text(), 'own');
  for (const route of ['unmocked/guide', 'unmocked/0.0.1/guide', 'dist/models/guide']) {
    const page = await fetch(url + route, { headers: { accept: 'text/html' } });
    assert.equal(page.status, 200, route);
    assert.match(await page.text(), /<unmocked-scenario/, route);
  }
}

describe('the plugin for Vite', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test('dev: a scenario passes on an isolated page, and files are sent as they are', async () => {
    const server = await createServer(options());
    try {
      await server.listen();
      const url = server.resolvedUrls?.local[0] ?? '';
      const outcome = await outcomeOf(browser, url);
      assertPassed(outcome);
      const page = await fetch(url);
      assert.equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
      assert.equal(page.headers.get('x-own'), 'yes');
      const dist = `${url}@fs${INSTALLED}/dist/`;
      for (const file of [
        'ort/ort-wasm-simd-threaded.mjs',
        'lib/engine-worker.js',
        'models/unmocked-tiny/config.json',
      ])
        await assertRaw(`${dist}${file}?import`, file);
      await assertMissing(`${dist}models/unmocked-tiny/missing.json`);
      await assertOwnRoutes(url);
    } finally {
      await server.close();
    }
  });

  test('dev: the headers can be left to others', async () => {
    const server = await createServer(options({ isolation: false }));
    try {
      await server.listen();
      const url = server.resolvedUrls?.local[0] ?? '';
      const file = await fetch(`${url}@fs${INSTALLED}/dist/lib/engine-worker.js`);
      assert.equal(file.headers.get('cross-origin-embedder-policy'), null);
      assert.equal(file.headers.get('x-own'), 'yes');
    } finally {
      await server.close();
    }
  });

  test('build and preview: each file is there once, as it is, and a scenario passes', async () => {
    await build({ ...options(), build: { emptyOutDir: true } });
    const built = readdirSync(path.join(root, 'dist'), { recursive: true, encoding: 'utf8' });
    const ours = built.filter((name) =>
      /\.(?:onnx|wasm|mjs)$|engine-worker|config\.json/.test(name),
    );
    const folder = `unmocked/${version}/`;
    assert.deepEqual(
      ours.filter((name) => !name.startsWith(folder)),
      [],
    );
    assert.equal(ours.filter((name) => name.endsWith('.wasm')).length, 2);
    const server = await preview(options());
    try {
      const url = server.resolvedUrls?.local[0] ?? '';
      const files = built
        .filter((name) => name.startsWith(folder))
        .map((name) => name.slice(folder.length))
        .filter((name) => statSync(path.join(root, 'dist', folder, name)).isFile());
      assert.ok(files.length >= 10, files.join());
      for (const file of files) await assertRaw(`${url}${folder}${file}`, file);
      await assertMissing(`${url}${folder}models/unmocked-tiny/missing.json`);
      await assertOwnRoutes(url);
      const outcome = await outcomeOf(browser, url);
      assertPassed(outcome);
    } finally {
      await server.close();
    }
  });
});
