import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { firstDownload, launch, servePage } from './page-helpers.mjs';

const TIMEOUT = 120_000;

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof servePage>>} */
let served;
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  served = await servePage();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await served?.close();
});

/** Waits until the harness's run is over. @param {Page} page */
const over = (page) =>
  page.locator('html[data-unmocked]').waitFor({ state: 'attached', timeout: TIMEOUT });

/** @param {Page} page @param {string[]} ids */
const run = (page, ids) =>
  page.evaluate((chosen) => {
    void document.querySelector('unmocked-harness')?.run(chosen);
  }, ids);

/**
 * Every state, in one visit: each goes on from the one before.
 *
 * @type {[name: string, enter: (page: Page, release: () => void) => Promise<void>][]}
 */
const states = [
  [
    'the first screen',
    (page) => page.locator('unmocked-list .row').first().waitFor({ timeout: TIMEOUT }),
  ],
  [
    'the settings open',
    async (page) => {
      await page.locator('#change').click();
      await page.locator('unmocked-sources summary').click();
    },
  ],
  [
    'in a run',
    async (page) => {
      await page.keyboard.press('Escape');
      await run(page, ['load-agent', 'remote-faults', 'backend-fallback', 'environment-summary']);
      await page.locator('unmocked-scenario .loading').waitFor({ timeout: TIMEOUT });
    },
  ],
  [
    'done, with everything open',
    async (page, release) => {
      release();
      await over(page);
      await page.evaluate(() => {
        const root = document.querySelector('unmocked-harness')?.shadowRoot;
        const card = root?.querySelector('unmocked-scenario')?.shadowRoot;
        for (const one of [root, card])
          for (const details of one?.querySelectorAll('details') ?? []) details.open = true;
      });
    },
  ],
  [
    'answered',
    async (page) => {
      await page.locator('unmocked-try .suggestion').first().click();
      await page.locator('unmocked-try dl.metrics').waitFor({ timeout: TIMEOUT });
      await page.locator('unmocked-try .receipt summary').click();
    },
  ],
  [
    'failing',
    async (page) => {
      await page.goto(`${served.url}?device=webgpu&run=load-agent,environment-summary`);
      await over(page);
      await page.locator('.findings summary').first().click();
    },
  ],
];

