import { expect, fixture, html, oneEvent } from '@open-wc/testing';
import '../../src/components/index.js';
import { boxCode } from '../../src/components/box-code.js';
import { detailsCode } from '../../src/components/details-code.js';
import {
  reduceScenario,
  idle,
  resultState,
  type ScenarioState,
} from '../../src/harness/scenario-state.js';
import type { UnmockedScenario } from '../../src/components/unmocked-scenario.js';
import { Engine } from '../../src/engine/engine.js';
import type { ScenarioResult } from '../../src/harness/report.js';
import { scenarios } from '../../src/scenarios/index.js';
import { tinyMegabytes } from '../helpers.js';
import { aResult } from './a-result.js';
import { textOf } from './text-of.js';

const scenario = scenarios.find(({ id }) => id === 'chat-completion')!;
const card = (state: ScenarioState) =>
  fixture<UnmockedScenario>(
    html`<unmocked-scenario
      .scenario=${scenario}
      .number=${2}
      .state=${state}
    ></unmocked-scenario>`,
  );
const statusOf = (element: UnmockedScenario) =>
  element.shadowRoot!.querySelector('.status')!.textContent!.trim();

const MARKUP = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

describe('<unmocked-scenario>', () => {
  before(() => Promise.all([boxCode.load(), detailsCode.load()]));

  const states: Record<string, ScenarioState> = {
    idle,
    waiting: { ...idle, status: 'waiting' },
    loading: {
      ...idle,
      status: 'running',
      progress: { phase: 'download', loadedBytes: 1_200_000, totalBytes: 4_000_000 },
    },
    running: { ...idle, status: 'running', live: [{ message: 'Hello', text: ' Hi' }] },
    passed: resultState(aResult()),
    failed: resultState(
      aResult({
        status: 'failed',
        reason: 'it is a greeting',
        checks: [{ name: 'it is a greeting', status: 'failed', actual: 'no', expected: 'hello' }],
      }),
    ),
    'timed-out': resultState(
      aResult({
        status: 'timed-out',
        reason: 'longer than 120 s',
        error: {
          name: 'TimeoutError',
          message: 'too long',
          stack: 'TimeoutError: too long\n at …',
        },
      }),
    ),
    skipped: resultState(
      aResult({ status: 'skipped', reason: 'needs WebGPU: none here', checks: [] }),
    ),
    'not-run': resultState(
      aResult({ status: 'not-run', reason: 'the run was stopped', checks: [] }),
    ),
  };
  for (const [name, state] of Object.entries(states)) {
    it(`is accessible and says its state in words: ${name}`, async () => {
      const element = await card(state);
      for (const details of element.shadowRoot!.querySelectorAll('details')) details.open = true;
      await expect(element).to.be.accessible();
      const words =
        name === 'idle'
          ? 'ready'
          : name === 'loading'
            ? 'running'
            : name === 'timed-out'
              ? 'timed out'
              : name === 'not-run'
                ? 'not run'
                : name;
      expect(statusOf(element)).to.contain(words);
      if (state.result?.reason) expect(textOf(element)).to.contain(state.result.reason);
    });
  }

  it('shows checks, timings, device trace and exchanges of a result', async () => {
    const text = textOf(await card(states['passed']!));
    for (const part of [
      '2 checks , all passed',
      'Hello! How are you?',
      'tokens per second 104.1',
      'Device: wasm, q8, asked for auto',
      'no-adapter: no adapter here',
      '3 prompt tokens (3 computed, 0 from the cache)',
      '3 output tokens',
    ]) {
      expect(text).to.contain(part);
    }
  });

  it('opens the checks of a failure', async () => {
    const element = await card(states['failed']!);
    expect(element.shadowRoot!.querySelector<HTMLDetailsElement>('[part=checks]')!.open).to.equal(
      true,
    );
    expect(textOf(element)).to.contain('actual no').and.to.contain('expected hello');
  });

  it('says the bytes of a download', async () => {
    const element = await card(states['loading']!);
    expect(textOf(element)).to.contain('1.2 of 4.0 MB');
    expect(element.shadowRoot!.querySelector('progress')!.value).to.equal(1_200_000);
  });

  it('shows markup from a model as the text that it is', async () => {
    const exchange = {
      ...aResult().evidence.exchanges[0]!,
      prompt: `User: ${MARKUP}\nAssistant:`,
      text: MARKUP,
    };
    const result = aResult({
      status: 'failed',
      reason: MARKUP,
      checks: [
        { name: MARKUP, status: 'failed', actual: MARKUP, expected: MARKUP, reason: MARKUP },
      ],
    });
    result.evidence.exchanges = [exchange];
    const element = await card(resultState(result));
    const live = await card({
      ...idle,
      status: 'running',
      live: [{ message: MARKUP, text: MARKUP }],
    });
    for (const { shadowRoot } of [element, live]) {
      expect(shadowRoot!.querySelector('img, script')).to.equal(null);
      expect(shadowRoot!.querySelector('.reply')!.textContent).to.equal(MARKUP);
    }
    expect((window as { pwned?: number }).pwned).to.equal(undefined);
  });

  it('renders again when its state changes, and keeps its button', async () => {
    const element = await card(idle);
    const button = element.shadowRoot!.querySelector('button')!;
    button.focus();
    element.state = reduceScenario(idle, { type: 'scenario-start', id: scenario.id });
    await element.updateComplete;
    expect(statusOf(element)).to.equal('running');
    element.state = reduceScenario(element.state, {
      type: 'exchange',
      id: scenario.id,
      exchange: 0,
      message: 'Count.',
    });
    for (const text of [' One', ' two'])
      element.state = reduceScenario(element.state, {
        type: 'token',
        id: scenario.id,
        exchange: 0,
        tokenId: 1,
        text,
      });
    await element.updateComplete;
    expect(element.shadowRoot!.querySelector('.reply')!.textContent).to.equal('One two');
    expect(element.shadowRoot!.activeElement, 'the focus stays').to.equal(button);
    expect(button.textContent).to.equal('Stop');
  });

  it('asks to be run, and does not run when somebody else will', async () => {
    const element = await card(idle);
    element.addEventListener('unmocked-request', (event) => event.preventDefault());
    setTimeout(() => element.shadowRoot!.querySelector('button')!.click());
    const { detail } = await oneEvent(element, 'unmocked-request');
    expect(detail).to.deep.equal({ action: 'run', id: scenario.id });
    expect(Engine.alive.size).to.equal(0);
  });

  it('names what is allowed when there is no such scenario', async () => {
    const element = await fixture<UnmockedScenario>(
      html`<unmocked-scenario name="streeming"></unmocked-scenario>`,
    );
    await expect(element).to.be.accessible();
    expect(textOf(element)).to.contain('"streeming"').and.to.contain('streaming');
  });

  it('on its own, says the size first and runs for real on a click', async () => {
    const element = await fixture<UnmockedScenario>(
      html`<unmocked-scenario name="chat-completion" device="wasm"
        >Needs JavaScript.</unmocked-scenario
      >`,
    );
    await expect(element).to.be.accessible();
    expect(textOf(element)).to.include(
      `Downloads ${tinyMegabytes('q8').toFixed(1)} MB for WASM (q8, and 14.3 MB of ONNX Runtime)`,
    );
    expect(Engine.alive.size, 'nothing is loaded before the click').to.equal(0);
    setTimeout(() => element.shadowRoot!.querySelector('button')!.click());
    const { detail } = (await oneEvent(element, 'unmocked-result')) as CustomEvent<ScenarioResult>;
    await element.updateComplete;
    expect(detail.status, detail.reason).to.equal('passed');
    expect(element.result).to.equal(detail);
    expect(statusOf(element)).to.contain('passed');
    expect(textOf(element)).to.contain('Hello');
    await expect(element).to.be.accessible();
  });
});
