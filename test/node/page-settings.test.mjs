import assert from 'node:assert/strict';
import http from 'node:http';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { portOf } from './openai-helpers.mjs';
import { launch, serveOwnPage, withEnvironment } from './page-helpers.mjs';

const KEY = 'sk-page-settings-0123456789';
const TIMEOUT = 60_000;

/**
 * A server for one test. `answer` gets the response of each chat completion, after its headers were
 * sent.
 *
 * @param {(response: http.ServerResponse) => void} answer
 */
async function serve(answer) {
  /** @type {string[]} */
  const heard = [];
  const server = http.createServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    const stream = request.url?.endsWith('/chat/completions') && request.method === 'POST';
    response.writeHead(200, {
      'content-type': stream ? 'text/event-stream' : 'application/json',
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
    });
    if (stream) answer(response);
    else response.end('{"data":[{"id":"scripted"}]}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${portOf(server)}/v1`, heard, close };
}
/**
 * @param {string} content
 * @param {string | null} [finish_reason]
 */
const event = (content, finish_reason = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason }] })}\n\n`;

/**
 * The page as a test uses it.
 *
 * @param {import('playwright-core').Page} page
 */
function look(page) {
  /** @param {string} id */
  const field = (id) => page.locator(`unmocked-settings #${id}`);
  const dialog = page.locator('unmocked-harness #settings');
  /** Opens the panel of the settings. */
  const openPanel = async () => {
    if (!(await dialog.isVisible())) await page.locator('unmocked-harness #change').click();
  };
  const closePanel = async () => {
    if (await dialog.isVisible()) await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  };
  /** Waits until the page has read every source of settings. */
  const settled = async () => {
    await field('backend').waitFor({ state: 'attached', timeout: TIMEOUT });
    await page.evaluate(() => document.querySelector('unmocked-harness')?.settings?.ready);
  };
  return {
    field,
    openPanel,
    closePanel,
    /**
     * @param {string} id
     * @param {string} value
     */
    enter: async (id, value) => {
      await openPanel();
      await field(id).fill(value);
      await field(id).blur();
    },
    /**
     * @param {string} id
     * @param {string} value
     */
    choose: async (id, value) => {
      await openPanel();
      await field(id).selectOption(value);
    },
    /** @param {string} id */
    value: (id) => field(id).inputValue(),
    /** @param {string} url */
    open: async (url) => {
      await page.goto(url);
      await settled();
    },
    reload: async () => {
      await page.reload();
      await settled();
    },
    /** Asks the model and returns the reply, or the error. */
    ask: async () => {
      await closePanel();
      const tester = page.locator('unmocked-try');
      await tester.getByRole('button', { name: 'Ask the model' }).click();
      const end = tester.locator('dl.metrics, [role=alert]');
      await end.waitFor({ timeout: TIMEOUT });
      return {
        text: await end.innerText(),
        reply:
          (await tester.locator('.reply').count()) > 0
            ? await tester.locator('.reply').innerText()
            : '',
      };
    },
    storage: () =>
      page.evaluate(() => ({
        local: JSON.stringify({ ...localStorage }),
        session: JSON.stringify({ ...sessionStorage }),
      })),
    /** The whole document as HTML, shadow roots included. */
    html: () =>
      page.evaluate(() => {
        /**
         * @param {ParentNode} root
         * @returns {string}
         */
        const all = (root) =>
          [...root.querySelectorAll('*')]
            .map(
              (one) =>
                one.outerHTML +
                (one.shadowRoot ? one.shadowRoot.innerHTML + all(one.shadowRoot) : ''),
            )
            .join('');
        return document.documentElement.outerHTML + all(document);
      }),
  };
}

