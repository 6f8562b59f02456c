import { expect } from '@open-wc/testing';
import { loadConfig, parseConfig } from '../../src/config/config.js';
import { type AgentSettings, checkSettings, defaultSettings, optionNames, options } from '../../src/config/options.js';
import { isAbortError, type UnmockedError } from '../../src/errors.js';

/** Good and bad values of every option; the compiler refuses one that is forgotten. */
const values: Record<keyof AgentSettings, { good: unknown[]; bad: unknown[] }> = {
  backend: { good: ['auto', 'local', 'remote'], bad: ['Local', '', 'cloud', 1, true] },
  model: { good: ['unmocked-tiny', 'owner/name'], bad: ['', ' ', 5, true] },
  device: { good: ['auto', 'webgpu', 'wasm', 'remote'], bad: ['gpu', 'cpu', '', 0] },
  hubUrl: { good: ['https://hub.example/', 'http://127.0.0.1:9000'], bad: ['', 'hub.example', 'ftp://hub.example/', 'javascript:alert(1)', 'https://user:secret@hub.example/', 5] },
  maxNewTokens: { good: [1, 64, 100_000], bad: [0, -1, 1.5, 100_001, '5', true] },
  temperature: { good: [0, 0.7, 2], bad: [-0.1, 2.1, '0', false] },
  topP: { good: [0.01, 0.9, 1], bad: [0, -0.1, 1.1, '1'] },
  topK: { good: [0, 50, 1000], bad: [-1, 0.5, 1001, '1'] },
  repetitionPenalty: { good: [0.5, 1, 2], bad: [0, 2.5, '1'] },
  seed: { good: [0, 42, 4_294_967_295], bad: [-1, 0.5, 4_294_967_296, '1'] },
  stop: { good: [[], ['a'], ['a', '\n']], bad: ['a', [''], [1], [['a']]] },
  systemContext: { good: ['', 'You are Milo.'], bad: [5, ['a'], true] },
};

function errorOf(work: () => unknown): UnmockedError {
  try {
    work();
  } catch (error) {
    return error as UnmockedError;
  }
  throw new Error('no error');
}

const rejection = (work: Promise<unknown>): Promise<UnmockedError> => work.then(() => Promise.reject(new Error('no error')), (error: UnmockedError) => error);

describe('settings', () => {
  for (const name of optionNames) {
    const { key, allowed } = options[name];
    it(`${name}: takes what is allowed, refuses the rest and names it`, () => {
      for (const value of values[name].good) expect(checkSettings({ [name]: value })).to.deep.equal({ [name]: value });
      for (const value of [...values[name].bad, null, {}, ...(typeof options[name].default === 'number' ? [Number.NaN, Infinity] : [])]) {
        const error = errorOf(() => checkSettings({ [name]: value }));
        expect(error.code, String(value)).to.equal('invalid-argument');
        expect(error.message).to.include(name).and.include(allowed);
        expect(error.message).to.include(typeof value === 'number' ? String(value) : JSON.stringify(value));
      }
    });

    it(`${name}: is read from config.toml as ${key}`, () => {
      for (const value of values[name].good) expect(parseConfig(`[agent]\n${key} = ${JSON.stringify(value)}`)).to.deep.equal({ settings: { [name]: value }, unknownKeys: [] });
      for (const value of values[name].bad) {
        const error = errorOf(() => parseConfig(`[agent]\n${key} = ${JSON.stringify(value)}`));
        expect(error.code, String(value)).to.equal('invalid-config');
        expect(error.message).to.include(`agent.${key}`).and.include(allowed);
      }
    });
  }

  it('the defaults are allowed', () => {
    const { hubUrl, ...rest } = defaultSettings();
    expect(hubUrl).to.equal(undefined);
    expect(checkSettings(rest)).to.deep.equal(rest);
  });

  it('clips a long value in its message', () => {
    expect(errorOf(() => checkSettings({ device: 'x'.repeat(10_000) })).message.length).to.be.below(300);
  });
});

describe('parseConfig', () => {
  it('reads an empty file as nothing', () => {
    for (const toml of ['', '# nothing\n', '[agent]\n', '\uFEFF[agent]\n', '\r\n[agent]\r\nseed = 1\r\n'.replace('seed = 1\r\n', '')]) {
      expect(parseConfig(toml)).to.deep.equal({ settings: {}, unknownKeys: [] });
    }
  });

  it('names every key that it does not know', () => {
    const { settings, unknownKeys } = parseConfig('title = "x"\n[agent]\ntemprature = 1\nmaxNewTokens = 5\nseed = 7\n[agent.deep]\na = 1\n[other]\nb = 2');
    expect(settings).to.deep.equal({ seed: 7 });
    expect(unknownKeys).to.have.members(['title', 'other', 'agent.temprature', 'agent.maxNewTokens', 'agent.deep']);
  });

  const broken: [string, string, number, number][] = [
    ['a value that is missing', '[agent]\nseed = 1\ntop_k =\n', 3, 8],
    ['a text that never ends', '[agent]\nmodel = "abc\n', 2, 13],
    ['a key twice', '[agent]\nseed = 1\nseed = 2\n', 3, 1],
    ['a section that never ends', '\n\n[agent\n', 3, 7],
  ];
  for (const [name, toml, line, column] of broken) {
    it(`says where it is broken: ${name}`, () => {
      const error = errorOf(() => parseConfig(toml));
      expect(error.code).to.equal('invalid-config');
      expect(error.details['line'], 'line').to.equal(line);
      expect(error.details['column'], 'column').to.be.a('number').and.be.within(1, column);
      expect(error.message).to.include(`line ${line}, column ${String(error.details['column'])}`);
    });
  }

  it('says so when [agent] is not a section', () => {
    for (const toml of ['agent = 5', 'agent = "x"', 'agent = [1]', '[[agent]]\nseed = 1', 'agent = 2026-01-01']) {
      expect(errorOf(() => parseConfig(toml)).message, toml).to.match(/"agent" is not a section.*\[agent\]/);
    }
  });
});

describe('loadConfig', () => {
  const file = (text: string, type = 'text/plain') => URL.createObjectURL(new Blob([text], { type }));

  it('fetches and reads one', async () => {
    expect(await loadConfig(file('[agent]\nseed = 3'))).to.deep.equal({ settings: { seed: 3 }, unknownKeys: [] });
  });

  it('is undefined where there is none, and where a web page is in its place', async () => {
    expect(await loadConfig('/models/no-such/config.toml')).to.equal(undefined);
    expect(await loadConfig(file('<!doctype html><title>App</title>', 'text/html'))).to.equal(undefined);
  });

  it('rejects a broken one', async () => {
    expect((await rejection(loadConfig(file('[agent]\nseed = -1')))).code).to.equal('invalid-config');
  });

  it('rejects when the server is not there or fails', async () => {
    const gone = file('x');
    URL.revokeObjectURL(gone);
    expect((await rejection(loadConfig(gone))).code).to.equal('network');
    const failed = await rejection(loadConfig('/__hub/fault:status=503/unmocked/tiny/resolve/main/config.json'));
    expect(failed.code).to.equal('network');
    expect(failed.message).to.include('503');
  });

  it('can be aborted', async () => {
    expect(isAbortError(await rejection(loadConfig('config.toml', AbortSignal.abort())))).to.equal(true);
  });
});
