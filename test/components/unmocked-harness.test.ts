import { expect, fixture, html, oneEvent } from '@open-wc/testing';
import '../../src/components/index.js';
import { connectPage } from '../../src/components/page.js';
import type { UnmockedHarness } from '../../src/components/unmocked-harness.js';
import type { UnmockedSettings } from '../../src/components/unmocked-settings.js';
import type { Report, ScenarioResult } from '../../src/harness/report.js';
import { defineScenario, type Scenario } from '../../src/scenarios/scenario.js';
import { textOf } from './text-of.js';

const root = document.documentElement;
const harness = (scenarios: readonly Scenario[]) =>
  fixture<UnmockedHarness>(
    html`<unmocked-harness device="wasm" .scenarios=${scenarios}></unmocked-harness>`,
  );
const query = <T extends Element = HTMLElement>(element: UnmockedHarness, selector: string) =>
  element.shadowRoot!.querySelector<T>(selector)!;
const cells = (element: UnmockedHarness) => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>('[role=tab]'),
];
const statusesOf = (element: UnmockedHarness) =>
  cells(element).map(({ dataset }) => dataset['status']);
/** Chooses a scenario in the strip, and reads the pane. */
async function paneOf(element: UnmockedHarness, id: string): Promise<string> {
  query(element, `#cell-${id}`).click();
  await element.updateComplete;
  const pane = element.shadowRoot!.querySelector('unmocked-scenario')!;
  await pane.updateComplete;
  return textOf(pane);
}
const button = (element: UnmockedHarness, id: 'run' | 'stop') =>
  query<HTMLButtonElement>(element, `#${id}`);

/** Really computes two tokens, on the bundled model. */
const real = defineScenario({
  id: 'real',
  title: 'Really computes',
  proves: 'Two tokens are computed.',
  tags: ['one'],
  async run(t) {
    const agent = await t.load();
    const { metadata } = await agent.invoke('Hello, this is a test.', {
      maxTokens: 2,
      signal: t.signal,
    });
    t.equal('there are two tokens', metadata.outputTokenIds.length, 2);
  },
});
/** Fails, without a model. */
const failing = defineScenario({
  id: 'failing',
  title: 'Fails',
  proves: 'A failure shows.',
  tags: ['two'],
  inference: false,
  run: async (t) => void t.equal('one is two', 1, 2),
});
/** Runs until it is stopped, without a model. */
const endless = defineScenario({
  id: 'endless',
  title: 'Never ends',
  proves: 'A run can be stopped.',
  inference: false,
  run: (t) =>
    new Promise((_, reject) =>
      t.signal.addEventListener('abort', () => reject(t.signal.reason), { once: true }),
    ),
});

