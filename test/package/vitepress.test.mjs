import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from '../node/page-helpers.mjs';
import { serve, writeFiles } from './helpers.mjs';
import { installOtherTools, runTool } from './other-tools.mjs';

/** @typedef {import('../../src/components/unmocked-scenario.js').UnmockedScenario} UnmockedScenario */

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('VitePress: a nested page has the fallback from the server, and a click runs the scenario', async () => {
  const folder = installOtherTools();
  const site = path.join(folder, 'vitepress');
  writeFiles(site, {
    'index.md': '# Home\n\n[A guide](./guide/first.md)\n',
    'guide/first.md':
      '# First\n\n<unmocked-scenario name="chat-completion" device="wasm">The fallback.</unmocked-scenario>\n',
    '.vitepress/config.js': `
      import { unmocked } from 'unmocked/vite';
      export default {
        vue: { template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('unmocked-') } } },
        vite: { plugins: [unmocked()] },
      };`,
    '.vitepress/theme/index.js': `
      import DefaultTheme from 'vitepress/theme';
      import 'unmocked/scenario';
      export default DefaultTheme;`,
  });
  const vitepress = path.join(folder, 'node_modules/vitepress/bin/vitepress.js');
  const { status, stdout, stderr } = runTool(process.execPath, [vitepress, 'build', site]);
  assert.equal(status, 0, `${stdout}${stderr}`);
  const dist = path.join(site, '.vitepress/dist');
  const html = readFileSync(path.join(dist, 'guide/first.html'), 'utf8');
  assert.match(html, /<unmocked-scenario[^>]*>The fallback\.<\/unmocked-scenario>/);
  const built = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const pages = built.filter((name) => name.endsWith('.html')).toSorted();
  assert.deepEqual(pages, ['404.html', 'guide/first.html', 'index.html']);
  assert.equal(built.filter((name) => name.endsWith('.wasm')).length, 2);

  const server = await serve(dist);
  const page = await browser.newPage();
  /** @type {string[]} */
  const log = [];
  page.on('console', (message) => log.push(message.text()));
  page.on('pageerror', (error) => log.push(String(error)));
  try {
    await page.goto(`${server.url}guide/first.html`);
    const element = page.locator('unmocked-scenario');
    await element.getByRole('button').first().click();
    const result = await element.evaluate(
      (node) =>
        new Promise((resolve) => {
          const check = () => {
            const { result } = /** @type {UnmockedScenario} */ (node);
            if (result) resolve({ status: result.status, reason: result.reason });
            else requestAnimationFrame(check);
          };
          check();
        }),
    );
    assert.deepEqual(result, { status: 'passed', reason: undefined }, log.join('\n'));
  } finally {
    await page.close();
    server.close();
  }
});
