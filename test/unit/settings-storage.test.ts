import { expect } from '@esm-bundle/chai';
import { SettingsStorage } from '../../src/settings/settings-storage.js';
import { FullStorage } from '../fake-storage.js';

const NAME = 'unmocked-spec';
const open = () => new SettingsStorage({ name: NAME });
const settings = {
  backend: 'remote',
  apiUrl: 'http://127.0.0.1:8080/v1',
  apiKey: 'sk-secret',
  seed: 7,
} as const;

describe('SettingsStorage', () => {
  afterEach(() => open().clear());

  it('starts empty', () => {
    expect(open().load()).to.deep.equal({ settings: {}, rememberKey: false, problems: [] });
  });

  it('keeps settings for the next page, and the key for the session only', () => {
    expect(open().save(settings)).to.equal(true);
    expect(open().load()).to.deep.equal({ settings, rememberKey: false, problems: [] });
    expect(JSON.stringify({ ...localStorage })).to.not.include('sk-secret');
    expect(JSON.stringify({ ...sessionStorage })).to.include('sk-secret');
  });

  it('keeps the key longer if asked to, and forgets it if asked not to', () => {
    open().save(settings, { rememberKey: true });
    expect(JSON.stringify({ ...localStorage })).to.include('sk-secret');
    expect(open().load().rememberKey).to.equal(true);
    open().save(settings);
    expect(JSON.stringify({ ...localStorage })).to.not.include('sk-secret');
    open().save({ seed: 7 });
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).to.not.include('sk-secret');
  });

  it('reports what it ignores, without showing a key, and keeps the rest', () => {
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

  it('works without storage, as long as the object lives', () => {
    const store = new SettingsStorage({
      name: NAME,
      local: new FullStorage(),
      session: new FullStorage(),
    });
    expect(store.save(settings)).to.equal(false);
    expect(store.load().settings).to.deep.equal(settings);
  });

  it('never mixes old values with values that a full storage refused', () => {
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
    const store = new SettingsStorage({ name: NAME, local });
    store.save({ apiUrl: 'http://old.example/v1', apiKey: 'sk-old' });
    full = true;
    const next = { apiUrl: 'http://new.example/v1', apiKey: 'sk-new' };
    expect(store.save(next)).to.equal(false);
    expect(store.load().settings).to.deep.equal(next);
  });
});
