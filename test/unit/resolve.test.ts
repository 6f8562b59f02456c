import { expect } from '@esm-bundle/chai';
import { parseConfig } from '../../src/settings/config.js';
import { ambientEnvironment, readEnvironment } from '../../src/settings/environment.js';
import {
  resolveSettings,
  settingOrigins,
  type SettingsSources,
} from '../../src/settings/resolve.js';
import type { UnmockedError } from '../../src/errors.js';

const all: SettingsSources = {
  argument: { model: 'argument' },
  url: { model: 'url' },
  stored: { model: 'stored' },
  config: parseConfig(
    '[agent]\nmodel = "base section"\n[agent.remote]\nmodel = "backend section"',
    {},
  ),
  environment: { model: 'environment' },
};

describe('resolveSettings', () => {
  it('takes the strongest source: each one wins when the stronger ones are gone', () => {
    const without: (keyof SettingsSources)[] = [];
    const expected = ['argument', 'url', 'stored', 'backend section', 'environment', 'default'];
    const seen = [resolveSettings(all).remote.origins.model];
    for (const layer of ['argument', 'url', 'stored', 'config', 'environment'] as const) {
      without.push(layer);
      const left = Object.fromEntries(
        Object.entries(all).filter(([name]) => !without.includes(name as keyof SettingsSources)),
      );
      const { settings, origins } = resolveSettings(left).remote;
      seen.push(origins.model);
      if (origins.model !== 'default') expect(settings.model).to.equal(origins.model);
    }
    expect(seen).to.deep.equal(expected);
    expect(resolveSettings({ config: all.config }).local.origins.model).to.equal('base section');
    expect(settingOrigins).to.include.members(expected);
  });

  it('an unset value of a strong source does not hide a weaker one', () => {
    expect(
      resolveSettings({ argument: { model: undefined }, environment: { model: 'm' } }).local
        .settings.model,
    ).to.equal('m');
  });

  describe('the backend', () => {
    const apiUrl = 'http://127.0.0.1/v1';
    const cases: [string, SettingsSources, string, string[]][] = [
      ['nothing is set', {}, 'auto', ['local']],
      ['a URL is set', { stored: { apiUrl } }, 'auto', ['remote', 'local']],
      ['it is named', { stored: { backend: 'remote' } }, 'remote', ['remote']],
      [
        'it is named, with a URL',
        { url: { backend: 'local' }, stored: { apiUrl } },
        'local',
        ['local'],
      ],
      ['a device is named', { url: { device: 'wasm' }, stored: { apiUrl } }, 'local', ['local']],
      [
        'a device is named for another backend',
        { url: { backend: 'remote', device: 'wasm' }, stored: { apiUrl } },
        'remote',
        ['remote'],
      ],
      [
        'two sources differ',
        { argument: { backend: 'local' }, stored: { backend: 'remote' } },
        'local',
        ['local'],
      ],
      [
        'only its own section names it',
        {
          config: parseConfig(
            '[agent.remote]\nbackend = "remote"\n[agent.local]\ndevice = "wasm"',
            {},
          ),
        },
        'auto',
        ['local'],
      ],
    ];
    for (const [title, sources, requested, backends] of cases) {
      it(`is ${requested}, tried as ${backends.join(', ')}: ${title}`, () => {
        const resolved = resolveSettings(sources);
        expect([resolved.requested, resolved.backends]).to.deep.equal([requested, backends]);
        expect(resolved.remote.settings.backend, 'a section does not change it').to.equal(
          resolved.local.settings.backend,
        );
      });
    }
  });

  it('tells whether a backend is configured', () => {
    expect(resolveSettings({ stored: { seed: 7 }, environment: {} }).configured).to.equal(false);
    for (const stored of [{ device: 'wasm' }, { model: 'm' }, { backend: 'auto' }] as const)
      expect(resolveSettings({ stored }).configured, JSON.stringify(stored)).to.equal(true);
    const config = parseConfig('[agent.remote]\nmodel = "m"', {});
    expect(resolveSettings({ config }).configured).to.equal(true);
  });

  describe('a key', () => {
    const mine = { apiUrl: 'https://mine.example/v1', apiKey: 'sk-mine' };
    it('is not sent to a URL that only the address names', () => {
      for (const given of [
        { stored: mine },
        { environment: mine },
        { config: parseConfig('[agent]\napi_key = "sk-mine"', {}) },
      ] as SettingsSources[]) {
        const { remote, keyWithheld } = resolveSettings({
          ...given,
          url: { apiUrl: 'https://elsewhere.example/v1' },
        });
        const { settings, origins } = remote;
        expect([settings.apiUrl, settings.apiKey, origins.apiKey, keyWithheld]).to.deep.equal([
          'https://elsewhere.example/v1',
          undefined,
          'default',
          true,
        ]);
      }
    });
    it("is not sent there even as an argument, but it is sent to an argument's URL", () => {
      const url = { apiUrl: 'https://elsewhere.example/v1' };
      const remote = (sources: SettingsSources) => resolveSettings(sources).remote.settings;
      expect(remote({ url, argument: { apiKey: 'sk-arg' } }).apiKey).to.equal(undefined);
      expect(remote({ url, argument: mine })).to.include(mine);
    });
    it('is sent to a URL that another source names too', () => {
      const { remote, keyWithheld } = resolveSettings({
        url: { apiUrl: mine.apiUrl },
        stored: mine,
      });
      expect([remote.settings.apiKey, keyWithheld]).to.deep.equal(['sk-mine', false]);
    });
    it('is not withheld if there is none', () => {
      const url = { apiUrl: 'https://elsewhere.example/v1' };
      expect(resolveSettings({ url }).keyWithheld).to.equal(false);
    });
  });
});

describe('the environment', () => {
  it('sets URL, key and model; empty variables do not count', () => {
    expect(
      readEnvironment({
        OPENAI_API_URL: ' http://127.0.0.1:8080/v1 ',
        OPENAI_API_KEY: 'sk-1',
        AF_LLM_MODEL: 'm',
      }),
    ).to.deep.equal({ apiUrl: 'http://127.0.0.1:8080/v1', apiKey: 'sk-1', model: 'm' });
    expect(readEnvironment({ OPENAI_API_URL: '', OPENAI_API_KEY: ' ' })).to.deep.equal({});
  });

  it('names a variable that is not allowed, but never a key', () => {
    const failing = (environment: Parameters<typeof readEnvironment>[0]): UnmockedError => {
      try {
        readEnvironment(environment);
      } catch (error) {
        return error as UnmockedError;
      }
      throw new Error('no error');
    };
    expect(failing({ OPENAI_API_URL: 'localhost:8080' }).message).to.match(
      /OPENAI_API_URL is "localhost:8080"\. Allowed: .*http/,
    );
    expect(failing({ OPENAI_API_KEY: 'sk-1\nsk-2' }).message)
      .to.include('OPENAI_API_KEY')
      .and.not.include('sk-');
  });

  it('is empty in a page without one', () => {
    expect(ambientEnvironment()).to.deep.equal({});
  });
});
