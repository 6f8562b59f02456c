import { expect } from '@esm-bundle/chai';
import { loadConfig, parseConfig } from '../../src/settings/config.js';
import { checkSettings } from '../../src/settings/check-settings.js';
import { defaultSettings, definitions, settingNames } from '../../src/settings/definitions.js';
import type { AgentSettings } from '../../src/settings/settings.js';
import { isAbortError, type UnmockedError } from '../../src/errors.js';

/** Good and bad values of every setting. A missing setting does not compile. */
const values: Record<keyof AgentSettings, { good: unknown[]; bad: unknown[] }> = {
  backend: { good: ['auto', 'local', 'remote'], bad: ['Local', '', 'cloud', 1, true] },
  model: { good: ['unmocked-tiny', 'owner/name'], bad: ['', ' ', 5, true] },
  device: { good: ['auto', 'webgpu', 'wasm'], bad: ['remote', 'gpu', 'tpu', '', 0] },
  hubUrl: {
    good: ['https://hub.example/', 'http://127.0.0.1:9000'],
    bad: [
      '',
      'hub.example',
      'ftp://hub.example/',
      'javascript:alert(1)',
      'https://user:secret@hub.example/',
      5,
    ],
  },
  apiUrl: {
    good: [
      'https://api.openai.com/v1',
      'http://127.0.0.1:11434/v1',
      'http://[::1]:8080/v1/',
      'https://host.example/some/path/v1',
    ],
    bad: [
      ' ',
      'host.example/v1',
      'ftp://host.example/v1',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'http://',
      'http:///v1',
      'http:host/v1',
      'https://user:secret@host.example/v1',
      'https://token@host.example/v1',
      'https://host.example/v1?key=1',
      'https://host.example/v1#a',
      5,
    ],
  },
  apiKey: {
    good: ['sk-abc', 'not-needed', 'x'.repeat(4096)],
    bad: [
      ' ',
      'two words',
      'line\nbreak',
      'line\r\nX-Header: 1',
      'tab\t',
      'ключ',
      'x'.repeat(4097),
      5,
    ],
  },
  timeoutSeconds: { good: [0.5, 60, 3600], bad: [0, -1, 3601, '60'] },
  maxRetries: { good: [0, 2, 10], bad: [-1, 0.5, 11, '2'] },
  reasoningEffort: { good: ['none', 'minimal', 'low', 'medium', 'high'], bad: ['most', '', 1] },
  maxTokens: { good: [1, 64, 100_000], bad: [0, -1, 1.5, 100_001, '5', true] },
  temperature: { good: [0, 0.7, 2], bad: [-0.1, 2.1, '0', false] },
  topP: { good: [0.01, 0.9, 1], bad: [0, -0.1, 1.1, '1'] },
  topK: { good: [0, 50, 1000], bad: [-1, 0.5, 1001, '1'] },
  repetitionPenalty: { good: [0.5, 1, 2], bad: [0, 2.5, '1'] },
  seed: { good: [0, 42, 4_294_967_295], bad: [-1, 0.5, 4_294_967_296, '1'] },
  stop: { good: [[], ['a'], ['a', '\n']], bad: ['a', [''], [1], [['a']]] },
  system: { good: ['', 'You are Milo.'], bad: [5, ['a'], true] },
};

function errorOf(work: () => unknown): UnmockedError {
  try {
    work();
  } catch (error) {
    return error as UnmockedError;
  }
  throw new Error('no error');
}

const rejection = (work: Promise<unknown>): Promise<UnmockedError> =>
  work.then(
    () => Promise.reject(new Error('no error')),
    (error: UnmockedError) => error,
  );

