import { expect } from '@open-wc/testing';
import {
  PageSettings,
  type PageSettingsOptions,
  type SourceRow,
} from '../../src/components/page-settings.js';
import { SettingsStore } from '../../src/settings/settings-store.js';
import { rejection } from '../helpers.js';
import { FakeStorage, FullStorage } from './fake-storage.js';

const KEY = 'sk-spec-0123456789';
const NO_CONFIG = '/no-such-folder/config.toml';

function open(
  options: PageSettingsOptions = {},
  { local = new FakeStorage(), session = new FakeStorage() } = {},
) {
  const page = new PageSettings({
    store: new SettingsStore({ local, session }),
    session,
    environment: {},
    configUrl: NO_CONFIG,
    ...options,
  });
  return { page, local, session };
}
const row = (page: PageSettings, key: string): SourceRow =>
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

describe('PageSettings', () => {
  it('says of each level that it is where the value comes from, the strongest one', async () => {
    const levels: [string, string, (given: PageSettingsOptions, page: PageSettings) => unknown][] =
      [
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
              '[midori_ai_agent_base]\nmodel = "of-base"\n[midori_ai_agent_base.huggingface]\nmodel = "of-section"',
            ),
        ],
        ['this browser', 'of-browser', (_, page) => page.change({ model: 'of-browser' })],
        ['address', 'of-address', (given) => (given.url = { model: 'of-address' })],
        ['attribute', 'of-attribute', (given) => (given.argument = { model: 'of-attribute' })],
      ];
    const { page: bare } = open();
    await bare.ready;
    expect(row(bare, 'model')).to.deep.equal({
      key: 'model',
      value: 'unmocked-tiny',
      source: 'default',
      isDefault: true,
    });
    const local = new FakeStorage();
    const session = new FakeStorage();
    const given: PageSettingsOptions = {};
    for (const [source, value, set] of levels) {
      await set(given, open(given, { local, session }).page); // what is given by hand is stored, and what opens the page is given
      const { page } = open(given, { local, session });
      await page.ready;
      const { value: shown, source: from } = row(page, 'model');
      expect([from, shown]).to.deep.equal([source, value]);
    }
  });

  it('says that a key is there, and nothing else of it', async () => {
    const { page } = open({
      environment: { OPENAI_API_KEY: KEY, OPENAI_API_URL: 'http://127.0.0.1:1234/v1' },
    });
    expect(row(page, 'api_key')).to.deep.include({
      value: 'set',
      source: 'environment (OPENAI_API_KEY)',
    });
    expect(row(page, 'api_url')).to.deep.include({
      value: 'http://127.0.0.1:1234/v1',
      source: 'environment (OPENAI_API_URL)',
    });
    expect(JSON.stringify(page.rows)).not.to.contain(KEY);
    expect(row(open().page, 'api_key').value).to.equal('not set');
  });

  it('lets a change by hand win over the address and an attribute, at once and only for that setting', () => {
    const left: string[] = [];
    const { page } = open({
      url: { device: 'webgpu', seed: 3 },
      argument: { model: 'distilgpt2' },
      onLeaveAddress: (names) => left.push(...names),
    });
    let changes = 0;
    page.addEventListener('change', () => changes++);
    page.change({ device: 'wasm' });
    page.change({ model: 'unmocked-tiny' });
    expect(page.resolve('local').settings).to.deep.include({
      device: 'wasm',
      seed: 3,
      model: 'unmocked-tiny',
    });
    expect(left).to.deep.equal(['device', 'model']);
    expect(row(page, 'seed').source).to.equal('address');
    expect(changes).to.equal(2);
  });

  it('refuses a value that is not allowed, and changes nothing', () => {
    const { page, local } = open({ url: { seed: 3 } });
    const error = thrown(() => page.change({ seed: -1 }));
    expect(error.message).to.contain('-1').and.to.contain('4294967295');
    expect(page.resolve().settings.seed).to.equal(3);
    expect(local.length).to.equal(0);
    expect(thrown(() => page.change({ apiKey: `${KEY} ${KEY}` })).message).not.to.contain(KEY);
  });

  it('keeps what was entered for the next time, the key for the session only unless it is to be kept', () => {
    const { page, local, session } = open();
    page.change({ backend: 'remote', apiUrl: 'http://127.0.0.1:1234/v1', apiKey: KEY });
    expect(local.text).not.to.contain(KEY);
    const reloaded = open({}, { local, session }).page;
    expect(reloaded.resolve('remote').settings).to.deep.include({
      backend: 'remote',
      apiUrl: 'http://127.0.0.1:1234/v1',
      apiKey: KEY,
    });
    const tomorrow = open({}, { local, session: new FakeStorage() }).page;
    expect(tomorrow.resolve('remote').settings).to.deep.include({
      backend: 'remote',
      apiKey: undefined,
    });

    reloaded.keepKey(true);
    expect(session.text).not.to.contain(KEY);
    expect(
      open({}, { local, session: new FakeStorage() }).page.resolve('remote').settings.apiKey,
    ).to.equal(KEY);
    reloaded.keepKey(false);
    expect(local.text).not.to.contain(KEY);
    expect(reloaded.enteredKey).to.equal(KEY);

    reloaded.keepKey(true);
    reloaded.forget();
    expect(local.text + session.text)
      .not.to.contain(KEY)
      .and.not.to.contain('1234');
    expect(reloaded.resolve('remote').settings).to.deep.include({
      backend: 'auto',
      apiUrl: undefined,
      apiKey: undefined,
    });
  });

  it('keeps a key that was to be kept before it was entered', () => {
    const { page, local } = open();
    page.keepKey(true);
    page.change({ apiKey: KEY });
    expect(local.text).to.contain(KEY);
  });

  it('leaves alone what another tab saved in the meantime', () => {
    const { page, local } = open();
    const other = open({}, { local, session: new FakeStorage() }).page;
    other.keepKey(true);
    other.change({ seed: 7, apiKey: KEY });
    page.change({ device: 'wasm' });
    const later = open({}, { local, session: new FakeStorage() }).page;
    expect(later.resolve('local').settings).to.deep.include({
      seed: 7,
      device: 'wasm',
      apiKey: KEY,
    });
  });

  it('takes a value away that is emptied, and what is below it counts again', () => {
    const { page } = open({ environment: { OPENAI_API_URL: 'http://127.0.0.1:1/v1' } });
    page.change({ apiUrl: 'http://127.0.0.1:2/v1' });
    page.change({ apiUrl: undefined });
    expect(row(page, 'api_url')).to.deep.include({
      value: 'http://127.0.0.1:1/v1',
      source: 'environment (OPENAI_API_URL)',
    });
  });

  it('sends no key to a URL that only the address names, until somebody trusts it by hand', () => {
    const { page } = open({
      url: { apiUrl: 'https://elsewhere.example/v1' },
      environment: { OPENAI_API_KEY: KEY },
    });
    expect(page.keyWithheld).to.equal(true);
    expect(row(page, 'api_key')).to.deep.include({
      value: 'not set',
      source: 'not used: the API URL is only in the address',
    });
    page.change({ apiUrl: 'https://elsewhere.example/v1' });
    expect(page.keyWithheld).to.equal(false);
    expect(page.resolve('remote').settings.apiKey).to.equal(KEY);
    expect(
      open({ url: { apiUrl: 'https://elsewhere.example/v1' } }).page.keyWithheld,
      'there is none to withhold',
    ).to.equal(false);
  });

  it('goes on without a source that is broken, and names what is wrong with it', async () => {
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
    expect(page.resolve('local').settings).to.deep.include({ device: 'wasm', seed: 0 });
  });

  it('says so where a browser keeps nothing, and works all the same', async () => {
    const { page } = open({}, { local: new FullStorage(), session: new FullStorage() });
    page.change({ seed: 7 });
    await page.useConfig('[agent]\ntemperature = 1');
    expect(page.resolve('local').settings).to.deep.include({ seed: 7, temperature: 1 });
    expect(page.problems.map(({ kind }) => kind)).to.deep.equal(['warning', 'warning']);
  });

  it('reads the config.toml beside the page, and is quiet where there is none', async () => {
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
      source: 'config.toml [agent]',
    });
    expect(page.problems).to.have.length(1);
    expect(page.problems[0]!.text).to.contain('agent.fnord');
  });

  it('takes one by hand for the session, refuses a broken one and keeps the one before, and goes back when it is removed', async () => {
    const configUrl = fileUrl('[agent]\nseed = 1');
    const { page, local, session } = open({ configUrl });
    await page.ready;
    await page.useConfig(`[agent]\nseed = 2\napi_key = "${KEY}"\n`, 'mine.toml');
    expect([
      page.resolve().settings.seed,
      page.configFile?.name,
      page.configFile?.origin,
    ]).to.deep.equal([2, 'mine.toml', 'hand']);
    expect(local.text, 'it may hold a key').not.to.contain(KEY);
    const error = await rejection(page.useConfig('[agent]\nseed = = 3'));
    expect(error.message).to.contain('line 2, column 8');
    expect(page.resolve().settings.seed).to.equal(2);

    const reloaded = open({ configUrl }, { local, session }).page;
    await reloaded.ready;
    expect([
      reloaded.resolve().settings.seed,
      reloaded.resolve('remote').settings.apiKey,
    ]).to.deep.equal([2, KEY]);
    await reloaded.removeConfig();
    expect(reloaded.resolve().settings.seed).to.equal(1);
    expect(session.text).not.to.contain(KEY);
  });

  it('shows, of the backend auto with a server, what this page would use in its place', async () => {
    const { page } = open();
    await page.useConfig(
      '[agent]\napi_url = "http://127.0.0.1:1/v1"\n[agent.langchain]\nmodel = "llama3.2"\n[agent.local]\nmodel = "distilgpt2"',
    );
    expect(row(page, 'model')).to.deep.include({
      value: 'llama3.2',
      source: 'config.toml [agent.langchain]',
    });
    expect(row(page, 'model, in this page')).to.deep.include({
      value: 'distilgpt2',
      source: 'config.toml [agent.local]',
    });
    page.change({ backend: 'local' });
    expect(row(page, 'model')).to.deep.include({ value: 'distilgpt2' });
    expect(row(page, 'model, in this page')).to.equal(undefined);
  });
});
