import { expect } from '@open-wc/testing';
import {
  StartupCheck,
  type StartupState,
  type ValidateStartup,
} from '../../src/agents/startup-check.js';
import type { SettingsSources } from '../../src/settings/resolve.js';
import { Engine } from '../../src/engine/engine.js';

/** Refused by every browser, as nobody may listen there. */
const NOBODY = 'http://127.0.0.1:9/v1';
const environment = {};

function watch(validate?: ValidateStartup) {
  const states: StartupState[] = [];
  const check = new StartupCheck((state) => states.push(state), validate);
  return { states, check, last: () => states.at(-1)! };
}
const local: SettingsSources = {
  stored: { model: 'unmocked-tiny', device: 'wasm' },
  environment,
};

describe('StartupCheck', () => {
  it('is silent where nothing is configured', async () => {
    const { states, check } = watch(() => {
      throw new Error('nothing is to be checked');
    });
    await check.start({ environment });
    expect(states).to.deep.equal([{ status: 'idle', text: '' }]);
  });

  it('says that what is configured answers, really, and leaves no engine', async () => {
    const { states, check, last } = watch();
    await check.start(local);
    expect(states[0]).to.deep.equal({
      status: 'checking',
      text: 'Checking unmocked-tiny in this page…',
    });
    expect(last()).to.deep.equal({ status: 'valid', text: 'unmocked-tiny on wasm answers.' });
    expect(Engine.alive.size).to.equal(0);
  });

  it('names the cause and the remedy where it does not', async () => {
    const { states, check, last } = watch();
    await check.start({
      stored: { backend: 'remote', apiUrl: NOBODY, apiKey: 'sk-spec', maxRetries: 0 },
      environment,
    });
    expect(states[0]!.text).to.equal(`Checking remote backend at ${NOBODY}…`);
    expect(last().status).to.equal('invalid');
    expect(last().text)
      .to.contain('127.0.0.1:9')
      .and.to.match(/Start the server|correct the API URL/);
    expect(JSON.stringify(states)).not.to.contain('sk-spec');
  });

  it('warns where the page had to stand in for a server', async () => {
    const { check, last } = watch();
    await check.start({ stored: { apiUrl: NOBODY }, environment });
    expect(last()).to.deep.include({ status: 'valid', text: 'unmocked-tiny on wasm answers.' });
    expect(last().warning).to.contain('127.0.0.1:9').and.to.contain('runs in this page instead');
    expect(Engine.alive.size).to.equal(0);
  });

  it('downloads no model that is not bundled, and says what it would be', async () => {
    const { states, check } = watch(() => {
      throw new Error('nothing is to be downloaded');
    });
    await check.start({ url: { model: 'distilgpt2', device: 'wasm' }, environment });
    expect(states).to.have.length(1);
    expect(states[0]).to.deep.include({ status: 'unchecked' });
    expect(states[0]!.text)
      .to.contain('distilgpt2')
      .and.to.match(/would download \d+(\.\d)? MB/);
    await check.start({ url: { model: 'owner/name' }, environment });
    expect(states[1]!.text).to.contain('unknown size');
  });

  it('does not download one in the place of a server that is away either', async () => {
    const { check, last } = watch();
    await check.start({ stored: { apiUrl: NOBODY, model: 'owner/name' }, environment });
    expect(last().status).to.equal('invalid');
    expect(last().text).to.contain('127.0.0.1:9').and.not.to.contain('hugging');
  });

  it('stops at once, says nothing more, and its engine is gone when that has settled', async () => {
    const { states, check } = watch();
    const loading = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (Engine.alive.size === 0) return;
        clearInterval(look);
        resolve();
      });
    });
    void check.start(local);
    await loading;
    await check.stop();
    expect(Engine.alive.size).to.equal(0);
    expect(states.map(({ status }) => status)).to.deep.equal(['checking', 'idle']);
    await check.start(local);
    expect(states.at(-1)!.status, 'it works again').to.equal('valid');
  });

  it('lets whoever stops it wait until what it had begun is over', async () => {
    let finish!: () => void;
    const { check } = watch(
      (_, { signal } = {}) =>
        new Promise((_resolve, reject) => (finish = () => reject(signal!.reason as Error))),
    );
    void check.start(local);
    let over = false;
    const stopped = check.stop().then(() => (over = true));
    await new Promise((resolve) => setTimeout(resolve));
    expect(over).to.equal(false);
    finish();
    await stopped;
  });
});