describe('settings', () => {
  for (const name of settingNames) {
    const {
      toml: { key, aliases = [] },
      allowed,
    } = definitions[name];
    it(`${name}: accepts what is allowed, and names what it refuses`, () => {
      for (const value of values[name].good)
        expect(checkSettings({ [name]: value })).to.deep.equal({ [name]: value });
      for (const value of [
        ...values[name].bad,
        null,
        {},
        ...(typeof definitions[name].default === 'number' ? [Number.NaN, Infinity] : []),
      ]) {
        const error = errorOf(() => checkSettings({ [name]: value }));
        expect(error.code, String(value)).to.equal('invalid-argument');
        expect(error.message).to.include(name).and.include(allowed);
        if (definitions[name].secret)
          expect(
            error.message.includes('not shown') &&
              !(typeof value === 'string' && value.trim() && error.message.includes(value)),
          ).to.equal(true);
        else if (!JSON.stringify(value)?.includes('@'))
          expect(error.message).to.include(
            typeof value === 'number' ? String(value) : JSON.stringify(value),
          );
      }
    });

    it(`${name}: is read from config.toml as ${[key, ...aliases].join(', ')}`, () => {
      const [good] = values[name].good.slice(-1);
      for (const alias of aliases) {
        const toml = `[agent]\n${alias} = ${JSON.stringify(good)}`;
        expect(parseConfig(toml).settings).to.deep.equal({ [name]: good });
        const both = parseConfig(`${toml}\n${key} = ${JSON.stringify(values[name].good[0])}`);
        expect([both.settings, both.unknownKeys]).to.deep.equal([
          { [name]: values[name].good[0] },
          [`agent.${alias}`],
        ]);
      }
      for (const value of values[name].good)
        expect(parseConfig(`[agent]\n${key} = ${JSON.stringify(value)}`)).to.deep.equal({
          settings: { [name]: value },
          backends: {},
          sections: { base: 'agent' },
          unknownKeys: [],
        });
      for (const value of values[name].bad) {
        const error = errorOf(() => parseConfig(`[agent]\n${key} = ${JSON.stringify(value)}`));
        expect(error.code, String(value)).to.equal('invalid-config');
        expect(error.message).to.include(`agent.${key}`).and.include(allowed);
      }
    });
  }

  it('the defaults are allowed', () => {
    const { hubUrl, apiUrl, apiKey, reasoningEffort, ...rest } = defaultSettings();
    expect([hubUrl, apiUrl, apiKey, reasoningEffort]).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(checkSettings(rest)).to.deep.equal(rest);
  });

  it('never shows the password in a URL', () => {
    for (const option of ['apiUrl', 'hubUrl'] as const) {
      const { message } = errorOf(() =>
        checkSettings({ [option]: 'https://ada:hunter2@host.example/v1' }),
      );
      expect(message).to.include('host.example').and.not.include('hunter2').and.not.include('ada');
    }
  });

  it('clips a long value in its message', () => {
    expect(errorOf(() => checkSettings({ device: 'x'.repeat(10_000) })).message.length).to.be.below(
      300,
    );
  });
});