describe('the settings of the built page', () => {
  /** @type {Awaited<ReturnType<typeof serveOwnPage>>} */
  let served;
  /** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
  let openai;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').BrowserContext} */
  let context;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {string[]} */
  let logged;
  /** @type {import('playwright-core').Request[]} */
  let requests;
  const api = () => `${openai.url}/v1`;

  before(async () => {
    served = await withEnvironment(
      { OPENAI_API_URL: undefined, OPENAI_API_KEY: undefined, AF_LLM_MODEL: undefined },
      () => serveOwnPage('page-settings'),
    );
    openai = await startOpenAiServer({ apiKey: KEY });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await openai?.close();
    await served?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    logged = [];
    requests = [];
    context.on('console', (message) => logged.push(`${message.type()}: ${message.text()}`));
    context.on('weberror', (error) => logged.push(`error: ${error.error().message}`));
    context.on(
      'request',
      (request) => request.url().startsWith(openai.url) && requests.push(request),
    );
    page = await context.newPage();
  });
  afterEach(() => context.close());

  test('survive a reload; the backend that was chosen last answers', async () => {
    const { open, choose, enter, value, ask, reload, storage, html } = look(page);
    await open(served.url);
    await choose('backend', 'remote');
    await enter('apiUrl', api());
    await enter('apiKey', KEY);
    const first = await ask();
    assert.match(first.text, /remote/);
    assert.ok(first.text.includes(openai.url), first.text);
    assert.equal(first.reply, replies.validation[0]);
    assert.ok(requests.some((request) => request.headers()['authorization'] === `Bearer ${KEY}`));

    await reload();
    assert.deepEqual(
      [await value('backend'), await value('apiUrl'), await value('apiKey')],
      ['remote', api(), KEY],
    );
    // The page checks a configured backend without a click.
    await page.getByText(`unmocked-tiny at ${api()}/ answers.`).waitFor({ timeout: TIMEOUT });
    const { local, session } = await storage();
    assert.ok(session.includes(KEY) && !local.includes(KEY), 'the key is in sessionStorage only');
    assert.ok(!(await html()).includes(KEY), 'the key is nowhere in the document');
    assert.ok(!page.url().includes(KEY));

    const asked = requests.length;
    await choose('backend', 'local');
    await choose('device', 'wasm');
    const changed = await ask();
    assert.match(changed.text, /local/);
    assert.match(changed.text, /wasm/);
    assert.equal(changed.reply, replies.validation[0]);
    await reload();
    assert.deepEqual([await value('backend'), await value('device')], ['local', 'wasm']);
    assert.match((await ask()).text, /local/);
    assert.equal(requests.length, asked, 'the server was not asked any more');
    assert.deepEqual(
      logged.filter((text) => text.includes('error') || text.includes(KEY)),
      [],
    );
  });

  test('a key ends with its session, unless the user keeps it', async () => {
    const { open, choose, enter, field, storage } = look(page);
    await open(served.url);
    await choose('backend', 'remote');
    await enter('apiUrl', api());
    await enter('apiKey', KEY);
    const other = look(await context.newPage());
    await other.open(served.url);
    assert.deepEqual(
      [await other.value('backend'), await other.value('apiUrl'), await other.value('apiKey')],
      ['remote', api(), ''],
    );
    assert.match((await other.ask()).text, /401/);

    await field('rememberKey').check();
    assert.ok((await storage()).local.includes(KEY));
    const kept = look(await context.newPage());
    await kept.open(served.url);
    assert.deepEqual(
      [await kept.value('apiKey'), await kept.field('rememberKey').isChecked()],
      [KEY, true],
    );
    await kept.openPanel();
    await kept.field('forget').click();
    await kept.reload();
    assert.deepEqual(
      [await kept.value('backend'), await kept.field('apiKey').inputValue()],
      ['auto', ''],
    );
    assert.ok(!(await kept.storage()).local.includes(KEY));
  });

  test('the server refuses a wrong key, the error hides it, and the right key works', async () => {
    const { open, choose, enter, ask, closePanel, html, value } = look(page);
    const wrong = 'sk-wrong-9876543210';
    await open(served.url);
    await choose('backend', 'remote');
    await enter('apiUrl', api());
    await enter('apiKey', wrong);
    await closePanel();
    await page.locator('unmocked-try #prompt').fill(conversations.greeting.turns[0]);
    const refused = await ask();
    assert.match(refused.text, /401/);
    assert.match(refused.text, /key/);
    assert.ok(!(await html()).includes(wrong) && !logged.join().includes(wrong));
    await enter('apiKey', KEY);
    const right = await ask();
    assert.equal(right.reply, replies.greeting[0], 'the prompt is still there');
    assert.equal(await value('apiUrl'), api());
  });

  test('a value in the address counts until the user changes it; then it is removed', async () => {
    const { open, choose, value, reload } = look(page);
    await open(`${served.url}?device=webgpu&seed=5#part`);
    assert.deepEqual([await value('device'), await value('seed')], ['webgpu', '5']);
    await choose('device', 'wasm');
    assert.match(page.url(), /\?seed=5#part$/);
    await reload();
    assert.deepEqual([await value('device'), await value('seed')], ['wasm', '5']);
  });

  test('a key in the address is refused, and leaves the address bar at once', async () => {
    const { open, html } = look(page);
    await open(`${served.url}?run=all&model=unmocked-tiny&token=${KEY}`);
    await page.getByText('The address holds a key, as "token".').waitFor({ timeout: TIMEOUT });
    assert.match(page.url(), /\?run=all&model=unmocked-tiny$/);
    assert.ok(!(await html()).includes(KEY) && !logged.join().includes(KEY));
    assert.equal(await page.locator('html').getAttribute('data-unmocked'), 'error');
  });

  test('a saved key is not sent to a URL that only the address names', async () => {
    const elsewhere = await serve((response) =>
      response.end(`${event('Trapped.', 'stop')}data: [DONE]\n\n`),
    );
    try {
      const { open, choose, enter, ask } = look(page);
      await open(served.url);
      await choose('backend', 'remote');
      await enter('apiUrl', api());
      await enter('apiKey', KEY);
      await open(`${served.url}?api_url=${encodeURIComponent(elsewhere.url)}`);
      await ask();
      assert.ok(
        elsewhere.heard.some((line) => line.includes('/v1/models')),
        'it was asked',
      );
      assert.ok(!elsewhere.heard.join().includes(KEY), 'without the key');
      await page.locator('unmocked-settings #withheld').waitFor({ state: 'attached' });
    } finally {
      await elsewhere.close();
    }
  });

  test('a reply streams as text, not as HTML, thinking apart; Stop ends the request', async () => {
    /** @type {http.ServerResponse | undefined} */
    let response;
    /** @type {Promise<unknown> | undefined} */
    let hungUp;
    const scripted = await serve((given) => {
      response = given;
      hungUp = new Promise((resolve) => given.on('close', resolve));
      given.write(event('<think>It is <i>bold</i>.</think><b>One'));
    });
    try {
      const { open, choose, enter, closePanel } = look(page);
      await open(served.url);
      await choose('backend', 'remote');
      await enter('apiUrl', scripted.url);
      await closePanel();
      const tester = page.locator('unmocked-try');
      await tester.locator('#prompt').fill('Be bold.');
      await tester.getByRole('button', { name: 'Ask the model' }).click();
      await tester.locator('.reply', { hasText: /^<b>One$/ }).waitFor({ timeout: TIMEOUT });
      assert.match(
        await tester.locator('.thinking').innerText(),
        /^Thinking:\s+It is <i>bold<\/i>\.$/,
      );
      assert.equal(await tester.locator('dl.metrics').count(), 0, 'it goes on');
      response?.end(`${event('</b>', 'stop')}data: [DONE]\n\n`);
      await tester.locator('dl.metrics').waitFor({ timeout: TIMEOUT });
      assert.equal(await tester.locator('.reply').innerText(), '<b>One</b>');
      assert.equal(await tester.locator('.output b, .output i').count(), 0);
      assert.match(await tester.locator('dl.metrics').innerText(), /not said by the server/);

      await tester.getByRole('button', { name: 'Ask the model' }).click();
      await tester.locator('.reply', { hasText: /^<b>One$/ }).waitFor({ timeout: TIMEOUT });
      await tester.getByRole('button', { name: 'Stop' }).click();
      await hungUp;
      await tester.getByText('Stopped.').first().waitFor();
      assert.deepEqual(
        [
          await tester.locator('#prompt').inputValue(),
          await tester.locator('.reply').innerText(),
          await tester.locator('[role=alert]').count(),
        ],
        ['Be bold.', '<b>One', 0],
      );

      await tester.getByRole('button', { name: 'Ask the model' }).click();
      await tester
        .locator('.reply.arriving', { hasText: /^<b>One$/ })
        .waitFor({ timeout: TIMEOUT });
      await enter('model', 'another');
      await hungUp;
      await tester.getByText('Stopped: the settings changed.').first().waitFor();
    } finally {
      await scripted.close();
    }
  });

  test('a pasted config.toml still counts after a reload, but only in this tab', async () => {
    const { open, openPanel, reload, value } = look(page);
    const sources = page.locator('unmocked-sources');
    await open(served.url);
    await openPanel();
    await sources.locator('summary').click();
    await sources.locator('#text').fill(`[agent]\nseed = 42\napi_key = "${KEY}"\n`);
    await sources.getByRole('button', { name: 'Use it' }).click();
    await sources.getByText('config.toml, pasted is in use.').waitFor({ timeout: TIMEOUT });
    assert.equal(await value('seed'), '42');
    await reload();
    assert.equal(await value('seed'), '42');
    const other = look(await context.newPage());
    await other.open(served.url);
    assert.equal(await other.value('seed'), '0');
    await openPanel();
    await sources.locator('summary').click();
    await sources.getByRole('button', { name: 'Remove it' }).click();
    await sources.getByText('None is in use.').waitFor();
    await reload();
    assert.equal(await value('seed'), '0');
    assert.deepEqual(
      logged.filter((text) => text.startsWith('error')),
      [],
      'no config.toml beside the page is no error',
    );
  });
});
