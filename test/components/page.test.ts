import { expect, fixture, html, oneEvent, waitUntil } from '@open-wc/testing';
import '../../src/components/index.js';
import { connectPage, type PageOptions } from '../../src/components/page.js';
import type { UnmockedHarness } from '../../src/components/unmocked-harness.js';
import type { UnmockedSettings } from '../../src/components/unmocked-settings.js';
import type { UnmockedTry } from '../../src/components/unmocked-try.js';
import { SettingsStorage } from '../../src/settings/settings-storage.js';
import { Engine } from '../../src/engine/engine.js';
import type { RunOptions } from '../../src/harness/run-options.js';
import { defineScenario } from '../../src/scenarios/scenario.js';
import { realSubject } from '../../src/scenarios/subject.js';
import { FakeStorage } from '../fake-storage.js';

const KEY = 'sk-spec-0123456789';
const root = document.documentElement;
const address = location.href;
const failing = defineScenario({
  id: 'failing',
  title: 'Fails',
  proves: 'A failure shows.',
  inference: false,
  run: async (t) => void t.equal('one is two', 1, 2),
});
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
const query = <T extends Element = HTMLElement>(element: UnmockedHarness, selector: string) =>
  element.shadowRoot!.querySelector<T>(selector)!;
const control = (element: UnmockedHarness, id: string) =>
  query<UnmockedSettings>(element, 'unmocked-settings').shadowRoot!.querySelector<HTMLInputElement>(
    `#${id}`,
  )!;
const problems = (element: UnmockedHarness) =>
  query(element, '.problems').textContent!.replace(/\s+/g, ' ').trim();
/** What the check at the start found. */
const said = (element: UnmockedHarness) =>
  query(element, '#startup').textContent!.replace(/\s+/g, ' ').trim();

/** A page with its own address and its own storage. */
async function open(
  search = '',
  options: PageOptions = {},
  template = html`<unmocked-harness .scenarios=${[failing, endless]}></unmocked-harness>`,
) {
  const url = new URL(address);
  for (const [name, value] of new URLSearchParams(search)) url.searchParams.set(name, value);
  history.replaceState(null, '', url);
  const local = new FakeStorage();
  const session = new FakeStorage();
  const element = await fixture<UnmockedHarness>(template);
  const opened = connectPage(element, search, {
    storage: new SettingsStorage({ local, session }),
    environment: {},
    configUrl: '/no-such-folder/config.toml',
    validate: async () => ({ status: 'none' }),
    ...options,
  });
  await element.updateComplete;
  const choose = async (id: string, value: string) => {
    control(element, id).value = value;
    control(element, id).dispatchEvent(new Event('change'));
    await element.updateComplete;
    await query<UnmockedSettings>(element, 'unmocked-settings').updateComplete;
  };
  return { element, settings: element.settings, opened, local, session, choose };
}