describe('parseConfig', () => {
  it('reads nothing from an empty file', () => {
    for (const toml of [
      '',
      '# nothing\n',
      '[agent]\n',
      '\uFEFF[agent]\n',
      '\r\n[agent]\r\nseed = 1\r\n'.replace('seed = 1\r\n', ''),
    ]) {
      expect(parseConfig(toml)).to.deep.equal({
        settings: {},
        backends: {},
        sections: { base: 'agent' },
        unknownKeys: [],
      });
    }
  });

  it('names every unknown key', () => {
    const { settings, unknownKeys } = parseConfig(
      'title = "x"\n[agent]\ntemprature = 1\nmaxNewTokens = 5\nseed = 7\n' +
        '[agent.deep]\na = 1\n[other]\nb = 2',
    );
    expect(settings).to.deep.equal({ seed: 7 });
    expect(unknownKeys).to.have.members([
      'title',
      'other',
      'agent.temprature',
      'agent.maxNewTokens',
      'agent.deep',
    ]);
  });

  it("reads the backends' sections under each of their names", () => {
    const ours = parseConfig(
      '[agent]\nseed = 1\n[agent.local]\nmodel = "here"\n' +
        '[agent.remote]\nmodel = "there"\nmax_retries = 5',
    );
    expect(ours).to.deep.equal({
      settings: { seed: 1 },
      backends: { local: { model: 'here' }, remote: { model: 'there', maxRetries: 5 } },
      sections: { base: 'agent', local: 'agent.local', remote: 'agent.remote' },
      unknownKeys: [],
    });
    const theirs = parseConfig(
      '[midori_ai_agent_base]\nbackend = "huggingface"\n' +
        '[midori_ai_agent_base.huggingface]\n' +
        'model = "here"\ndevice = "cuda"\ntorch_dtype = "auto"\n' +
        '[midori_ai_agent_base.openai]\nmax_tokens = 9',
    );
    expect(theirs.settings).to.deep.equal({ backend: 'local' });
    expect(theirs.backends).to.deep.equal({
      local: { model: 'here', device: 'webgpu' },
      remote: { maxTokens: 9 },
    });
    expect(theirs.unknownKeys).to.deep.equal(['midori_ai_agent_base.huggingface.torch_dtype']);
  });

  it('refuses the device "remote", and says what to write instead', () => {
    expect(errorOf(() => parseConfig('[agent]\ndevice = "remote"')).message).to.match(
      /agent\.device is "remote".*set the backend to "remote"/,
    );
  });

  it('lets `backend` pick if a backend has two sections', () => {
    const { backends, unknownKeys } = parseConfig(
      '[agent]\nbackend = "langchain"\n[agent.openai]\nmodel = "a"\n[agent.langchain]\nmodel = "b"',
    );
    expect(backends.remote).to.deep.equal({ model: 'b' });
    expect(unknownKeys).to.deep.equal(['agent.openai']);
  });

  it('reports a second base section as unknown', () => {
    const { settings, unknownKeys } = parseConfig(
      '[agent]\nseed = 1\n[midori_ai_agent_base]\nseed = 2',
    );
    expect([settings, unknownKeys]).to.deep.equal([{ seed: 1 }, ['midori_ai_agent_base']]);
  });

  it('reads the reasoning effort from its section or its key', () => {
    const section = parseConfig('[agent.reasoning_effort]\neffort = "high"\nsummary = "auto"');
    expect([section.settings, section.unknownKeys]).to.deep.equal([
      { reasoningEffort: 'high' },
      ['agent.reasoning_effort.summary'],
    ]);
    expect(parseConfig('[agent]\nreasoning_effort = "low"').settings).to.deep.equal({
      reasoningEffort: 'low',
    });
    expect(
      errorOf(() => parseConfig('[agent.reasoning_effort]\neffort = "most"')).message,
    ).to.match(/agent\.reasoning_effort\.effort is "most"/);
  });

  it('reads variables from the environment, and ignores missing ones', () => {
    const toml = '[agent]\napi_key = "${OPENAI_API_KEY}"\nbase_url = "${OPENAI_API_URL}"';
    expect(
      parseConfig(toml, { OPENAI_API_KEY: 'sk-1', OPENAI_API_URL: 'http://127.0.0.1/v1' }).settings,
    ).to.deep.equal({ apiKey: 'sk-1', apiUrl: 'http://127.0.0.1/v1' });
    expect(parseConfig(toml, {}).settings).to.deep.equal({});
    expect(parseConfig('[agent]\napi_key = ""\napi_url = ""', {}).settings).to.deep.equal({});
    expect(errorOf(() => parseConfig('[agent]\nmodel = "${HOME}"', {})).message).to.match(
      /agent\.model is "\$\{HOME\}".*AF_LLM_MODEL/,
    );
  });

  it('lets no variable into another setting', () => {
    const environment = { OPENAI_API_KEY: 'sk-secret' };
    for (const key of ['api_url', 'model', 'system_context', 'seed']) {
      const { message } = errorOf(() =>
        parseConfig(`[agent]\n${key} = "\${OPENAI_API_KEY}"`, environment),
      );
      expect(message).to.include(`agent.${key}`).and.not.include('sk-secret');
    }
    expect(errorOf(() => parseConfig('[agent]\napi_key = "${abcdef0123}"', environment)).message)
      .to.include('OPENAI_API_KEY')
      .and.not.include('abcdef0123');
    expect(
      errorOf(() => parseConfig('[agent]\napi_key = "${MY-KEY}"', environment)).message,
    ).to.include('OPENAI_API_KEY');
  });

  it('never shows a key in an error', () => {
    for (const toml of [
      '[agent]\napi_key = "sk-secret',
      '[agent]\napi_key = "sk-secret two"',
      '[agent]\napi_key = ["sk-secret"]',
      '[agent]\nseed = = 1\napi_key = "sk-secret"',
      '[agent]\napi-key: "sk-secret"',
      '[agent]\nmodel = """\nsk-secret',
      '[agent]\nbase_url = "http://a:sk-secret@b/v1"',
    ]) {
      const error = errorOf(() => parseConfig(toml));
      expect(
        `${error.message} ${error.stack} ${JSON.stringify(error.details)} ` +
          String((error.cause as Error | undefined)?.message),
        toml,
      ).to.not.include('sk-secret');
    }
  });

  const broken: [string, string, number, number][] = [
    ['a value that is missing', '[agent]\nseed = 1\ntop_k =\n', 3, 8],
    ['a text that never ends', '[agent]\nmodel = "abc\n', 2, 13],
    ['a key twice', '[agent]\nseed = 1\nseed = 2\n', 3, 1],
    ['a section that never ends', '\n\n[agent\n', 3, 7],
  ];
  for (const [name, toml, line, column] of broken) {
    it(`names the line and column: ${name}`, () => {
      const error = errorOf(() => parseConfig(toml));
      expect(error.code).to.equal('invalid-config');
      expect(error.details['line'], 'line').to.equal(line);
      expect(error.details['column'], 'column').to.be.a('number').and.be.within(1, column);
      expect(error.message).to.include(`line ${line}, column ${String(error.details['column'])}`);
    });
  }

  it('says that [agent] is not a section', () => {
    for (const toml of [
      'agent = 5',
      'agent = "x"',
      'agent = [1]',
      '[[agent]]\nseed = 1',
      'agent = 2026-01-01',
    ]) {
      expect(errorOf(() => parseConfig(toml)).message, toml).to.match(
        /"agent" is not a section.*\[agent\]/,
      );
    }
  });
});

