import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from '../node/page-helpers.mjs';
import { assertSame, OWN_FILES, pageWith, runBuilt, runInPage, writeFiles } from './helpers.mjs';
import { installOtherTools, runTool } from './other-tools.mjs';

/** What webpack's build says of itself. */
const BUILD = `
import webpack from 'webpack';

const [mode, context, output] = process.argv.slice(2);
webpack({ mode, context, output: { path: output } }).run((error, stats) => {
  if (error) throw error;
  const { errors, warnings, assets } = stats.toJson();
  console.log(
    JSON.stringify({
      errors: errors.map(({ message }) => message),
      warnings: warnings.map(({ message }) => message),
      copied: assets.flatMap(({ name, info: { sourceFilename } }) =>
        sourceFilename ? [[name, sourceFilename]] : [],
      ),
    }),
  );
});`;

describe('webpack, without a word of configuration', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  let root = '';
  before(async () => {
    browser = await launch();
    root = writeFiles(path.join(installOtherTools(), 'webpack'), {
      // The folder is asked for too: webpack has no address for one.
      'src/index.js': `import { assets } from 'unmocked/scenario';
        globalThis.base = assets.base;
        ${runInPage}`,
      'build.mjs': BUILD,
    });
  });
  after(() => browser?.close());

  for (const mode of ['production', 'development'])
    test(`${mode}: the element runs, and each file is there once`, async () => {
      const dist = path.join(root, mode);
      const build = [path.join(root, 'build.mjs'), mode, root, dist];
      const { status, stdout, stderr } = runTool(process.execPath, build);
      assert.equal(status, 0, `${stdout}${stderr}`);
      /** @type {{ errors: string[], warnings: string[], copied: [name: string, source: string][] }} */
      const { errors, warnings, copied } = JSON.parse(stdout);
      assert.deepEqual(errors, []);
      // In production, it says that a model is large.
      assert.deepEqual(
        warnings.filter((text) => !/size limit|code splitting/.test(text)),
        [],
      );

      const ours = copied.map(([name, source]) => [source.split('/unmocked/dist/')[1] ?? '', name]);
      assert.deepEqual(ours.map(([source]) => source).toSorted(), OWN_FILES);
      // It minifies scripts, and nothing else.
      for (const [source = '', name = ''] of ours)
        if (mode === 'development' || !source.endsWith('js'))
          assertSame(path.join(dist, name), source);

      const head = '<script defer src="main.js"></script>';
      writeFiles(dist, { 'index.html': pageWith('chat-completion', head) });
      await runBuilt(browser, dist);
    });
});
