import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { launchOptions, ROOT } from './page-helpers.mjs';

const [HELLO] = conversations.greeting.turns;
const [REPLY] = replies.greeting;

/* What a browser does with a page that nobody looks at, by the browser's own means. */
describe('a page that is put away', () => {
  /** @type {import('vite').ViteDevServer} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {string} */
  let url;
  before(async () => {
    server = await createServer({
      root: ROOT,
      logLevel: 'error',
      cacheDir: path.join(ROOT, '.cache/page-lifecycle-vite'),
      server: { port: 0, strictPort: false, hmr: false },
    });
    await server.listen();
    url = server.resolvedUrls?.local[0] ?? '';
    // Playwright turns the back-forward cache off.
    browser = await chromium.launch({
      ...launchOptions(),
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A page with an agent on the bundled model, as `globalThis.agent`. */
  async function pageWithAgent() {
    const page = await browser.newPage();
    await page.goto(url);
    await page.evaluate(async () => {
      const code = '/src/agents/load-agent.ts';
      const { loadAgent } = await import(code);
      Object.assign(globalThis, { agent: await loadAgent({ device: 'wasm' }) });
    });
    return page;
  }
  /**
   * @param {import('playwright-core').Page} page
   * @returns {Promise<string>}
   */
  const ask = (page) =>
    page.evaluate(
      async (text) => (await /** @type {any} */ (globalThis).agent.invoke(text)).response,
      HELLO,
    );

  test('frozen in mid-reply, it finishes the reply when it is woken', async () => {
    const page = await pageWithAgent();
    const session = await page.context().newCDPSession(page);
    const answer = ask(page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await sleep(5_000);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    assert.equal(await answer, REPLY);
    assert.equal(await ask(page), REPLY);
    await page.close();
  });

  test('hidden, it answers', async () => {
    const page = await pageWithAgent();
    const other = await browser.newPage();
    await other.bringToFront();
    assert.equal(await ask(page), REPLY);
    await other.close();
    await page.close();
  });

  test('left and come back to, by the back-forward cache or anew, it answers', async () => {
    const page = await pageWithAgent();
    await page.evaluate(() =>
      addEventListener('pageshow', (event) =>
        Object.assign(globalThis, {
          persisted: /** @type {PageTransitionEvent} */ (event).persisted,
        }),
      ),
    );
    const pending = ask(page).catch(() => 'left');
    await page.goto('data:text/html,elsewhere');
    await pending;
    // A page from the back-forward cache does not load again.
    await page.goBack({ waitUntil: 'commit' });
    const isKept = await page.evaluate(() => 'agent' in globalThis);
    if (!isKept)
      await page.evaluate(async () => {
        const code = '/src/agents/load-agent.ts';
        const { loadAgent } = await import(code);
        Object.assign(globalThis, { agent: await loadAgent({ device: 'wasm' }) });
      });
    assert.equal(await ask(page), REPLY);
    assert.equal(
      await page.evaluate(() => /** @type {any} */ (globalThis).persisted),
      isKept || undefined,
    );
    await page.close();
  });
});