describe('<unmocked-harness>', () => {
  afterEach(() => {
    delete root.dataset['unmocked'];
    delete root.dataset['unmockedError'];
  });

  it('is accessible, and shows what this browser can do before a run', async () => {
    const element = await harness([real, failing]);
    await expect(element).to.be.accessible();
    const environment = query(
      element,
      'unmocked-environment',
    ) as HTMLElementTagNameMap['unmocked-environment'];
    while (!environment.info) await new Promise((resolve) => setTimeout(resolve));
    await environment.updateComplete;
    expect(textOf(environment))
      .to.match(/WebGPU (● |○ none: )/)
      .and.to.contain('cross-origin isolated: WASM threads')
      .and.to.contain('transformers.js');
    await expect(element).to.be.accessible();
  });

  it('really runs, announces results but no tokens, and keeps the report', async () => {
    const element = await harness([real, failing]);
    const announced: string[] = [];
    const announcer = query(element, '#announcer');
    new MutationObserver(() => announced.push(announcer.textContent!)).observe(announcer, {
      characterData: true,
      childList: true,
      subtree: true,
    });
    const results: ScenarioResult[] = [];
    document.addEventListener('unmocked-result', ({ detail }) => results.push(detail), {
      once: false,
    });
    connectPage(element, '');
    setTimeout(() => button(element, 'run').click());
    const { detail: report } = (await oneEvent(document, 'unmocked-report')) as CustomEvent<Report>;
    await element.updateComplete;
    expect(report.totals).to.include({ passed: 1, failed: 1, total: 2 });
    expect(element.report).to.equal(report);
    expect(results).to.deep.equal(report.results);
    expect(await element.junit())
      .to.contain('name="failing"')
      .and.to.contain('<failure');
    expect(root.dataset['unmocked']).to.equal('failed');
    expect(announced.at(-1)).to.equal('The run failed: 1 passed, 1 failed.');
    expect(announced).to.include('Really computes: passed.');
    expect(announced.join(), 'no token is announced').not.to.contain('Hello');
    const live = [...element.shadowRoot!.querySelectorAll('unmocked-scenario')].flatMap((card) => [
      ...card.shadowRoot!.querySelectorAll('[aria-live], [role=status], [role=log]'),
    ]);
    expect(live, 'a card has no live region').to.deep.equal([]);
    expect(element.running).to.equal(false);
    await expect(element).to.be.accessible();

    // Run one of them again. The other one's result stays, marked as older.
    const again = await element.run(['failing']);
    await element.updateComplete;
    expect(again.results.map(({ id }) => id)).to.deep.equal(['failing']);
    expect(await paneOf(element, 'real')).to.contain('From an earlier run');
    expect(await paneOf(element, 'failing')).not.to.contain('From an earlier run');
  });

  it('stops by its button, moves the focus to Run, and runs again', async () => {
    const element = await harness([endless, failing]);
    connectPage(element, '');
    button(element, 'run').focus();
    const started = oneEvent(element, 'unmocked-start');
    button(element, 'run').click();
    await started;
    await element.updateComplete;
    expect(element.running).to.equal(true);
    expect(root.dataset['unmocked']).to.equal(undefined);
    expect(button(element, 'run').disabled).to.equal(true);
    expect(element.shadowRoot!.activeElement?.id).to.equal('stop');
    const settings = query<UnmockedSettings>(element, 'unmocked-settings');
    expect(settings.disabled).to.equal(true);
    await expect(element).to.be.accessible();
    let refused: Error | undefined;
    await element.run().catch((error: Error) => (refused = error));
    expect(refused?.message).to.contain('A run is under way');

    const ended = oneEvent(element, 'unmocked-report');
    button(element, 'stop').click();
    const { detail } = (await ended) as CustomEvent<Report>;
    await element.updateComplete;
    expect(detail.totals['not-run']).to.equal(2);
    expect([detail.status, root.dataset['unmocked']]).to.deep.equal(['stopped', 'stopped']);
    expect(query(element, '#announcer').textContent).to.equal('The run was stopped: 2 not run.');
    const junit = await element.junit();
    expect(junit, 'it is not green').to.contain('<error message="The run was stopped: 2 of 2');
    expect(junit).to.contain('failures="0"').and.to.contain('errors="1"');
    expect(element.shadowRoot!.activeElement?.id).to.equal('run');
    expect(textOf(query(element, 'unmocked-report'))).to.contain('2 not run');
    expect((await element.run(['failing'])).totals.failed).to.equal(1);
  });

  it('stops by a signal', async () => {
    const element = await harness([endless]);
    const controller = new AbortController();
    const run = element.run(undefined, controller.signal);
    controller.abort();
    expect((await run).totals['not-run']).to.equal(1);
  });

  it('shows that a model is unknown, and a later run works', async () => {
    const element = await harness([failing]);
    connectPage(element, '');
    element.model = 'no such model';
    let thrown: Error | undefined;
    await element.run().catch((error: Error) => (thrown = error));
    await element.updateComplete;
    expect(thrown?.message).to.contain('"no such model"').and.to.contain('unmocked-tiny');
    expect(query(element, '[role=alert]').textContent).to.contain('"no such model"');
    expect(root.dataset['unmocked']).to.equal('error');
    expect(root.dataset['unmockedError']).to.equal(thrown?.message);
    expect(statusesOf(element)).to.deep.equal(['idle']);
    await expect(element).to.be.accessible();

    element.model = 'unmocked-tiny';
    await element.run();
    await element.updateComplete;
    expect(query<HTMLElement>(element, '[role=alert]').hidden).to.equal(true);
    expect(root.dataset['unmocked']).to.equal('failed');
    expect(root.dataset['unmockedError']).to.equal(undefined);
  });

  it('shows that code did not load, runs nothing, and works the next time', async () => {
    let away = true;
    let ran = 0;
    const prepared = defineScenario({
      ...failing,
      id: 'prepared',
      prepare: () => (away ? Promise.reject(new Error('it did not come')) : Promise.resolve()),
      run: async (t) => void t.equal('it runs', ++ran, 1),
    });
    const element = await harness([failing, prepared]);
    let thrown: Error | undefined;
    await element.run().catch((error: Error) => (thrown = error));
    await element.updateComplete;
    expect([thrown?.message, ran, element.report]).to.deep.equal(['it did not come', 0, undefined]);
    expect(query(element, '[role=alert]').textContent).to.contain('it did not come');
    expect(statusesOf(element)).to.deep.equal(['idle', 'idle']);

    away = false;
    expect((await element.run()).totals).to.include({ failed: 1, passed: 1 });
    await element.updateComplete;
    expect(query<HTMLElement>(element, '[role=alert]').hidden).to.equal(true);
  });

  it('waits for the previous run, even if the code of another one did not load', async () => {
    const unprepared = defineScenario({
      ...failing,
      id: 'unprepared',
      prepare: () => Promise.reject(new Error('it did not come')),
    });
    let running = 0;
    const alone = defineScenario({
      ...failing,
      id: 'alone',
      async run(t) {
        running++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        t.equal('it is the only one', running, 1);
        running--;
      },
    });
    const [first, broken, last] = await Promise.all([
      harness([alone]),
      harness([unprepared]),
      harness([alone]),
    ]);
    const over = [
      first!.run(),
      broken!.run().catch((error: Error) => error.message),
      last!.run(),
    ] as const;
    const [one, message, other] = await Promise.all(over);
    expect([one.totals.passed, message, other.totals.passed]).to.deep.equal([
      1,
      'it did not come',
      1,
    ]);
  });

  it('refuses an unknown scenario id', async () => {
    const element = await harness([failing]);
    let thrown: Error | undefined;
    await element.run(['feiling']).catch((error: Error) => (thrown = error));
    expect(thrown?.message).to.contain('"feiling"').and.to.contain('failing');
    expect(element.running).to.equal(false);
  });

  it('takes its settings from attributes, and from its controls', async () => {
    const element = await fixture<UnmockedHarness>(
      html`<unmocked-harness
        model="distilgpt2"
        device="webgpu"
        seed="7"
        hub="https://example.org/"
        .scenarios=${[failing]}
      ></unmocked-harness>`,
    );
    const settings = query<UnmockedSettings>(element, 'unmocked-settings');
    const control = (id: string) => settings.shadowRoot!.querySelector<HTMLInputElement>(`#${id}`)!;
    expect([
      control('model').value,
      control('device').value,
      control('seed').value,
      control('hub').value,
    ]).to.deep.equal(['distilgpt2', 'webgpu', '7', 'https://example.org/']);
    await expect(settings).to.be.accessible();
    const choose = async (id: string, value: string) => {
      control(id).value = value;
      control(id).dispatchEvent(new Event('change'));
      await element.updateComplete;
      await settings.updateComplete;
    };
    await choose('device', 'wasm');
    await choose('seed', '12');
    expect([element.device, element.seed]).to.deep.equal(['wasm', 12]);
    const other = control('model').querySelector<HTMLOptionElement>('option:last-of-type')!.value;
    await choose('model', other);
    await choose('other', 'owner/name');
    expect(element.model).to.equal('owner/name');
    await expect(settings).to.be.accessible();
    await choose('model', 'unmocked-tiny');
    expect(element.model).to.equal('unmocked-tiny');
    expect(settings.shadowRoot!.querySelector('#other')).to.equal(null);
    const { results, seed } = await element.run();
    expect([seed, results[0]!.evidence.modelId]).to.deep.equal([12, 'unmocked-tiny']);
  });

  it('does not run with a wrong attribute, names it, and runs after it is fixed', async () => {
    const element = await fixture<UnmockedHarness>(
      html`<unmocked-harness seed="7x" .scenarios=${[failing]}></unmocked-harness>`,
    );
    const alert = () => query(element, '[role=alert]').textContent;
    expect(alert()).to.contain('seed is "7x"').and.to.contain('4294967295');
    let thrown: Error | undefined;
    await element.run().catch((error: Error) => (thrown = error));
    expect([thrown?.message.includes('"7x"'), element.report]).to.deep.equal([true, undefined]);
    element.setAttribute('seed', '7');
    await element.updateComplete;
    expect((await element.run()).seed).to.equal(7);
    await element.updateComplete;
    expect(query<HTMLElement>(element, '[role=alert]').hidden).to.equal(true);
    element.removeAttribute('seed');
    expect(element.seed, 'the default counts again').to.equal(0);
  });

  it('has one truth: properties, attributes and the store say the same', async () => {
    const element = await harness([failing]);
    element.backend = 'remote';
    element.apiUrl = 'http://127.0.0.1:9/v1';
    element.setAttribute('hub', 'https://example.org/');
    await element.updateComplete;
    expect(element.settings.sources.argument).to.deep.equal({
      device: 'wasm',
      backend: 'remote',
      apiUrl: 'http://127.0.0.1:9/v1',
      hubUrl: 'https://example.org/',
    });
    expect(element.model, 'the server chooses').to.equal('');
    element.settings.change({ backend: 'local' });
    await element.updateComplete;
    expect([element.backend, element.model, element.hub]).to.deep.equal([
      'local',
      'unmocked-tiny',
      'https://example.org/',
    ]);
    element.apiUrl = '';
    expect(element.settings.sources.argument?.apiUrl).to.equal(undefined);
  });
});

