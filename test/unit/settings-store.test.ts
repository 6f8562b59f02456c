import { expect } from '@esm-bundle/chai';
import type { SettingRow } from '../../src/settings/setting-rows.js';
import type { AgentSettings } from '../../src/settings/settings.js';
import { SettingsStorage } from '../../src/settings/settings-storage.js';
import { type PageSources, SettingsStore } from '../../src/settings/settings-store.js';
import { FakeStorage, FullStorage } from '../fake-storage.js';
import { rejection } from '../helpers.js';

const KEY = 'sk-spec-0123456789';
const NO_CONFIG = '/no-such-folder/config.toml';

/** What opens a page; `argument` is what its element's attributes say. */
type PageOptions = PageSources & { argument?: Partial<AgentSettings> };

function open(
  { argument = {}, ...sources }: PageOptions = {},
  { local = new FakeStorage(), session = new FakeStorage() } = {},
) {
  const page = new SettingsStore();
  for (const [name, value] of Object.entries(argument))
    page.setArgument(name as keyof AgentSettings, value);
  page.open({
    storage: new SettingsStorage({ local, session }),
    environment: {},
    configUrl: NO_CONFIG,
    ...sources,
  });
  return { page, local, session };
}
const row = (page: SettingsStore, key: string): SettingRow =>
  page.rows.find((candidate) => candidate.key === key)!;
const thrown = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw.');
};
const fileUrl = (text: string) => URL.createObjectURL(new Blob([text], { type: 'text/plain' }));

