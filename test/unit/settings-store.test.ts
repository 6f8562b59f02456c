import { expect } from '@open-wc/testing';
import { SettingsStore } from '../../src/settings/settings-store.js';

const NAME = 'unmocked-spec';
const open = () => new SettingsStore({ name: NAME });
const settings = {
  backend: 'remote',
  apiUrl: 'http://127.0.0.1:8080/v1',
  apiKey: 'sk-secret',
  seed: 7,
} as const;

describe('SettingsStore', () => {
  afterEach(() => open().clear());

  it('has nothing at first', () => {
    expect(open().load()).to.deep.equal({ settings: {}, rememberKey: false, problems: [] });
  });

  it('keeps settings for whoever opens it next, and the key with the session only', () => {
    expect(open().save(settings)).to.equal(true);
    expect(open().load()).to.deep.equal({ settings, rememberKey: false, problems: [] });
    expect(JSON.stringify({ ...localStorage })).to.not.include('sk-secret');
    expect(JSON.stringify({ ...sessionStorage })).to.include('sk-secret');
  });

  it('keeps the key for longer where that is wanted, and forgets it when it no longer is', () => {
    open().save(settings, { rememberKey: true });
    expect(JSON.stringify({ ...localStorage })).to.include('sk-secret');
    expect(open().load().rememberKey).to.equal(true);
    open().save(settings);
    expect(JSON.stringify({ ...localStorage })).to.not.include('sk-secret');
    open().save({ seed: 7 });
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).to.not.include('sk-secret');
  });

  it('says what it cannot use, without showing a key, and keeps the rest', () => {
    localStorage.setItem(
      `${NAME}.settings`,
      JSON.stringify({ seed: 7, device: 'abacus', colour: 'red' }),
    );
    sessionStorage.setItem(`${NAME}.secrets`, JSON.stringify({ apiKey: 'sk secret' }));
    const { settings: left, problems } = open().load();
    expect(left).to.deep.equal({ seed: 7 });
    expect(problems.join('\n'))
      .to.match(/abacus/)
      .and.match(/colour/)
      .and.not.include('sk secret');
    expect(problems.length).to.equal(3);
    localStorage.setItem(`${NAME}.settings`, '[1]');
    expect(open().load().problems[0]).to.include(`${NAME}.settings`);
  });

  it('works without storage, for as long as it lives', () => {
    const blocked = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
      removeItem: () => undefined,
    } as unknown as Storage;
    const store = new SettingsStore({ name: NAME, local: blocked, session: blocked });
    expect(store.save(settings)).to.equal(false);
    expect(store.load().settings).to.deep.equal(settings);
  });

  it('never mixes what a full storage kept with what it did not take', () => {
    let full = false;
    const local = new Proxy(localStorage, {
      get: (target, name) =>
        name === 'setItem'
          ? (key: string, value: string) => {
              if (full) throw new DOMException('full', 'QuotaExceededError');
              target.setItem(key, value);
            }
          : (Reflect.get(target, name) as () => unknown).bind(target),
    });
    const store = new SettingsStore({ name: NAME, local });
    store.save({ apiUrl: 'http://old.example/v1', apiKey: 'sk-old' });
    full = true;
    const next = { apiUrl: 'http://new.example/v1', apiKey: 'sk-new' };
    expect(store.save(next)).to.equal(false);
    expect(store.load().settings).to.deep.equal(next);
  });
});
