import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/components/index.js';
import type { UnmockedHarness } from '../../src/components/unmocked-harness.js';
import { UnmockedError } from '../../src/errors.js';
import { defineScenario, type Scenario } from '../../src/scenarios/scenario.js';
import { textOf } from './text-of.js';

/** Ends when the spec says so. */
function held(id: string) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const scenario = defineScenario({
    id,
    title: `Title of ${id}`,
    proves: 'It ends when it is told to.',
    inference: false,
    async run(t) {
      await ended;
      t.check('it ended', true);
    },
  });
  return { scenario, end: () => end() };
}

const quick = (id: string, changes: Partial<Scenario> = {}) =>
  defineScenario({
    id,
    title: `Title of ${id}`,
    proves: 'Something that has words.',
    inference: false,
    run: async (t) => void t.check('it ran', true),
    ...changes,
  });
const failing = (id: string, reason: string) =>
  quick(id, { run: () => Promise.reject(new Error(reason)) });
const skipping = (id: string, reason: string) => quick(id, { run: async (t) => t.skip(reason) });

const open = (scenarios: readonly Scenario[], device = 'wasm') =>
  fixture<UnmockedHarness>(
    html`<unmocked-harness device=${device} .scenarios=${scenarios}></unmocked-harness>`,
  );
/** The code of a run is fetched when it begins. */
const until = (holds: () => unknown) => waitUntil(holds, undefined, { timeout: 60_000 });
const query = <T extends HTMLElement = HTMLElement>(element: UnmockedHarness, selector: string) =>
  element.shadowRoot!.querySelector<T>(selector)!;
const all = (element: UnmockedHarness, selector: string) => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];
const cell = (element: UnmockedHarness, id: string) => query(element, `#cell-${id}`);
const inPane = (element: UnmockedHarness) =>
  element.shadowRoot!.querySelector('unmocked-scenario')?.scenario?.id;
const press = (target: Element, key: string) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const ids = (elements: readonly HTMLElement[]) => elements.map(({ id }) => id.replace('cell-', ''));

describe('the strip and the pane of a harness', () => {
  it('follow the run, until the user chooses another scenario; Follow goes back', async () => {
    const [first, second] = [held('first'), held('second')];
    const element = await open([first.scenario, second.scenario, quick('third')]);
    const run = element.run();
    const status = (id: string) => cell(element, id).dataset['status'];
    await until(() => status('first') === 'running');
    expect([inPane(element), cell(element, 'first').getAttribute('aria-label')]).to.deep.equal([
      'first',
      '1 Title of first: running',
    ]);
    first.end();
    await until(() => status('second') === 'running');
    expect([inPane(element), status('first')]).to.deep.equal(['second', 'passed']);

    cell(element, 'third').click();
    await element.updateComplete;
    expect(inPane(element)).to.equal('third');
    expect(query(element, '#follow').getAttribute('aria-pressed')).to.equal('false');
    query(element, '#follow').click();
    await element.updateComplete;
    expect([inPane(element), element.selected]).to.deep.equal(['second', '']);
    expect(query(element, '#follow').getAttribute('aria-pressed')).to.equal('true');

    cell(element, 'first').click();
    second.end();
    expect((await run).status).to.equal('failed'); // nothing was inferred
    await element.updateComplete;
    expect(inPane(element), 'the choice stays').to.equal('first');
  });

  it('follow again when the user runs all', async () => {
    const element = await open([quick('one'), quick('two')]);
    cell(element, 'one').click();
    await element.updateComplete;
    query(element, '#run').click();
    await until(() => element.report);
    await element.updateComplete;
    expect([inPane(element), element.selected]).to.deep.equal(['two', '']);
  });

  it('have one cell in the tab order, and arrows, Home and End choose and focus', async () => {
    const element = await open([quick('one'), quick('two'), quick('three')]);
    const inOrder = () => ids(all(element, '[role=tab]').filter(({ tabIndex }) => tabIndex === 0));
    expect(inOrder()).to.deep.equal(['one']);
    cell(element, 'one').focus();
    for (const [key, id] of [
      ['ArrowRight', 'two'],
      ['End', 'three'],
      ['ArrowRight', 'one'],
      ['ArrowLeft', 'three'],
      ['Home', 'one'],
    ] as const) {
      press(element.shadowRoot!.activeElement!, key);
      await element.updateComplete;
      expect(
        [inPane(element), element.shadowRoot!.activeElement?.id, ...inOrder()],
        key,
      ).to.deep.equal([id, `cell-${id}`, id]);
    }
    expect(query(element, '#pane').getAttribute('aria-labelledby')).to.equal('cell-one');
  });

  it('say each cause once, with the scenarios that it explains, and fold the skips', async () => {
    const element = await open([
      failing('a', 'The disk is full.'),
      skipping('b', 'needs a server'),
      failing('c', 'The disk is full.'),
      skipping('d', 'needs a server'),
      skipping('e', 'needs a GPU'),
      failing('f', 'The disk is slow.'),
      quick('g'),
    ]);
    await element.run();
    await element.updateComplete;
    const found = all(element, '[part=finding]').map((one) => ({
      line: one.querySelector('summary')!.textContent!.replace(/\s+/g, ' ').trim(),
      which: [...one.querySelectorAll('.which button')].map(({ textContent }) => textContent),
    }));
    expect(found).to.deep.equal([
      { line: '2 failed: The disk is full.', which: ['Title of a', 'Title of c'] },
      { line: '1 failed: The disk is slow.', which: ['Title of f'] },
      { line: '2 skipped: needs a server', which: ['Title of b', 'Title of d'] },
      { line: '1 skipped: needs a GPU', which: ['Title of e'] },
    ]);
    expect(query(element, '.remedy'), 'WASM would not help').to.equal(null);
    query(element, '.findings details').toggleAttribute('open', true);
    query(element, '.which button').click();
    await element.updateComplete;
    expect(inPane(element)).to.equal('a');
    await expect(element).to.be.accessible();
  });

  it('offer WASM where no adapter is, run what it kept from passing, and keep the focus', async () => {
    const devices: string[] = [];
    const needy = (id: string) =>
      quick(id, {
        async run(t) {
          devices.push(t.device);
          if (t.device === 'webgpu') throw new UnmockedError('no-device', 'No adapter.');
          t.check('it runs', true);
        },
      });
    const element = await open([needy('a'), quick('other'), needy('b')], 'webgpu');
    await element.run();
    await element.updateComplete;
    const remedy = query(element, '.remedy');
    expect(remedy.textContent).to.equal('Run on WASM');
    remedy.focus();
    remedy.click();
    await until(() => element.report);
    await element.updateComplete;
    await element.updateComplete;
    expect([element.device, devices]).to.deep.equal(['wasm', ['webgpu', 'webgpu', 'wasm', 'wasm']]);
    expect(element.report!.results.map(({ id, status }) => `${id} ${status}`)).to.deep.equal([
      'a passed',
      'b passed',
    ]);
    expect(query(element, '[part=finding]')).to.equal(null);
    expect(element.shadowRoot!.activeElement, 'the focus is not lost').not.to.equal(null);
  });
});

