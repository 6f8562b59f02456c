import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { transformSync } from 'rolldown/utils';
import { readSamples } from '../../scripts/lib/docs/markdown.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';
import { launch } from '../node/page-helpers.mjs';
import { APP, project, serve } from './helpers.mjs';

// `npm test` compiles every sample. Those that need nothing but the package also run, with the packed one.

const PAGES = ['agent', 'test-your-app', 'write-a-scenario'];
const IMPORTS = /^import .* from '([^']+)';$/gm;
const LIBRARY = '/node_modules/unmocked/dist/lib';
const MAP = {
  imports: Object.fromEntries(
    ['openai', 'prompt-api', 'adapters', 'testing'].map((name) => [
      `unmocked/${name}`,
      `${LIBRARY}/${name}.js`,
    ]),
  ),
};
Object.assign(MAP.imports, { unmocked: `${LIBRARY}/unmocked.js` });

const samples = PAGES.flatMap((page) =>
  readSamples(readFileSync(path.join(ROOT, 'docs', `${page}.md`), 'utf8'))
    .filter(({ language, code }) => language === 'ts' && isOurs(code))
    .map(({ code, line }) => {
      const [, name = `line-${line}`] = /^\/\/ ([\w-]+)\.ts\n/.exec(code) ?? [];
      return { page, name, code };
    }),
);

/** @param {string} code */
function isOurs(code) {
  return [...code.matchAll(IMPORTS)].every(([, from = '']) => /^(?:\.\/|unmocked\b)/.test(from));
}

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  for (const { page, name, code } of samples)
    project(`samples/${page}`, { [`${name}.js`]: javaScript(code) });
  project('samples', {
    'index.html': `<!doctype html><script type="importmap">${JSON.stringify(MAP)}</script>`,
    'broken/broken.js': javaScript(broken()),
  });
  server = await serve(APP);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
});

/** @param {string} code */
function javaScript(code) {
  const { code: plain, errors } = transformSync('sample.ts', code);
  assert.deepEqual(errors, []);
  return plain;
}

/** The saboteur of the documentation, with an agent that is polite. */
function broken() {
  const [code = ''] = samples
    .filter(({ code }) => code.includes('does not notice a rude agent'))
    .map(({ code }) => code);
  const polite = code.replace("'./politeness.js'", "'../write-a-scenario/politeness.js'");
  return polite.replace("response: 'No.'", "response: 'Hello.'");
}

/**
 * Runs a module in a page of its own, to its end.
 *
 * @param {string} module
 * @returns {Promise<{ error?: string, log: string[] }>}
 */
async function run(module) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const log = [];
  page.on('console', (message) => log.push(message.text()));
  try {
    await page.goto(`${server.url}samples/`);
    const error = await page.evaluate(
      (url) =>
        import(url).then(
          () => undefined,
          (/** @type {unknown} */ error) => String(error),
        ),
      `/samples/${module}.js`,
    );
    return { ...(error === undefined ? {} : { error }), log };
  } finally {
    await page.close();
  }
}

describe('runs', () => {
  assert.ok(samples.length >= 5, 'the samples were found');
  for (const { page, name } of samples)
    test(`${page}: ${name}`, async () => {
      const { error, log } = await run(`${page}/${name}`);
      assert.equal(error, undefined, log.join('\n'));
      assert.ok(!log.includes('failed'), log.join('\n'));
    });

  test('and a scenario that does not catch its saboteur is noticed', async () => {
    const { error } = await run('broken/broken');
    assert.match(error ?? '', /does not notice a rude agent/);
  });
});