describe('loadConfig', () => {
  const file = (text: string, type = 'text/plain') =>
    URL.createObjectURL(new Blob([text], { type }));

  it('fetches and reads one', async () => {
    expect(await loadConfig(file('[agent]\nseed = 3'))).to.deep.equal({
      settings: { seed: 3 },
      backends: {},
      sections: { base: 'agent' },
      unknownKeys: [],
    });
  });

  it('is undefined if there is no file, or a web page instead', async () => {
    expect(await loadConfig('/models/no-such/config.toml')).to.equal(undefined);
    expect(await loadConfig(file('<!doctype html><title>App</title>', 'text/html'))).to.equal(
      undefined,
    );
  });

  it('rejects a broken one', async () => {
    expect((await rejection(loadConfig(file('[agent]\nseed = -1')))).code).to.equal(
      'invalid-config',
    );
  });

  it('rejects if the server does not answer or fails', async () => {
    const gone = file('x');
    URL.revokeObjectURL(gone);
    expect((await rejection(loadConfig(gone))).code).to.equal('network');
    const failed = await rejection(
      loadConfig('/__hub/fault:status=503/unmocked/tiny/resolve/main/config.json'),
    );
    expect(failed.code).to.equal('network');
    expect(failed.message).to.include('503');
  });

  it('can be aborted', async () => {
    expect(isAbortError(await rejection(loadConfig('config.toml', AbortSignal.abort())))).to.equal(
      true,
    );
  });
});