describe('SettingsStore of a page', () => {
  it('shows the strongest source as the origin of each value', async () => {
    const levels: [string, string, (given: PageOptions, page: SettingsStore) => unknown][] = [
      [
        'environment (AF_LLM_MODEL)',
        'of-environment',
        (given) => (given.environment = { AF_LLM_MODEL: 'of-environment' }),
      ],
      [
        'config.toml [midori_ai_agent_base]',
        'of-base',
        (_, page) => page.useConfig('[midori_ai_agent_base]\nmodel = "of-base"'),
      ],
      [
        'config.toml [midori_ai_agent_base.huggingface]',
        'of-section',
        (_, page) =>
          page.useConfig(
            '[midori_ai_agent_base]\nmodel = "of-base"\n' +
              '[midori_ai_agent_base.huggingface]\nmodel = "of-section"',
          ),
      ],
      ['this browser', 'of-browser', (_, page) => page.change({ model: 'of-browser' })],
      ['address', 'of-address', (given) => (given.url = { model: 'of-address' })],
      ['attribute', 'of-attribute', (given) => (given.argument = { model: 'of-attribute' })],
    ];
    const { page: bare } = open();
    await bare.ready;
    expect(row(bare, 'model')).to.deep.include({
      value: 'unmocked-tiny',
      origin: 'default',
      isDefault: true,
    });
    const local = new FakeStorage();
    const session = new FakeStorage();
    const given: PageOptions = {};
    for (const [source, value, set] of levels) {
      // What the user enters is stored. What opens the page is given.
      await set(given, open(given, { local, session }).page);
      const { page } = open(given, { local, session });
      await page.ready;
      const { value: shown, origin } = row(page, 'model');
      expect([origin, shown]).to.deep.equal([source, value]);
    }
  });

  it('shows only whether a key is set', async () => {
    const { page } = open({
      environment: { OPENAI_API_KEY: KEY, OPENAI_API_URL: 'http://127.0.0.1:1234/v1' },
    });
    expect(row(page, 'api_key')).to.deep.include({
      value: 'set',
      origin: 'environment (OPENAI_API_KEY)',
    });
    expect(row(page, 'api_url')).to.deep.include({
      value: 'http://127.0.0.1:1234/v1',
      origin: 'environment (OPENAI_API_URL)',
    });
    expect(JSON.stringify(page.rows)).not.to.contain(KEY);
    expect(row(open().page, 'api_key').value).to.equal('not set');
  });

  it('lets the user override the address and an attribute, for that setting only', () => {
    const left: string[] = [];
    const { page } = open({
      url: { device: 'webgpu', seed: 3 },
      argument: { model: 'distilgpt2' },
      onLeaveUrl: (names) => left.push(...names),
    });
    let changes = 0;
    page.addEventListener('change', () => changes++);
    page.change({ device: 'wasm' });
    page.change({ model: 'unmocked-tiny' });
    expect(page.resolved.local.settings).to.deep.include({
      device: 'wasm',
      seed: 3,
      model: 'unmocked-tiny',
    });
    expect(left).to.deep.equal(['device', 'model']);
    expect(row(page, 'seed').origin).to.equal('address');
    expect(changes).to.equal(2);
  });

  it('refuses a value that is not allowed, and changes nothing', () => {
    const { page, local } = open({ url: { seed: 3 } });
    const error = thrown(() => page.change({ seed: -1 }));
    expect(error.message).to.contain('-1').and.to.contain('4294967295');
    expect(page.resolved.local.settings.seed).to.equal(3);
    expect(local.length).to.equal(0);
    expect(thrown(() => page.change({ apiKey: `${KEY} ${KEY}` })).message).not.to.contain(KEY);
  });

  it('keeps what the user enters; the key for the session only, unless the user keeps it', () => {
    const { page, local, session } = open();
    page.change({ backend: 'remote', apiUrl: 'http://127.0.0.1:1234/v1', apiKey: KEY });
    expect(local.text).not.to.contain(KEY);
    const reloaded = open({}, { local, session }).page;
    expect(reloaded.resolved.remote.settings).to.deep.include({
      backend: 'remote',
      apiUrl: 'http://127.0.0.1:1234/v1',
      apiKey: KEY,
    });
    const tomorrow = open({}, { local, session: new FakeStorage() }).page;
    expect(tomorrow.resolved.remote.settings).to.deep.include({
      backend: 'remote',
      apiKey: undefined,
    });

    reloaded.keepKey(true);
    expect(session.text).not.to.contain(KEY);
    expect(
      open({}, { local, session: new FakeStorage() }).page.resolved.remote.settings.apiKey,
    ).to.equal(KEY);
    reloaded.keepKey(false);
    expect(local.text).not.to.contain(KEY);
    expect(reloaded.enteredKey).to.equal(KEY);

    reloaded.keepKey(true);
    reloaded.forget();
    expect(local.text + session.text)
      .not.to.contain(KEY)
      .and.not.to.contain('1234');
    expect(reloaded.resolved.remote.settings).to.deep.include({
      backend: 'auto',
      apiUrl: undefined,
      apiKey: undefined,
    });
  });

  it('keeps a key that is entered after the user chose to keep it', () => {
    const { page, local } = open();
    page.keepKey(true);
    page.change({ apiKey: KEY });
    expect(local.text).to.contain(KEY);
  });

  it('keeps what another tab saved meanwhile', () => {
    const { page, local } = open();
    const other = open({}, { local, session: new FakeStorage() }).page;
    other.keepKey(true);
    other.change({ seed: 7, apiKey: KEY });
    page.change({ device: 'wasm' });
    const later = open({}, { local, session: new FakeStorage() }).page;
    expect(later.resolved.local.settings).to.deep.include({
      seed: 7,
      device: 'wasm',
      apiKey: KEY,
    });
  });

  it('falls back to the next source when the user removes a value', () => {
    const { page } = open({ environment: { OPENAI_API_URL: 'http://127.0.0.1:1/v1' } });
    page.change({ apiUrl: 'http://127.0.0.1:2/v1' });
    page.change({ apiUrl: undefined });
    expect(row(page, 'api_url')).to.deep.include({
      value: 'http://127.0.0.1:1/v1',
      origin: 'environment (OPENAI_API_URL)',
    });
  });

  it('sends no key to a URL that only the address names, until the user enters that URL', () => {
    const { page } = open({
      url: { apiUrl: 'https://elsewhere.example/v1' },
      environment: { OPENAI_API_KEY: KEY },
    });
    expect(page.resolved.keyWithheld).to.equal(true);
    expect(row(page, 'api_key')).to.deep.include({
      value: 'not set',
      origin: 'not used: only the address names the API URL',
    });
    page.change({ apiUrl: 'https://elsewhere.example/v1' });
    expect(page.resolved.keyWithheld).to.equal(false);
    expect(page.resolved.remote.settings.apiKey).to.equal(KEY);
    expect(
      open({ url: { apiUrl: 'https://elsewhere.example/v1' } }).page.resolved.keyWithheld,
      'there is none to withhold',
    ).to.equal(false);
  });

  it('leaves out a broken source, and says what is wrong with it', async () => {
    const local = new FakeStorage();
    local.setItem('unmocked.settings', '{"seed":-5,"device":"wasm"}');
    const { page } = open(
      { environment: { OPENAI_API_URL: 'not a url' }, configUrl: fileUrl('[agent\nmodel = "x"') },
      { local },
    );
    await page.ready;
    const texts = page.problems.map(({ text }) => text);
    expect(texts).to.have.length(3);
    expect(texts[0]).to.contain('seed').and.to.contain('-5');
    expect(texts[1]).to.contain('OPENAI_API_URL').and.to.contain('"not a url"');
    expect(texts[2])
      .to.contain('config.toml')
      .and.to.match(/line 1, column \d+/);
    expect(page.resolved.local.settings).to.deep.include({ device: 'wasm', seed: 0 });
  });

  it('warns if the browser stores nothing, and still works', async () => {
    const { page } = open({}, { local: new FullStorage(), session: new FullStorage() });
    page.change({ seed: 7 });
    await page.useConfig('[agent]\ntemperature = 1');
    expect(page.resolved.local.settings).to.deep.include({ seed: 7, temperature: 1 });
    expect(page.problems.map(({ kind }) => kind)).to.deep.equal(['warning', 'warning']);
  });

  it('reads the config.toml beside the page, and ignores a missing one', async () => {
    const { page: none } = open();
    await none.ready;
    expect([none.configFile, none.problems]).to.deep.equal([undefined, []]);
    const { page } = open({ configUrl: fileUrl('[agent]\nmodel = "distilgpt2"\nfnord = 1\n') });
    const changed = new Promise((resolve) =>
      page.addEventListener('change', resolve, { once: true }),
    );
    await page.ready;
    await changed;
    expect(row(page, 'model')).to.deep.include({
      value: 'distilgpt2',
      origin: 'config.toml [agent]',
    });
    expect(page.problems).to.have.length(1);
    expect(page.problems[0]!.text).to.contain('agent.fnord');
  });

  it('uses a given config.toml for the session, refuses a broken one, and removes it', async () => {
    const configUrl = fileUrl('[agent]\nseed = 1');
    const { page, local, session } = open({ configUrl });
    await page.ready;
    await page.useConfig(`[agent]\nseed = 2\napi_key = "${KEY}"\n`, 'mine.toml');
    expect([
      page.resolved.local.settings.seed,
      page.configFile?.name,
      page.configFile?.origin,
    ]).to.deep.equal([2, 'mine.toml', 'hand']);
    expect(local.text, 'it may hold a key').not.to.contain(KEY);
    const error = await rejection(page.useConfig('[agent]\nseed = = 3'));
    expect(error.message).to.contain('line 2, column 8');
    expect(page.resolved.local.settings.seed).to.equal(2);

    const reloaded = open({ configUrl }, { local, session }).page;
    await reloaded.ready;
    expect([
      reloaded.resolved.local.settings.seed,
      reloaded.resolved.remote.settings.apiKey,
    ]).to.deep.equal([2, KEY]);
    await reloaded.removeConfig();
    expect(reloaded.resolved.local.settings.seed).to.equal(1);
    expect(session.text).not.to.contain(KEY);
  });

  it('shows what this page would use if the server fails', async () => {
    const { page } = open();
    await page.useConfig(
      '[agent]\napi_url = "http://127.0.0.1:1/v1"\n' +
        '[agent.langchain]\nmodel = "llama3.2"\n[agent.local]\nmodel = "distilgpt2"',
    );
    expect(row(page, 'model')).to.deep.include({
      value: 'llama3.2',
      origin: 'config.toml [agent.langchain]',
    });
    expect(row(page, 'model, in this page')).to.deep.include({
      value: 'distilgpt2',
      origin: 'config.toml [agent.local]',
    });
    page.change({ backend: 'local' });
    expect(row(page, 'model')).to.deep.include({ value: 'distilgpt2' });
    expect(row(page, 'model, in this page')).to.equal(undefined);
  });
});

