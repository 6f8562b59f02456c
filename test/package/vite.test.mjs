import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, createServer } from 'vite';
import { launch } from '../node/page-helpers.mjs';
import { assertPassed, outcomeOf, pageWith, project, runInPage, serve } from './helpers.mjs';

const tag = '<script type="module" src="/main.js"></script>';
/** A project without a word of configuration. */
const root = project('vite', {
  'index.html': pageWith('chat-completion', tag),
  'main.js': `import 'unmocked/scenario';\n${runInPage}`,
});
const options = /** @type {const} */ ({ root, configFile: false, logLevel: 'error' });

describe('a Vite project', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test('dev: the element runs on the bundled model', async () => {
    const server = await createServer({ ...options, server: { host: '127.0.0.1', port: 0 } });
    try {
      await server.listen();
      assertPassed(await outcomeOf(browser, server.resolvedUrls?.local[0] ?? ''));
    } finally {
      await server.close();
    }
  });

  test('build: the element runs, and each file is there once', async () => {
    await build({ ...options, build: { emptyOutDir: true } });
    const site = await serve(path.join(root, 'dist'));
    try {
      assertPassed(await outcomeOf(browser, site.url));
    } finally {
      site.close();
    }
    const built = readdirSync(path.join(root, 'dist'), { recursive: true, encoding: 'utf8' });
    const count = (/** @type {RegExp} */ name) => built.filter((file) => name.test(file)).length;
    assert.equal(count(/engine-worker/), 1, 'workers');
    assert.equal(count(/\.wasm$/), 2, "ONNX Runtime's builds");
    assert.equal(count(/\.onnx$/), 1, 'weights: q8 alone');
  });
});