describe('connectPage', () => {
  afterEach(() => {
    delete root.dataset['unmocked'];
    delete root.dataset['unmockedError'];
  });

  it('starts the run that the address asks for, with its settings', async () => {
    const element = await harness([failing, endless]);
    const ended = oneEvent(element, 'unmocked-report');
    connectPage(element, '?run=all&tags=two&seed=9&fnord=1');
    const { detail } = (await ended) as CustomEvent<Report>;
    await element.updateComplete;
    expect([detail.seed, detail.results.map(({ id }) => id)]).to.deep.equal([9, ['failing']]);
    expect(cells(element).length, 'the others are not shown').to.equal(1);
    expect(query(element, '[role=alert]').textContent)
      .to.contain('Warning')
      .and.to.contain('"fnord"');
    expect(root.dataset['unmocked']).to.equal('failed');
  });

  it('runs nothing if a value is not allowed, says so, and stays usable', async () => {
    const element = await harness([failing]);
    connectPage(element, '?run=failing&seed=x&device=quantum');
    await element.updateComplete;
    expect(root.dataset['unmocked']).to.equal('error');
    expect(root.dataset['unmockedError'])
      .to.contain('seed is "x"')
      .and.to.contain('device is "quantum"');
    expect(element.running).to.equal(false);
    expect(query(element, '[role=alert]').querySelectorAll('li').length).to.equal(2);
    await expect(element).to.be.accessible();
    const { totals } = await element.run();
    expect(totals.failed).to.equal(1);
    expect(root.dataset['unmockedError']).to.equal(undefined);
  });
});
