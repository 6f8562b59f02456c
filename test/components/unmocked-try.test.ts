import { expect, fixture, fixtureCleanup, html, waitUntil } from '@open-wc/testing';
import '../../src/components/index.js';
import type { UnmockedTry } from '../../src/components/unmocked-try.js';
import type { SettingsSources } from '../../src/settings/resolve.js';
import { Engine } from '../../src/engine/engine.js';
import { conversations } from '../conversations.mjs';
import { golden, replies, weights } from '../golden.mjs';
import { textOf } from './text-of.js';

const [HELLO] = conversations.greeting.turns;
const [ANSWER] = replies.greeting;

const local: SettingsSources = { stored: { device: 'wasm' }, environment: {} };
const open = (sources = local) =>
  fixture<UnmockedTry>(html`<unmocked-try .sources=${sources}></unmocked-try>`);
const query = <T extends HTMLElement = HTMLElement>(element: UnmockedTry, selector: string) =>
  element.shadowRoot!.querySelector<T>(selector)!;
const button = (element: UnmockedTry, id: 'test' | 'stop') =>
  query<HTMLButtonElement>(element, `#${id}`);
const prompt = (element: UnmockedTry) => query<HTMLTextAreaElement>(element, '#prompt');
const reply = (element: UnmockedTry) => query(element, '.reply')?.textContent;
/** Waits until a condition holds, and checks it after each render. */
const until = (holds: () => unknown, what: string) =>
  waitUntil(holds, what, { timeout: 60_000, interval: 1 });

