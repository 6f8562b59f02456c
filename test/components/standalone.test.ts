import { expect, fixture, fixtureCleanup, html, oneEvent, waitUntil } from '@open-wc/testing';
import { emulateMedia, sendKeys, setViewport } from '@web/test-runner-commands';
import '../../src/components/index.js';
import { autoStartCode } from '../../src/components/auto-start-code.js';
import { boxCode } from '../../src/components/box-code.js';
import { demoCode } from '../../src/components/demo-code.js';
import type { Agent, AgentResponse } from '../../src/agents/agent.js';
import { fromFunction } from '../../src/adapters/from-function.js';
import { loadAgent } from '../../src/agents/load-agent.js';
import type { ProgressDetail } from '../../src/components/events.js';
import { UnmockedScenario } from '../../src/components/unmocked-scenario.js';
import { assets } from '../../src/engine/assets.js';
import { Engine } from '../../src/engine/engine.js';
import { releaseKeptEngine } from '../../src/harness/kept-engine.js';
import { defineScenario } from '../../src/scenarios/scenario.js';
import { replies } from '../golden.mjs';
import { tinyMegabytes } from '../helpers.js';
import { textOf } from './text-of.js';

/** Another name, so that the element can be undefined at first. */
class LateScenario extends UnmockedScenario {}

const failing = defineScenario({
  id: 'failing',
  title: 'Fails',
  proves: 'A scenario that fails says why.',
  run: async (t) => {
    const agent = await t.agent();
    await agent.invoke('Hello, this is a test.', { signal: t.signal });
    t.check('it is a poem', false, { actual: 'no poem', expected: 'a poem' });
  },
});

const query = <T extends HTMLElement = HTMLElement>(element: Element, selector: string) =>
  element.shadowRoot!.querySelector<T>(selector)!;
const note = (element: Element) => query(element, '[part=note]').textContent!.trim();
const until = (holds: () => unknown, what: string) =>
  waitUntil(holds, what, { timeout: 60_000, interval: 20 });
const frames = async (count = 2) => {
  for (let index = 0; index < count; index++) await new Promise(requestAnimationFrame);
};

/** The style rules that the documentation tells embedders to use. */
async function documentedStyles(): Promise<string> {
  const text = await (await fetch('/docs/embed.md')).text();
  const css = /```css\n([^`]*unmocked-scenario:not\(:defined\)[^`]*)```/.exec(text)?.[1];
  if (!css) throw new Error('docs/embed.md has no rule for elements that are not defined yet.');
  return css;
}

/** Records every layout shift: scripts do all that happens here, so none has an excuse. */
function watchShifts() {
  const shifts: number[] = [];
  const read = (entries: PerformanceEntryList) =>
    shifts.push(...entries.map((entry) => (entry as PerformanceEntry & { value: number }).value));
  const observer = new PerformanceObserver((list) => read(list.getEntries()));
  observer.observe({ type: 'layout-shift' });
  return {
    async sum(): Promise<number> {
      await frames();
      read(observer.takeRecords());
      return shifts.reduce((sum, value) => sum + value, 0);
    },
    end: () => observer.disconnect(),
  };
}