describe('axe finds nothing, wide and narrow, light and dark', () => {
  /** @type {Page} */
  let page;
  /** @type {() => void} */
  let release = () => undefined;
  before(async () => {
    page = await browser.newPage();
    /** @type {Promise<void>} */
    const released = new Promise((resolve) => (release = resolve));
    // The load of a model waits here, for as long as the spec looks at it.
    await page.route('**/*.onnx', async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(served.url);
  });
  after(() => page?.close());
  for (const [name, enter] of states)
    test(name, async () => {
      await enter(page, release);
      await assertAccessible(page);
    });
});

describe('the page by keyboard alone', () => {
  /** The element with the focus, through shadow roots: its id or its text. @param {Page} page */
  const focused = (page) =>
    page.evaluate(() => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      return active === document.body ? 'nothing' : active?.id || active?.textContent?.trim();
    });

  test('asks, chooses in the strip, and runs; the focus is never lost', async () => {
    const page = await browser.newPage();
    await page.goto(served.url);
    await page.locator('unmocked-list .row').first().waitFor({ timeout: TIMEOUT });
    /** @type {(string | undefined)[]} */
    const order = [];
    for (let presses = 0; presses < 14; presses++) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    const wanted = [
      'theme',
      'prompt',
      'test',
      'change',
      'run',
      'follow',
      'cell-load-agent',
      'pane',
    ];
    assert.deepEqual(
      order.filter((one) => wanted.includes(one ?? '')),
      wanted,
      order.join(' > '),
    );
    await page.locator('#cell-load-agent').focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await focused(page), 'cell-chat-completion');
    assert.match(page.url(), /#chat-completion$/);

    await page.locator('#prompt').focus();
    await page.keyboard.press('Control+Enter');
    assert.equal(await focused(page), 'prompt');
    await page.locator('unmocked-try dl.metrics').waitFor({ timeout: TIMEOUT });

    await page.locator('#run').focus();
    await page.keyboard.press('Enter');
    await page.locator('#stop:not([disabled])').last().waitFor({ timeout: TIMEOUT });
    assert.equal(await focused(page), 'stop');
    await page.keyboard.press('Enter');
    await over(page);
    assert.equal(await focused(page), 'run');
    assert.equal(await page.locator('html').getAttribute('data-unmocked'), 'stopped');
    await page.close();
  });

  test('opens the settings; Escape closes them, gives the focus back and loses nothing', async () => {
    const page = await browser.newPage();
    await page.goto(served.url);
    await page.locator('#change').focus();
    await page.keyboard.press('Enter');
    await page.locator('#settings').waitFor();
    assert.equal(await focused(page), 'close', 'the focus is in the panel');
    await page.locator('unmocked-sources summary').click();
    await page.locator('unmocked-sources #text').fill('[agent]\nseed = 7');
    await page.keyboard.press('Escape');
    await page.locator('#settings').waitFor({ state: 'hidden' });
    assert.equal(await focused(page), 'change');
    await page.keyboard.press('Enter');
    assert.equal(
      await page.locator('unmocked-sources #text').inputValue(),
      '[agent]\nseed = 7',
      'what was typed is still there',
    );
    await page.locator('unmocked-sources #use').click();
    await page.getByText('config.toml, pasted is in use.').waitFor();
    await page.locator('unmocked-settings #device').selectOption('wasm');
    await page.locator('#test-settings').click();
    await page.locator('#tested', { hasText: 'It answers:' }).waitFor({ timeout: TIMEOUT });
    assert.match(await page.locator('#tested').innerText(), /local · wasm/);
    await page.locator('#close').click();
    assert.equal(await focused(page), 'change');
    assert.match(
      await page.locator('#using').innerText(),
      /device wasm \(this browser\).*seed 7 \(config\.toml/,
    );
    await page.close();
  });
});

describe("the page's address", () => {
  /** @param {Page} page */
  const inPane = (page) => page.locator('unmocked-scenario .id').innerText({ timeout: TIMEOUT });

  test('chooses a scenario, follows the choice, back and forward, and keeps the rest', async () => {
    const page = await browser.newPage();
    await page.goto(`${served.url}?seed=3#streaming`);
    assert.equal(await inPane(page), 'streaming');
    await page.locator('#cell-usage').click();
    assert.match(page.url(), /\?seed=3#usage$/);
    await page.locator('unmocked-list [data-id=unicode]').click();
    assert.match(page.url(), /\?seed=3#unicode$/);
    await page.goBack();
    assert.deepEqual([await inPane(page), new URL(page.url()).hash], ['usage', '#usage']);
    await page.goBack();
    assert.equal(await inPane(page), 'streaming');
    await page.goForward();
    assert.equal(await inPane(page), 'usage');
    await page.locator('#follow').click();
    assert.match(page.url(), /\?seed=3$/, 'nothing is chosen');
    await page.evaluate(() => (location.hash = '#recovery'));
    await page.locator('#cell-recovery[aria-selected=true]').waitFor();
    await page.goto(`${served.url}#no-such-thing`);
    assert.equal(await inPane(page), 'load-agent');
    assert.match(page.url(), /#no-such-thing$/, "somebody else's fragment stays");
    await page.close();
  });
});

describe("the page's theme", () => {
  /** The background of the page, and the colour of the harness's text. @param {Page} page */
  const colours = (page) =>
    page.evaluate(() => {
      const harness = document.querySelector('unmocked-harness');
      const heading = harness?.shadowRoot?.querySelector('h1');
      const list = harness?.shadowRoot?.querySelector('unmocked-list')?.shadowRoot;
      const row = list?.querySelector('.row');
      return [document.body, harness, heading, row].map((one) => {
        const style = one && getComputedStyle(one);
        return one === heading || one === row ? style?.color : style?.backgroundColor;
      });
    });
  const light = ['rgb(247, 246, 242)', 'rgb(247, 246, 242)', 'rgb(29, 35, 33)', 'rgb(29, 35, 33)'];
  const dark = ['rgb(18, 22, 21)', 'rgb(18, 22, 21)', 'rgb(227, 231, 228)', 'rgb(227, 231, 228)'];

  test('is the system’s, or the one that the user chose, which the browser remembers', async () => {
    const context = await browser.newContext({ colorScheme: 'dark' });
    const page = await context.newPage();
    await page.goto(served.url);
    await page.locator('unmocked-list .row').first().waitFor({ timeout: TIMEOUT });
    assert.deepEqual(await colours(page), dark);
    await page.locator('#theme').selectOption('light');
    assert.deepEqual(await colours(page), light);
    await page.reload();
    await page.locator('unmocked-list .row').first().waitFor({ timeout: TIMEOUT });
    assert.equal(await page.locator('#theme').inputValue(), 'light');
    assert.deepEqual(await colours(page), light);
    await page.locator('#theme').selectOption('system');
    assert.deepEqual(await colours(page), dark);
    await context.close();
  });

  test('is the one that `color-scheme` of the page says', async () => {
    const page = await browser.newPage({ colorScheme: 'light' });
    await page.goto(served.url);
    await page.locator('unmocked-list .row').first().waitFor({ timeout: TIMEOUT });
    await page.evaluate(() => {
      document.documentElement.style.colorScheme = 'dark';
    });
    assert.deepEqual(await colours(page), dark);
    await page.close();
  });
});

describe('the first screen', () => {
  for (const [width, height, lowest] of /** @type {const} */ ([
    [1280, 800, 560],
    [360, 740, 620],
  ]))
    test(`has "Run all" in sight at ${width} by ${height}, and nothing moves`, async () => {
      const page = await browser.newPage({ viewport: { width, height } });
      await page.addInitScript(() => {
        Object.assign(window, { shifted: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            const shift =
              /** @type {PerformanceEntry & { value: number, hadRecentInput: boolean }} */ (entry);
            if (!shift.hadRecentInput) /** @type {any} */ (window).shifted += shift.value;
          }
        }).observe({ type: 'layout-shift', buffered: true });
      });
      /** @type {string[]} */
      const logged = [];
      page.on('console', (message) => {
        if (message.type() === 'error') logged.push(message.text());
      });
      await page.goto(served.url);
      await page
        .getByText(`The first click downloads ${firstDownload()} MB`)
        .waitFor({ timeout: TIMEOUT });
      await page.locator('unmocked-environment dt').first().waitFor({ state: 'attached' });
      const box = await page.locator('#run').boundingBox();
      assert.ok(
        box && box.y + box.height <= lowest,
        `"Run all" ends at ${box && box.y + box.height}`,
      );
      assert.equal(
        await page.locator('input:visible, select:visible').count(),
        3,
        'theme and filters',
      );
      const tops = await page.evaluate(() => {
        const root = document.querySelector('unmocked-harness')?.shadowRoot;
        const list = root?.querySelector('unmocked-list')?.getBoundingClientRect().y ?? 0;
        return list - (root?.querySelector('#run')?.getBoundingClientRect().y ?? Infinity);
      });
      assert.ok(tops > 0, 'the filters come after the action');
      assert.equal(await page.evaluate(() => /** @type {any} */ (window).shifted), 0);
      assert.deepEqual(logged, [], 'the console has no error');
      await page.close();
    });
});

test('at 320 pixels nothing scrolls sideways, not even when a run is over', async () => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
  await page.goto(`${served.url}?run=chat-completion&device=wasm`);
  await over(page);
  await page.locator('#replay').waitFor({ timeout: TIMEOUT });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  await page.close();
});