describe('connectPage and the settings', () => {
  afterEach(() => {
    history.replaceState(null, '', address);
    delete root.dataset['unmocked'];
    delete root.dataset['unmockedError'];
  });

  it('is accessible with all of its panels', async () => {
    const { element } = await open('?backend=remote&api_url=http://127.0.0.1:9/v1');
    await expect(element).to.be.accessible();
    expect([element.backend, element.apiUrl, control(element, 'backend').value]).to.deep.equal([
      'remote',
      'http://127.0.0.1:9/v1',
      'remote',
    ]);
  });

  it('lets the user override the address, and removes the parameter', async () => {
    const { element, choose, local } = await open('?device=webgpu&seed=3');
    expect([element.device, element.seed]).to.deep.equal(['webgpu', 3]);
    await choose('device', 'wasm');
    expect([element.device, element.seed]).to.deep.equal(['wasm', 3]);
    expect([...new URL(location.href).searchParams.keys()])
      .to.include('seed')
      .and.not.to.include('device');
    expect(local.text).to.contain('wasm').and.not.to.contain('seed');
  });

  it('lets the user override an attribute, which overrides the address', async () => {
    const { element, choose } = await open(
      '?seed=3',
      {},
      html`<unmocked-harness seed="5" .scenarios=${[failing]}></unmocked-harness>`,
    );
    expect(element.seed).to.equal(5);
    await choose('seed', '6');
    expect(element.seed).to.equal(6);
  });

  it('refuses a key in the address, never repeats it, and clears it from the bar', async () => {
    const { element, settings } = await open(`?run=failing&api_key=${KEY}`);
    expect(location.href).not.to.contain('api_key');
    expect(root.dataset['unmocked']).to.equal('error');
    expect(problems(element)).to.contain('"api_key"').and.to.contain('settings');
    expect(
      root.outerHTML + element.shadowRoot!.innerHTML + JSON.stringify(history.state),
    ).not.to.contain(KEY);
    expect([element.running, settings.resolved.remote.settings.apiKey]).to.deep.equal([
      false,
      undefined,
    ]);
    await expect(element).to.be.accessible();
  });

  it('gives a run its server, and the key to nothing else', async () => {
    const given: RunOptions['server'][] = [];
    const looking = defineScenario({
      id: 'looking',
      title: 'Looks',
      proves: 'The run has a server.',
      inference: false,
      run: async (t) => void t.check('it ran', true),
    });
    const { element, choose } = await open(
      '',
      {},
      html`<unmocked-harness .scenarios=${[looking]}></unmocked-harness>`,
    );
    element.subject = {
      ...realSubject,
      findServer: async (server) => (given.push(server), { reason: 'not asked' }),
    };
    await element.run();
    expect(given, 'none is set').to.deep.equal([]);
    await choose('apiUrl', 'http://127.0.0.1:9/v1');
    await choose('apiKey', KEY);
    const events: string[] = [];
    for (const type of [
      'unmocked-start',
      'unmocked-result',
      'unmocked-report',
      'unmocked-settings',
    ])
      document.addEventListener(
        type,
        (event) => events.push(JSON.stringify((event as CustomEvent).detail)),
        { once: true },
      );
    const report = await element.run();
    expect(given).to.deep.equal([{ apiUrl: 'http://127.0.0.1:9/v1', apiKey: KEY }]);
    await choose('backend', 'remote');
    await choose('model', 'llama3.2');
    await element.run();
    expect(given[1]).to.deep.equal({
      apiUrl: 'http://127.0.0.1:9/v1',
      apiKey: KEY,
      model: 'llama3.2',
    });
    expect(events).to.have.length(3);
    const everything =
      JSON.stringify(report) +
      (await element.junit()) +
      events.join() +
      root.outerHTML +
      [...element.shadowRoot!.querySelectorAll('*')]
        .map((one) => one.outerHTML + (one.shadowRoot?.innerHTML ?? ''))
        .join() +
      location.href;
    expect(everything).not.to.contain(KEY);
  });

  it('reads config.toml before a run from the address begins', async () => {
    const configUrl = URL.createObjectURL(new Blob(['[agent]\nseed = 11'], { type: 'text/plain' }));
    const { element } = await open('?run=failing', { configUrl });
    const { detail } = await oneEvent(element, 'unmocked-report');
    expect((detail as { seed: number }).seed).to.equal(11);
    expect(element.seed).to.equal(11);
  });

  it('shows what is wrong with a source, and still runs', async () => {
    const { element, opened } = await open('', { environment: { OPENAI_API_URL: 'not a url' } });
    await opened;
    await element.updateComplete;
    expect(problems(element)).to.contain('OPENAI_API_URL').and.to.contain('"not a url"');
    expect((await element.run(['failing'])).totals.failed).to.equal(1);
    expect(problems(element), 'a run does not fix it').to.contain('OPENAI_API_URL');
  });

  it('forgets saved settings', async () => {
    const { element, choose, local, session } = await open();
    await choose('seed', '7');
    await choose('apiKey', KEY);
    control(element, 'forget').click();
    await element.updateComplete;
    await query<UnmockedSettings>(element, 'unmocked-settings').updateComplete;
    expect([
      element.seed,
      control(element, 'seed').value,
      control(element, 'apiKey').value,
    ]).to.deep.equal([0, '0', '']);
    expect(local.text + session.text).to.equal('[][]');
  });

  it('stores nothing and reads no address if it is embedded', async () => {
    const before = [localStorage.length, sessionStorage.length];
    const element = await fixture<UnmockedHarness>(
      html`<unmocked-harness
        seed="3"
        api-url="http://127.0.0.1:9/v1"
        .scenarios=${[failing]}
      ></unmocked-harness>`,
    );
    control(element, 'apiKey').value = KEY;
    control(element, 'apiKey').dispatchEvent(new Event('change'));
    await element.updateComplete;
    expect([element.apiKey, element.seed]).to.deep.equal([KEY, 3]);
    expect([localStorage.length, sessionStorage.length]).to.deep.equal(before);
    expect(element.outerHTML + element.shadowRoot!.innerHTML).not.to.contain(KEY);
    expect([query(element, 'unmocked-sources'), control(element, 'forget')]).to.deep.equal([
      null,
      null,
    ]);
    await expect(element).to.be.accessible();
  });

  describe('when it opens', () => {
    it('checks the configured backend in the background and shows the result', async () => {
      const { element, opened } = await open('?model=unmocked-tiny&device=wasm', {
        validate: undefined,
      });
      await opened;
      await element.updateComplete;
      expect(said(element)).to.contain('unmocked-tiny on wasm answers.');
      expect(query<HTMLElement>(element, '.problems').hidden).to.equal(true);
      expect(Engine.alive.size).to.equal(0);
      await expect(element).to.be.accessible();
    });

    it('shows a backend that does not answer as a warning, and stays usable', async () => {
      const { element, opened, choose } = await open(
        '?backend=remote&api_url=http://127.0.0.1:9/v1',
        {
          validate: async () => ({
            status: 'invalid',
            reason: 'Nothing answers at 127.0.0.1:9. Start the server.',
            error: new Error('x'),
          }),
        },
      );
      await opened;
      await element.updateComplete;
      expect(said(element))
        .to.contain('Warning:')
        .and.to.contain('Nothing answers at 127.0.0.1:9. Start the server.');
      expect(root.dataset['unmocked'], 'no run failed').to.equal(undefined);
      await expect(element).to.be.accessible();
      await choose('apiUrl', 'http://127.0.0.1:10/v1');
      expect(said(element), 'that was about other settings').to.equal('');
    });

    it('checks nothing if the address starts a run', async () => {
      let checked = 0;
      const { element, opened } = await open('?run=failing&backend=remote', {
        validate: async () => (checked++, { status: 'none' }),
      });
      const ended = oneEvent(element, 'unmocked-report');
      await opened;
      await ended;
      expect(checked).to.equal(0);
    });

    for (const [what, act] of [
      ['a run', (element: UnmockedHarness) => void element.run(['endless']).catch(() => undefined)],
      [
        'a test',
        (element: UnmockedHarness) => void query<UnmockedTry>(element, 'unmocked-try').test(),
      ],
      ['a changed setting', (element: UnmockedHarness) => element.settings.change({ seed: 9 })],
    ] as const) {
      it(`is stopped by ${what}`, async () => {
        let aborted = false;
        let begun = false;
        const { element } = await open('?device=wasm', {
          validate: (_, { signal } = {}) =>
            new Promise((_, reject) => {
              begun = true;
              signal!.addEventListener('abort', () => {
                aborted = true;
                reject(signal!.reason as Error);
              });
            }),
        });
        await waitUntil(() => begun, 'it begins by itself');
        act(element);
        await element.updateComplete;
        expect(aborted).to.equal(true);
        expect(said(element)).to.equal('');
        element.stop();
        await query<UnmockedTry>(element, 'unmocked-try').release();
        await waitUntil(() => !element.running);
      });
    }
  });

  it('starts a run only when the engine of a test is gone', async () => {
    const engines: number[] = [];
    const counting = defineScenario({
      id: 'counting',
      title: 'Counts',
      proves: 'No engine runs.',
      inference: false,
      run: async (t) => void t.check('none runs', engines.push(Engine.alive.size) > 0),
    });
    const { element } = await open(
      '?device=wasm',
      {},
      html`<unmocked-harness .scenarios=${[counting]}></unmocked-harness>`,
    );
    const tester = query<UnmockedTry>(element, 'unmocked-try');
    await tester.test();
    expect(Engine.alive.size).to.equal(1);
    await element.run();
    expect(engines).to.deep.equal([0]);
    expect(tester.agent).to.equal(undefined);
  });
});
