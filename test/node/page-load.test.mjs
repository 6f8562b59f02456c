import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { launch, ROOT, serveOwnPage } from './page-helpers.mjs';

const TIMEOUT = 60_000;
/** Gzipped kB of the scripts that load before a run. `npm run bench` measures them in a browser. */
const LIMIT = 60;
/** An untouched page needs none of these. A run, a test, a set backend or a config.toml does. */
const ON_DEMAND = [
  'src/harness/run.ts',
  'src/scenarios/runs.ts',
  'src/scenarios/streaming.ts',
  'src/scenarios/subject.ts',
  'src/agents/load-agent.ts',
  'src/agents/startup.ts',
  'src/agents/remote/remote-backend.ts',
  'src/agents/chat-agent.ts',
  'src/engine/engine.ts',
  'src/settings/config.ts',
  'node_modules/smol-toml/',
  'node_modules/eventsource-parser/',
];

/** @type {Awaited<ReturnType<typeof serveOwnPage>>} */
let served;
before(async () => {
  served = await serveOwnPage('page-load');
});
after(() => served?.close());

describe('the scripts that the built page loads first', () => {
  /**
   * The entry and the chunks that it imports.
   *
   * @type {Set<import('vite').Rolldown.OutputChunk>}
   */
  let first;
  /** @type {import('vite').Rolldown.OutputChunk[]} */
  let others;
  before(() => {
    const chunks = served.built.output.filter((one) => one.type === 'chunk');
    const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
    first = new Set(chunks.filter(({ isEntry }) => isEntry));
    assert.equal(first.size, 1, 'the page has one entry');
    // A set may grow during its iteration.
    for (const { imports } of first)
      for (const name of imports) {
        const chunk = byName.get(name);
        if (chunk) first.add(chunk);
      }
    others = chunks.filter((chunk) => !first.has(chunk));
  });

  /** @param {Iterable<import('vite').Rolldown.OutputChunk>} chunks */
  const modules = (chunks) =>
    [...chunks]
      .flatMap((chunk) => Object.keys(chunk.modules))
      .map((id) => path.relative(ROOT, id).replaceAll(path.sep, '/'));

  test(`is at most ${LIMIT} kB, gzipped`, () => {
    const sizes = [...first].map(({ fileName, code }) => ({
      name: fileName,
      size: gzipSync(code).length / 1000,
    }));
    const sum = sizes.reduce((total, { size }) => total + size, 0);
    assert.ok(
      sum <= LIMIT,
      `${sum.toFixed(1)} kB: ` +
        sizes.map(({ name, size }) => `${name} ${size.toFixed(1)}`).join(', '),
    );
  });

  test('hold nothing that only a run, a Test, a configured backend or a config.toml needs', () => {
    for (const part of ON_DEMAND) {
      assert.ok(
        modules(others).some((id) => id.startsWith(part)),
        `${part} is in the build`,
      );
      assert.ok(!modules(first).some((id) => id.startsWith(part)), `${part} is loaded first`);
    }
  });
});

describe('the built page without a part of its code', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').BrowserContext} */
  let context;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {boolean} */
  let away;
  /** @type {string[]} */
  let refused;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    away = false;
    refused = [];
    context = await browser.newContext();
    page = await context.newPage();
    await page.route('**/*.js', (route) => {
      if (!away) return route.continue();
      refused.push(route.request().url());
      return route.abort();
    });
    await page.goto(served.url);
    await page.locator('unmocked-try #test').waitFor({ timeout: TIMEOUT });
    away = true;
  });
  afterEach(() => context?.close());

  /** The first try failed without that code. From now on the code is there. */
  const comeBack = () => {
    assert.ok(refused.length > 0, 'something was fetched');
    away = false;
  };
  const problem = /A part of this page's code could not be loaded: .*Try again/;

  test('a run reports it after one round of requests, and the next run works', async () => {
    const run = () =>
      page.evaluate(() =>
        document
          .querySelector('unmocked-harness')
          ?.run(['load-agent'])
          .then(
            ({ status }) => status,
            ({ code }) => code,
          ),
      );
    assert.equal(await run(), 'network');
    assert.match(await page.locator('[part=problems]').innerText(), problem);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.unmocked), 'error');
    assert.ok(
      ['run-', 'runs-'].every((name) =>
        refused.some((url) => path.posix.basename(url).startsWith(name)),
      ),
      `both were asked for before either failed: ${refused.join(' ')}`,
    );
    comeBack();
    assert.equal(await run(), 'passed');
    assert.equal(await page.locator('[part=problems]').isVisible(), false);
  });

  test('a Test reports it, and the next Test works', async () => {
    const tester = page.locator('unmocked-try');
    await tester.getByRole('button', { name: 'Ask the model' }).click();
    await tester.getByRole('alert').waitFor({ timeout: TIMEOUT });
    assert.match(await tester.getByRole('alert').innerText(), problem);
    comeBack();
    await tester.getByRole('button', { name: 'Ask the model' }).click();
    await tester.locator('dl.metrics').waitFor({ timeout: TIMEOUT });
  });

  test('a config.toml is refused but its text stays, and the next try accepts it', async () => {
    await page.locator('unmocked-harness #change').click();
    const sources = page.locator('unmocked-sources');
    await sources.locator('summary').click();
    await sources.locator('#text').fill('[agent]\nseed = 7');
    await sources.locator('#use').click();
    await sources.getByRole('alert').waitFor({ timeout: TIMEOUT });
    assert.match(await sources.getByRole('alert').innerText(), problem);
    assert.equal(await sources.locator('#text').inputValue(), '[agent]\nseed = 7');
    comeBack();
    await sources.locator('#use').click();
    await sources.getByText('config.toml, pasted is in use.').waitFor({ timeout: TIMEOUT });
    assert.equal(await page.evaluate(() => document.querySelector('unmocked-harness')?.seed), 7);
  });
});