describe('<unmocked-try>', () => {
  afterEach(async () => {
    fixtureCleanup();
    await until(() => Engine.alive.size === 0, 'every engine is gone with its element');
  });

  it('is accessible, and shows the default prompt', async () => {
    const element = await open();
    await expect(element).to.be.accessible();
    expect(prompt(element).placeholder).to.contain(conversations.validation.turns[0]);
    expect([button(element, 'test').disabled, button(element, 'stop').disabled]).to.deep.equal([
      false,
      true,
    ]);
  });

  it('streams a real reply, shows what answered, and keeps the agent', async () => {
    const element = await open();
    prompt(element).value = HELLO;
    const seen: string[] = [];
    new MutationObserver(() => seen.push(reply(element) ?? '')).observe(element.shadowRoot!, {
      childList: true,
      subtree: true,
      characterData: true,
    });
    button(element, 'test').focus();
    button(element, 'test').click();
    await element.updateComplete;
    await element.updateComplete;
    expect(element.shadowRoot!.activeElement?.id).to.equal('stop');
    await expect(element).to.be.accessible();
    await element.test();
    await element.updateComplete;
    expect(reply(element)).to.equal(ANSWER);
    expect(textOf(element))
      .to.match(
        /speed \d+ tok\/s.* first token [\d.]+ ms.* device wasm.* tokens \d+.* backend local.* model unmocked-tiny/,
      )
      .and.to.contain(`number format q8`)
      .and.to.contain('computed here, nothing mocked')
      .and.to.contain(`weights, SHA-256 ${weights.q8}`)
      .and.to.contain(`output token ids ${golden.q8.greeting[0]!.join(' ')} `)
      .and.to.contain('1 attempt');
    expect(query(element, '.metrics').textContent).to.contain('wasm');
    await expect(element).to.be.accessible();
    expect(
      element.shadowRoot!.querySelectorAll(
        '.output[aria-live], .output [aria-live], .output [role=status]',
      ).length,
      'tokens are not read out',
    ).to.equal(0);

    const { agent } = element;
    const [engine] = Engine.alive;
    prompt(element).value = '';
    await element.test();
    await element.updateComplete;
    expect(reply(element)).to.equal(replies.validation[0]);
    expect([element.agent, [...Engine.alive]]).to.deep.equal([agent, [engine]]);
    expect(seen.some((text) => text !== '' && text !== reply(element))).to.equal(true);
  });

  it('frees the engine when the settings change, and loads the new ones', async () => {
    const element = await open();
    await element.test();
    expect(Engine.alive.size).to.equal(1);
    const first = element.agent!;
    element.sources = { stored: { device: 'wasm', seed: 7 }, environment: {} };
    await element.updateComplete;
    expect(element.agent, 'each call has its seed').to.equal(first);

    element.sources = { stored: { device: 'wasm', temperature: 0.5 }, environment: {} };
    await element.updateComplete;
    expect([first.disposed, Engine.alive.size, element.agent]).to.deep.equal([true, 0, undefined]);
    expect(reply(element), 'what the other one said is gone').to.equal(undefined);
    await element.test();
    expect(element.agent).not.to.equal(first);
  });

  it('stops when the settings change while it loads, and can test again', async () => {
    const element = await open();
    prompt(element).value = HELLO;
    const test = element.test();
    await until(() => Engine.alive.size === 1, 'an engine loads');
    element.sources = { stored: { device: 'wasm', maxTokens: 3 }, environment: {} };
    await element.updateComplete;
    expect(Engine.alive.size).to.equal(0);
    await test;
    await element.updateComplete;
    expect(query(element, '#state').textContent).to.contain('the settings changed');
    expect(element.shadowRoot!.querySelector('[role=alert]')).to.equal(null);
    await element.test();
    await element.updateComplete;
    expect(query(element, '.metrics').textContent).to.contain('3, cut at the limit');
  });

  it('stops by its button, keeps the prompt, and answers again', async () => {
    const element = await open();
    prompt(element).value = HELLO;
    const test = element.test();
    await until(() => Engine.alive.size === 1, 'an engine loads');
    await element.updateComplete;
    button(element, 'stop').click();
    await test;
    await element.updateComplete;
    expect([
      query(element, '#state').textContent,
      prompt(element).value,
      Engine.alive.size,
    ]).to.deep.equal(['Stopped.', HELLO, 0]);
    await element.test();
    await element.updateComplete;
    expect(reply(element)).to.equal(ANSWER);
  });

  it('shows an error with its remedy and the trace, but no key, and works afterwards', async () => {
    const element = await open({
      stored: {
        backend: 'remote',
        apiUrl: 'http://127.0.0.1:9/v1',
        apiKey: 'sk-spec-secret',
        maxRetries: 0,
      },
      environment: {},
    });
    prompt(element).value = HELLO;
    await element.test();
    await element.updateComplete;
    expect(query(element, '[role=alert]').textContent)
      .to.contain('127.0.0.1:9')
      .and.to.contain('Start the server');
    expect(query(element, '.attempts').textContent).to.contain('remote').and.to.contain('failed');
    expect(element.shadowRoot!.innerHTML).not.to.contain('sk-spec-secret');
    expect(prompt(element).value).to.equal(HELLO);
    await expect(element).to.be.accessible();
    element.sources = local;
    await element.updateComplete;
    expect(element.shadowRoot!.querySelector('[role=alert]')).to.equal(null);
    await element.test();
    await element.updateComplete;
    expect(reply(element)).to.equal(ANSWER);
  });

  it('does nothing during a run, and says why', async () => {
    const element = await open();
    element.unavailable = 'A run is under way.';
    await element.updateComplete;
    await element.test();
    expect([
      button(element, 'test').disabled,
      prompt(element).disabled,
      query(element, '.download').textContent,
      Engine.alive.size,
    ]).to.deep.equal([true, true, 'A run is under way.', 0]);
    await expect(element).to.be.accessible();
  });

  it('leaves no engine when it is removed, loaded or loading', async () => {
    const loaded = await open();
    await loaded.test();
    const loading = await open({
      stored: { device: 'wasm', hubUrl: 'https://example.org/' },
      environment: {},
    });
    const test = loading.test();
    loaded.remove();
    loading.remove();
    await test;
    expect(Engine.alive.size).to.equal(0);
  });
});
