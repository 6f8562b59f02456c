import assert from 'node:assert/strict';
import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from '../node/page-helpers.mjs';
import {
  assertSame,
  INSTALLED,
  OWN_FILES,
  pageWith,
  runBuilt,
  runInPage,
  writeFiles,
} from './helpers.mjs';
import { installOtherTools, runTool } from './other-tools.mjs';

const PAGE = pageWith('chat-completion', '<script type="module" src="main.js"></script>');

const ROLLUP = `
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { importMetaAssets } from '@web/rollup-plugin-import-meta-assets';
import { rollup } from 'rollup';

const [input, dir] = process.argv.slice(2);
const bundle = await rollup({
  input,
  plugins: [nodeResolve(), importMetaAssets()],
  onwarn: (warning) => { throw new Error(warning.message); },
});
await bundle.write({ dir });`;

const ESBUILD = `
import { build } from 'esbuild';

const [input, outdir] = process.argv.slice(2);
await build({ entryPoints: [input], outdir, bundle: true, format: 'esm', splitting: true });`;

describe('bundlers that need a word of configuration', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  /**
   * Builds a page with one scenario. Returns the folder of the build.
   *
   * @param {string} name
   * @param {string} build The code that builds.
   * @param {string} main The page's code.
   */
  function project(name, build, main) {
    const root = path.join(installOtherTools(), name);
    const dist = path.join(root, 'dist');
    writeFiles(root, { 'main.js': main, 'build.mjs': build, 'dist/index.html': PAGE });
    const command = [path.join(root, 'build.mjs'), path.join(root, 'main.js'), dist];
    const { status, stdout, stderr } = runTool(process.execPath, command);
    assert.equal(status, 0, `${stdout}${stderr}`);
    return dist;
  }

  test('Rollup with a plugin for addresses: the element runs, and each file is there once', async () => {
    const dist = project('rollup', ROLLUP, `import 'unmocked/scenario';\n${runInPage}`);
    const copied = readdirSync(path.join(dist, 'assets'));
    assert.equal(copied.length, OWN_FILES.length);
    for (const file of OWN_FILES) {
      const { name, ext } = path.parse(file);
      const [copy = '', ...more] = copied.filter(
        (other) => other.startsWith(`${name}-`) && other.length === `${name}-12345678${ext}`.length,
      );
      assert.deepEqual(more, [], file);
      assertSame(path.join(dist, 'assets', copy), file);
    }
    await runBuilt(browser, dist);
  });

  test('esbuild, with the worker beside the bundle and the other files anywhere', async () => {
    const dist = project(
      'esbuild',
      ESBUILD,
      `import { assets } from 'unmocked/scenario';\nassets.base = '/files/';\n${runInPage}`,
    );
    const from = path.join(INSTALLED, 'dist');
    cpSync(path.join(from, 'lib/engine-worker.js'), path.join(dist, 'engine-worker.js'));
    for (const folder of ['models', 'ort'])
      cpSync(path.join(from, folder), path.join(dist, 'files', folder), { recursive: true });
    await runBuilt(browser, dist);
  });
});