/** An agent with another `stream`. */
const withStream = (agent: Agent, stream: Agent['stream']): Agent =>
  new Proxy(agent, {
    get(target, name) {
      if (name === 'stream') return stream;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

async function releaseAll(): Promise<void> {
  fixtureCleanup();
  await releaseKeptEngine();
  await until(() => Engine.alive.size === 0, 'every engine is gone with its element');
}

describe('<unmocked-scenario> on its own', () => {
  afterEach(releaseAll);

  // First: the code of the box comes late, as for most readers.
  for (const compact of [false, true]) {
    it(`moves nothing, from the undefined element to a failed run${compact ? ', compact' : ''}`, async () => {
      const tag = compact ? 'late-compact' : 'late-scenario';
      const style = document.createElement('style');
      style.textContent = (await documentedStyles()).replaceAll('unmocked-scenario', tag);
      document.head.append(style);
      const box = await fixture(html`<div><p id="above">Above.</p><p id="below">Below.</p></div>`);
      const [above, below] = [...box.children] as [HTMLElement, HTMLElement];
      const element = document.createElement(tag) as UnmockedScenario;
      element.textContent = 'This needs JavaScript.';
      element.toggleAttribute('compact', compact);
      for (const [name, value] of Object.entries({ name: 'streaming', device: 'wasm' }))
        element.setAttribute(name, value);
      above.after(element);
      await frames();
      const shifts = watchShifts();
      const top = () => below.getBoundingClientRect().top;
      const before = top();
      customElements.define(tag, compact ? class extends LateScenario {} : LateScenario);
      await until(() => query(element, '.stage'), 'the box is there');
      expect(await shifts.sum(), 'while it upgrades').to.equal(0);
      expect(top(), 'what is below, after the upgrade').to.equal(before);

      const seen = new Set<string>();
      const look = setInterval(() => seen.add(note(element)), 5);
      const result = await element.run();
      clearInterval(look);
      expect(result.status, result.reason).to.equal('passed');
      expect([...seen].join('\n'))
        .to.match(/MB · /)
        .and.to.match(/\d token/);
      await element.updateComplete;
      expect(await shifts.sum(), 'during and after a run').to.equal(0);
      expect(top(), 'what is below, after the run').to.equal(before);
      const [output, stage] = ['.output', '.stage'].map((one) => query(element, one));
      expect(stage!.clientHeight, 'there is room for the reply').to.be.greaterThan(40);
      expect(output!.textContent).to.contain('dragon');

      element.scenario = failing;
      await element.updateComplete;
      const swapped = await shifts.sum(); // another title
      expect((await element.run()).status).to.equal('failed');
      await element.updateComplete;
      expect(await shifts.sum(), 'during and after a failed run').to.equal(swapped);
      const reason = query(element, '[part=reason]').getBoundingClientRect();
      expect(reason.bottom, 'the reason is in view').to.be.at.most(
        stage!.getBoundingClientRect().bottom + 1,
      );
      query(element, '[part=details]').click();
      await until(() => query<HTMLDialogElement>(element, 'dialog')?.open, 'the dialog opens');
      expect(textOf(element)).to.contain('actual no poem');
      await expect(element).to.be.accessible();
      expect(await shifts.sum(), 'with its details open').to.equal(swapped);
      query<HTMLDialogElement>(element, 'dialog').close();

      // Shifts are seen at all.
      above.before(Object.assign(document.createElement('p'), { textContent: 'A new one.' }));
      expect(await shifts.sum()).to.be.greaterThan(swapped);
      shifts.end();
      style.remove();
    });
  }
});

describe('<unmocked-scenario> on its own, with its code', () => {
  before(() => Promise.all([boxCode.load(), demoCode.load()]));
  afterEach(releaseAll);

  it('shares one worker and one download with the others, and frees the engine some seconds later', async () => {
    const workers: string[] = [];
    const { Worker: RealWorker } = globalThis;
    globalThis.Worker = class extends RealWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        workers.push(String(url));
      }
    };
    const { base } = assets;
    assets.base = '/__counted/shared-download/';
    try {
      const box = await fixture(
        html`<div>
          <unmocked-scenario name="chat-completion" device="wasm"></unmocked-scenario>
          <unmocked-scenario name="usage" device="wasm"></unmocked-scenario>
          <unmocked-scenario prompt="Hello, this is a test." device="wasm"></unmocked-scenario>
        </div>`,
      );
      const [first, second, third] = [...box.children] as UnmockedScenario[];
      const results = [first!.run(), second!.run()];
      await third!.ask();
      expect((await Promise.all(results)).map(({ status }) => status)).to.deep.equal([
        'passed',
        'passed',
      ]);
      // Later, by the user's next click.
      expect((await first!.run()).status).to.equal('passed');
      await third!.updateComplete;
      expect(query(third!, '.reply').textContent).to.contain('Hello');
      expect(workers.length, workers.join(' ')).to.equal(1);
      const answer = await fetch('/__counted/shared-download', { cache: 'no-store' });
      const downloads: string[] = await answer.json();
      expect(downloads.filter((path) => path.endsWith('.onnx')).length).to.equal(1);
      expect(downloads.filter((path) => path.endsWith('.wasm')).length).to.equal(1);
      expect(Engine.alive.size, 'kept for the next run').to.equal(1);
      await until(() => Engine.alive.size === 0, 'the engine is freed');
    } finally {
      globalThis.Worker = RealWorker;
      assets.base = base;
    }
  });

  it('says the phases and bytes of a load in events', async () => {
    const element = await fixture<UnmockedScenario>(
      html`<unmocked-scenario name="chat-completion" device="wasm"></unmocked-scenario>`,
    );
    const heard: ProgressDetail[] = [];
    const listen = ({ detail }: CustomEvent<ProgressDetail>) => heard.push(detail);
    document.addEventListener('unmocked-progress', listen);
    await element.run();
    document.removeEventListener('unmocked-progress', listen);
    expect([...new Set(heard.map(({ phase }) => phase))]).to.include.members([
      'download',
      'session',
    ]);
    const bytes = heard.map(({ loadedBytes }) => loadedBytes);
    expect(bytes).to.deep.equal([...bytes].toSorted((a, b) => a - b));
    expect(heard.at(-1)).to.include({ loadedBytes: heard.at(-1)!.totalBytes });
    expect(heard.at(-1)!.totalBytes).to.be.greaterThan(1_000_000);
  });

  describe('run', () => {
    // test/package/returning.test.mjs has the case in which the browser's cache has the files: the
    // context of a spec keeps no large ones.
    let base: string;
    beforeEach(async () => {
      const other = await fixture<UnmockedScenario>(
        html`<unmocked-scenario name="usage" device="wasm"></unmocked-scenario>`,
      );
      await other.run();
      base = assets.base;
      assets.base = '/test/nobody-was-here/';
    });
    afterEach(() => {
      assets.base = base;
    });

    it('"load" begins by itself while the engine of another element is still loaded', async () => {
      const element = await fixture<UnmockedScenario>(
        html`<unmocked-scenario name="usage" device="wasm" run="load"></unmocked-scenario>`,
      );
      await oneEvent(element, 'unmocked-result');
      expect(element.result!.status).to.equal('passed');
    });

    it('"visible" begins when it is in view', async () => {
      const box = await fixture(
        html`<div style="block-size: 300px; overflow: auto">
          <div style="block-size: 2000px"></div>
          <unmocked-scenario name="usage" device="wasm" run="visible"></unmocked-scenario>
        </div>`,
      );
      const element = box.querySelector('unmocked-scenario')!;
      await frames(4);
      expect(element.state.status).to.equal('idle');
      element.scrollIntoView();
      await oneEvent(element, 'unmocked-result');
      expect(element.result!.status).to.equal('passed');
    });

    for (const run of ['visible', 'load']) {
      it(`"${run}" waits for a click where something has to be downloaded, or somebody else's agent runs`, async () => {
        await releaseKeptEngine();
        const box = await fixture(
          html`<div>
            <unmocked-scenario name="usage" device="wasm" run=${run}></unmocked-scenario>
            <unmocked-scenario name="usage" model="unmocked/tiny" run=${run}></unmocked-scenario>
            <unmocked-scenario
              name="usage"
              run=${run}
              .agent=${() => loadAgent()}
            ></unmocked-scenario>
          </div>`,
        );
        const { startByItself } = await autoStartCode.load();
        let started = 0;
        for (const element of box.children as unknown as UnmockedScenario[]) {
          element.scrollIntoView();
          // The very question that the element asks.
          await startByItself(run as 'load', element, new AbortController().signal, () => {
            started++;
          });
          expect(element.state.status).to.equal('idle');
        }
        expect(started).to.equal(0);
        expect(Engine.alive.size).to.equal(0);
      });
    }

    it('can be set as a property, as frameworks do it, and stays a method', async () => {
      const element = document.createElement('unmocked-scenario');
      Object.assign(element, { name: 'usage', device: 'wasm', run: 'visible' });
      expect(element.runOn).to.equal('visible');
      expect(element.run).to.be.a('function');
    });

    it('is a click without the attribute, and with any other value', async () => {
      const element = await fixture<UnmockedScenario>(
        html`<unmocked-scenario name="usage" device="wasm" run="manual"></unmocked-scenario>`,
      );
      element.removeAttribute('run');
      await element.updateComplete;
      element.setAttribute('run', '');
      await frames(10);
      expect(element.state.status).to.equal('idle');
    });
  });

  it('never shows a result under another title', async () => {
    const element = await fixture<UnmockedScenario>(
      html`<unmocked-scenario name="chat-completion" device="wasm"></unmocked-scenario>`,
    );
    await element.run();
    element.name = 'usage';
    await element.updateComplete;
    expect(element.result).to.equal(undefined);
    expect(textOf(element)).not.to.contain('Passed');

    const run = element.run();
    await until(() => element.state.status === 'running', 'it runs');
    element.name = 'streaming';
    await run;
    await element.updateComplete;
    expect(element.result).to.equal(undefined);
    expect(element.state.status).to.equal('idle');
  });

  it('stops at once while it waits for another one', async () => {
    const [first, second] = (
      await fixture(
        html`<div>
          <unmocked-scenario name="usage" device="wasm"></unmocked-scenario>
          <unmocked-scenario name="usage" device="wasm"></unmocked-scenario>
        </div>`,
      )
    ).children as unknown as [UnmockedScenario, UnmockedScenario];
    const running = first.run();
    const waiting = second.run();
    await until(() => first.state.status === 'running', 'the first one runs');
    second.cancel();
    const error = await waiting.catch((reason: unknown) => reason);
    expect(error).to.include({ name: 'AbortError' });
    expect(first.state.status, 'the first one goes on').to.equal('running');
    expect(second.state.status).to.equal('idle');
    expect(second.error).to.equal(undefined);
    expect((await running).status).to.equal('passed');
    expect((await second.run()).status, 'the next one works').to.equal('passed');
  });

  it('runs an agent of the page, and no other', async () => {
    const loaded: Agent[] = [];
    const element = await fixture<UnmockedScenario>(
      html`<unmocked-scenario
        name="chat-completion"
        model="nobody/has-this"
        .agent=${async () => {
          const agent = await loadAgent({ backend: 'local', device: 'wasm' });
          loaded.push(agent);
          return agent;
        }}
      ></unmocked-scenario>`,
    );
    expect(note(element)).to.equal('An agent of this page');
    const { status, reason } = await element.run();
    expect(status, reason).to.equal('passed');
    expect(loaded.length).to.be.greaterThan(0);
    expect(loaded.every(({ disposed }) => disposed)).to.equal(true);
  });

  it('shows the poster until it runs', async () => {
    const element = await fixture<UnmockedScenario>(
      html`<unmocked-scenario name="usage" device="wasm"
        ><p slot="poster">A picture.</p
        >No JavaScript here.</unmocked-scenario
      >`,
    );
    const shown = () =>
      [...element.shadowRoot!.querySelectorAll('slot')].flatMap((slot) =>
        slot.assignedNodes().map(({ textContent }) => textContent),
      );
    expect(shown()).to.deep.equal(['A picture.']);
    await element.run();
    await element.updateComplete;
    expect(shown()).to.deep.equal([]);
  });

  it('shows its content where it cannot run', async () => {
    const element = await fixture<UnmockedScenario>(
      html`<unmocked-scenario name="usage" device="quantum"
        >Look at the screenshot.</unmocked-scenario
      >`,
    );
    const fallback = () =>
      element.shadowRoot!.querySelector<HTMLSlotElement>('slot:not([name])')?.assignedNodes() ?? [];
    expect(fallback()).to.have.length(0);
    await element.run().catch(() => undefined);
    await element.updateComplete;
    expect(fallback().map(({ textContent }) => textContent)).to.deep.equal([
      'Look at the screenshot.',
    ]);
    expect(query(element, '[role=status]').textContent).to.contain('quantum');
    await expect(element).to.be.accessible();
  });

  it('has the base of its files as an attribute, for the whole page', async () => {
    const before = assets.base;
    try {
      await fixture(html`<unmocked-scenario name="usage" base="/elsewhere"></unmocked-scenario>`);
      expect(assets.base).to.equal(`${location.origin}/elsewhere/`);
    } finally {
      assets.base = before;
    }
  });

  it('has a heading of the level that the page needs, and one polite live region', async () => {
    const element = await fixture<UnmockedScenario>(
      html`<unmocked-scenario name="usage" heading-level="4"></unmocked-scenario>`,
    );
    expect(query(element, '[role=heading]').ariaLevel).to.equal('4');
    expect(
      element.shadowRoot!.querySelectorAll('[aria-live], [role=status], [role=alert], [role=log]'),
    ).to.have.length(1);
  });

  describe('prompt', () => {
    const open = (more: Partial<UnmockedScenario> = {}) =>
      fixture<UnmockedScenario>(
        html`<unmocked-scenario
          prompt="Hello, this is a test."
          device="wasm"
          .agent=${more.agent}
          .system=${more.system ?? ''}
        ></unmocked-scenario>`,
      );

    it('gives a reply and says how fast it was, by the keyboard alone', async () => {
      const element = await open();
      await expect(element).to.be.accessible();
      const field = query<HTMLInputElement>(element, 'input');
      expect(field.value).to.equal('Hello, this is a test.');
      expect(note(element)).to.include(`Downloads ${Math.round(tinyMegabytes('q8') + 14.3)} MB · `);
      const shifts = watchShifts();
      field.focus();
      await sendKeys({ press: 'Enter' });
      await until(() => note(element).includes('tok/s'), 'it answers');
      await until(() => query(element, '.main').textContent === 'Ask', 'it is over');
      await element.updateComplete;
      expect(query(element, '.reply').textContent).to.equal(replies.greeting[0]);
      expect(note(element)).to.match(/^\d+ tok\/s · first token [\d.]+ m?s · wasm · \d+ tokens/);
      expect(element.shadowRoot!.activeElement, 'the focus stays').to.equal(field);
      expect(query(element, '[role=status]').textContent).to.equal(`Reply: ${replies.greeting[0]}`);
      expect(await shifts.sum()).to.equal(0);
      shifts.end();
      await expect(element).to.be.accessible();

      field.value = 'My name is Ada.';
      query(element, '.main').click();
      await until(() => /Ada/.test(query(element, '.reply')?.textContent ?? ''), 'another reply');
    });

    it('shows the pieces of a reply as they come', async () => {
      let finish = () => {};
      const rest = new Promise<void>((resolve) => (finish = resolve));
      const agent = fromFunction({ name: 'halting', claims: ['streaming'] }, async ({ onText }) => {
        onText('One, ');
        await rest;
        onText('two.');
        return {};
      });
      const element = await open({ agent });
      const asked = element.ask();
      await until(() => query(element, '.reply')?.textContent === 'One, ', 'the first piece');
      finish();
      await asked;
      await element.updateComplete;
      expect(query(element, '.reply').textContent).to.equal('One, two.');
    });

    it('stops', async () => {
      const element = await open();
      const asking = element.ask();
      await element.updateComplete;
      query(element, '.main').click();
      await asking;
      await element.updateComplete;
      expect(note(element)).to.equal('Stopped.');
      expect(query(element, '.main').textContent).to.equal('Ask');
    });

    it('shows nothing more of an agent that goes on after it was stopped', async () => {
      let whole: Promise<AgentResponse> | undefined;
      const agent = async () => {
        const real = await loadAgent({ backend: 'local', device: 'wasm' });
        return withStream(real, (input, options) => {
          const stream = real.stream(input, { ...options, signal: undefined });
          whole = stream.response;
          return stream;
        });
      };
      const element = await open({ agent });
      query<HTMLInputElement>(element, 'input').value = 'Tell me a story about a dragon.';
      const asking = element.ask();
      await until(() => query(element, '.reply')?.textContent, 'the first piece');
      element.cancel();
      await asking;
      await element.updateComplete;
      const shown = query(element, '.reply').textContent!;
      const { response } = await whole!;
      await frames();
      expect(response.length, 'it went on').to.be.greaterThan(shown.length);
      expect(query(element, '.reply').textContent).to.equal(shown);
      expect(note(element)).to.equal('Stopped.');
    });

    it('gives the agent the system message', async () => {
      const inputs: unknown[] = [];
      const agent = async () => {
        const real = await loadAgent({ backend: 'local', device: 'wasm' });
        return withStream(real, (input, options) => {
          inputs.push(input);
          return real.stream(input, options);
        });
      };
      const element = await open({ agent, system: 'You are a pirate.' });
      await element.ask();
      expect(inputs).to.deep.equal([
        {
          messages: [{ role: 'user', content: 'Hello, this is a test.' }],
          system: 'You are a pirate.',
        },
      ]);
      await element.updateComplete;
      expect(note(element)).to.contain('tok/s');
    });

    it('says what went wrong, and shows its content', async () => {
      const element = await open({ agent: () => Promise.reject(new Error('The key is missing.')) });
      const heard = oneEvent(element, 'unmocked-error');
      await element.ask();
      expect((await heard).detail.message).to.equal('The key is missing.');
      await element.updateComplete;
      expect(query(element, '[part=reason]').textContent).to.equal('The key is missing.');
      expect(query(element, 'slot:not([name])')).not.to.equal(null);
    });
  });

  describe('the theme', () => {
    const root = document.documentElement;
    const dark = 'rgb(26, 32, 30)';
    const light = 'rgb(255, 254, 251)';
    let element: UnmockedScenario;
    const surface = async () => {
      await frames(1);
      return getComputedStyle(query(element, '.card')).backgroundColor;
    };
    beforeEach(async () => {
      element = await fixture(html`<unmocked-scenario name="usage"></unmocked-scenario>`);
    });
    afterEach(async () => {
      for (const name of ['class', 'style', 'data-theme']) root.removeAttribute(name);
      document.body.removeAttribute('style');
      await emulateMedia({ colorScheme: 'light' });
    });

    it('follows the system', async () => {
      expect(await surface()).to.equal(light);
      await emulateMedia({ colorScheme: 'dark' });
      expect(await surface()).to.equal(dark);
    });

    it("follows the page's color-scheme, also of a part of the page", async () => {
      await emulateMedia({ colorScheme: 'dark' });
      root.style.colorScheme = 'light';
      expect(await surface()).to.equal(light);
      element.parentElement!.style.colorScheme = 'dark';
      expect(await surface()).to.equal(dark);
    });

    it('follows the class and the attribute that a page switches', async () => {
      root.className = 'dark';
      expect(await surface()).to.equal(dark);
      root.className = '';
      expect(await surface()).to.equal(light);
      root.dataset['theme'] = 'dark';
      expect(await surface()).to.equal(dark);
      await emulateMedia({ colorScheme: 'dark' });
      root.dataset['theme'] = 'light';
      expect(await surface()).to.equal(light);
    });

    it('is light on a light page of a site that only marks the dark ones, as VitePress', async () => {
      await emulateMedia({ colorScheme: 'dark' });
      document.body.style.background = '#fff';
      expect(await surface()).to.equal(light);
      root.style.colorScheme = 'dark';
      root.className = 'dark';
      document.body.style.background = '#1b1b1f';
      expect(await surface()).to.equal(dark);
    });

    it('can be set on the element', async () => {
      element.style.colorScheme = 'dark';
      expect(await surface()).to.equal(dark);
    });
  });

  it('leaves room for the reply in a narrow window, whatever the title', async () => {
    const { innerWidth: width, innerHeight: height } = window;
    try {
      await setViewport({ width: 360, height: 740 });
      const long = defineScenario({
        ...failing,
        title: 'Has a title that is far too long for one line of a window like this',
        inference: false,
        run: async (t) => void t.check('it is short', false, { actual: 'long', expected: 'short' }),
      });
      const element = await fixture<UnmockedScenario>(
        html`<unmocked-scenario .scenario=${long} style="inline-size: 328px"></unmocked-scenario>`,
      );
      await until(() => query(element, '.stage'), 'the box is there');
      const room = () => query(element, '.stage').clientHeight;
      expect(room(), 'before a run').to.be.greaterThan(80);
      await element.run();
      await element.updateComplete;
      expect(room(), 'after it').to.be.greaterThan(80);
      expect(element.scrollHeight, 'and nothing sticks out').to.equal(element.clientHeight);
    } finally {
      await setViewport({ width, height });
    }
  });
});