describe('SettingsStore of an embedded element', () => {
  it('has only arguments, and what its user enters', async () => {
    const before = [localStorage.length, sessionStorage.length];
    const store = new SettingsStore();
    await store.ready;
    expect([store.keeps, store.resolved.configured, store.problems]).to.deep.equal([
      false,
      false,
      [],
    ]);
    let changes = 0;
    store.addEventListener('change', () => changes++);
    store.setArgument('seed', 7);
    store.change({ device: 'wasm', apiKey: KEY });
    expect(store.resolved.local.settings).to.deep.include({ seed: 7, device: 'wasm', apiKey: KEY });
    store.change({ seed: 8 });
    expect(store.resolved.local.settings.seed, 'the user overrides an argument').to.equal(8);
    store.setArgument('seed', 9);
    expect(store.resolved.local.settings.seed, 'a newer argument wins').to.equal(9);
    store.setArgument('seed', undefined);
    expect(store.resolved.local.settings.seed).to.equal(8);
    expect(changes).to.equal(5);
    expect([store.problems, localStorage.length, sessionStorage.length]).to.deep.equal([
      [],
      ...before,
    ]);
  });

  it('reports an argument that is not allowed until it is replaced, and does not use it', () => {
    const store = new SettingsStore();
    store.setArgument('apiUrl', 'nonsense');
    expect(store.argumentError?.message).to.match(/^api-url is "nonsense"\. Allowed: .*11434/);
    expect(store.problems).to.deep.equal([{ kind: 'error', text: store.argumentError!.message }]);
    expect(store.resolved.remote.origins.apiUrl).to.equal('default');
    store.setArgument('apiUrl', 'http://127.0.0.1:1/v1');
    expect([store.argumentError, store.problems]).to.deep.equal([undefined, []]);
    store.setArgument('seed', 'x');
    store.change({ seed: 1 });
    expect(store.argumentError, 'what the user enters replaces it').to.equal(undefined);
  });
});
