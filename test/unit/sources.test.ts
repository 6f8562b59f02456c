import { expect } from '@open-wc/testing';
import { parseConfig } from '../../src/settings/config.js';
import { ambientEnvironment, readEnvironment } from '../../src/settings/environment.js';
import {
  requestedBackend,
  resolveSettings,
  type SettingsSources,
  sourceNames,
} from '../../src/settings/sources.js';
import type { UnmockedError } from '../../src/errors.js';

const all: SettingsSources = {
  argument: { model: 'argument' },
  url: { model: 'url' },
  settings: { model: 'settings' },
  config: parseConfig(
    '[agent]\nmodel = "base section"\n[agent.remote]\nmodel = "backend section"',
    {},
  ),
  environment: { model: 'environment' },
};

describe('sources of settings', () => {
  it('are taken in their order, each one in turn the strongest', () => {
    const without: (keyof SettingsSources)[] = [];
    const expected = ['argument', 'url', 'settings', 'backend section', 'environment', 'default'];
    const seen = [resolveSettings(all, 'remote').sources.model];
    for (const layer of ['argument', 'url', 'settings', 'config', 'environment'] as const) {
      without.push(layer);
      const left = Object.fromEntries(
        Object.entries(all).filter(([name]) => !without.includes(name as keyof SettingsSources)),
      );
      const { settings, sources } = resolveSettings(left, 'remote');
      seen.push(sources.model);
      if (sources.model !== 'default') expect(settings.model).to.equal(sources.model);
    }
    expect(seen).to.deep.equal(expected);
    expect(resolveSettings({ config: all.config }, 'local').sources.model).to.equal('base section');
    expect(sourceNames).to.include.members(expected);
  });

  it('an unset value of a strong source does not hide a weaker one', () => {
    expect(
      resolveSettings(
        { argument: { model: undefined as never }, environment: { model: 'm' } },
        'local',
      ).settings.model,
    ).to.equal('m');
  });

  it("choose the backend: by name, by device, else auto; never by a backend's section", () => {
    expect(requestedBackend({})).to.equal('auto');
    expect(requestedBackend({ settings: { backend: 'remote' } })).to.equal('remote');
    expect(
      requestedBackend({ url: { device: 'wasm' }, settings: { apiUrl: 'http://127.0.0.1/v1' } }),
    ).to.equal('local');
    expect(requestedBackend({ url: { device: 'remote' } })).to.equal('remote');
    expect(
      requestedBackend({ config: parseConfig('[agent.remote]\nbackend = "remote"', {}) }),
    ).to.equal('auto');
    expect(
      requestedBackend({ argument: { backend: 'local' }, settings: { backend: 'remote' } }),
    ).to.equal('local');
  });

  describe('a key', () => {
    const mine = { apiUrl: 'https://mine.example/v1', apiKey: 'sk-mine' };
    it('is not sent to a URL that only the address names', () => {
      for (const given of [
        { settings: mine },
        { environment: mine },
        { config: parseConfig('[agent]\napi_key = "sk-mine"', {}) },
      ] as SettingsSources[]) {
        const { settings, sources } = resolveSettings(
          { ...given, url: { apiUrl: 'https://elsewhere.example/v1' } },
          'remote',
        );
        expect([settings.apiUrl, settings.apiKey, sources.apiKey]).to.deep.equal([
          'https://elsewhere.example/v1',
          undefined,
          'default',
        ]);
      }
    });
    it("is not sent there even where it is an argument, but to an argument's URL", () => {
      expect(
        resolveSettings(
          { url: { apiUrl: 'https://elsewhere.example/v1' }, argument: { apiKey: 'sk-arg' } },
          'remote',
        ).settings.apiKey,
      ).to.equal(undefined);
      expect(
        resolveSettings(
          { url: { apiUrl: 'https://elsewhere.example/v1' }, argument: mine },
          'remote',
        ).settings,
      ).to.include(mine);
    });
    it('is sent to a URL that would be used anyway', () => {
      expect(
        resolveSettings({ url: { apiUrl: mine.apiUrl }, settings: mine }, 'remote').settings.apiKey,
      ).to.equal('sk-mine');
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

  it('names the variable that cannot be, and no key', () => {
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

  it('is empty in a page to which nobody gave one', () => {
    expect(ambientEnvironment()).to.deep.equal({});
  });
});