describe('the list of a harness', () => {
  const list = (element: UnmockedHarness) => element.shadowRoot!.querySelector('unmocked-list')!;
  const shown = (element: UnmockedHarness) =>
    [...list(element).shadowRoot!.querySelectorAll<HTMLElement>('.row')].map(
      ({ dataset }) => dataset['id'],
    );
  const control = <T extends HTMLElement>(element: UnmockedHarness, id: string) =>
    list(element).shadowRoot!.querySelector<T>(`#${id}`)!;
  const search = async (element: UnmockedHarness, text: string) => {
    const field = control<HTMLInputElement>(element, 'search');
    field.value = text;
    field.dispatchEvent(new Event('input'));
    await list(element).updateComplete;
  };
  const filter = async (element: UnmockedHarness, status: string) => {
    const field = control<HTMLSelectElement>(element, 'status');
    field.value = status;
    field.dispatchEvent(new Event('change'));
    await list(element).updateComplete;
  };

  it('groups the scenarios, and chooses one', async () => {
    const element = await open([
      quick('mine'),
      quick('talk', { group: 'conversation' }),
      quick('load', { group: 'engine' }),
    ]);
    expect(shown(element)).to.deep.equal(['load', 'talk', 'mine']);
    const headings = [...list(element).shadowRoot!.querySelectorAll('h4')].map((one) =>
      one.textContent!.replace(/\s+/g, ' ').trim(),
    );
    expect(headings).to.deep.equal(['Engine 1', 'Conversation 1', 'Others 1']);
    list(element).shadowRoot!.querySelector<HTMLElement>('[data-id=mine]')!.click();
    await element.updateComplete;
    await list(element).updateComplete;
    expect(inPane(element)).to.equal('mine');
    expect(
      list(element).shadowRoot!.querySelector('[aria-current=true]')!.getAttribute('data-id'),
    ).to.equal('mine');
  });

  it('searches titles, ids, what they prove and tags, and says how many it found', async () => {
    const element = await open([
      quick('one', { title: 'Streams tokens' }),
      quick('two', { proves: 'Tokens arrive in order.' }),
      quick('three', { tags: ['tokens'] }),
      quick('four'),
    ]);
    await search(element, 'TOKENS');
    expect(shown(element)).to.deep.equal(['one', 'two', 'three']);
    expect(textOf(list(element))).to.contain('3 scenarios found.');
    await search(element, 'tokens order');
    expect(shown(element)).to.deep.equal(['two']);
    press(control(element, 'search'), 'Enter');
    await element.updateComplete;
    expect(inPane(element)).to.equal('two');
    await search(element, 'nothing of the kind');
    expect([shown(element), textOf(list(element)).includes('No scenario matches')]).to.deep.equal([
      [],
      true,
    ]);
    await expect(list(element)).to.be.accessible();
  });

  it('filters by status, and keeps the focus when a row no longer matches', async () => {
    const element = await open([quick('good'), failing('bad', 'no'), quick('later')]);
    await filter(element, 'idle');
    expect(shown(element)).to.deep.equal(['good', 'bad', 'later']);
    list(element).shadowRoot!.querySelector<HTMLElement>('[data-id=good]')!.focus();
    await element.run(['good', 'bad']);
    await element.updateComplete;
    await list(element).updateComplete;
    expect(shown(element)).to.deep.equal(['later']);
    expect(list(element).shadowRoot!.activeElement?.id).to.equal('status');
    await filter(element, 'failed');
    expect(shown(element)).to.deep.equal(['bad']);
    await filter(element, '');
    expect(shown(element)).to.deep.equal(['good', 'bad', 'later']);
  });
});
