import { expect, waitUntil } from '@open-wc/testing';
import type { StartupState, ValidateStartup } from '../../src/agents/check-startup.js';
import { StartupCheck } from '../../src/agents/startup-check.js';
import type { SettingsSources } from '../../src/settings/resolve.js';
import { Engine } from '../../src/engine/engine.js';

/** Browsers block this port, so nothing ever answers. */
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
  it('says nothing if nothing is configured', async () => {
    const { states, check } = watch(() => {
      throw new Error('nothing is to be checked');
    });
    await check.start({ environment });
    expect(states).to.deep.equal([{ status: 'idle', text: '' }]);
  });

  it('says that the configured backend answers, and leaves no engine', async () => {
    const { states, check, last } = watch();
    await check.start(local);
    expect(states[0]).to.deep.equal({
      status: 'checking',
      text: 'Checking unmocked-tiny in this page…',
    });
    expect(last()).to.deep.equal({ status: 'valid', text: 'unmocked-tiny on wasm answers.' });
    expect(Engine.alive.size).to.equal(0);
  });

  it('names the cause and the remedy if it does not answer', async () => {
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

  it('warns if this page answers instead of the server', async () => {
    const { check, last } = watch();
    await check.start({ stored: { apiUrl: NOBODY }, environment });
    expect(last()).to.deep.include({ status: 'valid', text: 'unmocked-tiny on wasm answers.' });
    expect(last().warning).to.contain('127.0.0.1:9').and.to.contain('runs in this page instead');
    expect(Engine.alive.size).to.equal(0);
  });

  it('downloads nothing, and says how large the download would be', async () => {
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

  it('downloads nothing if the server does not answer', async () => {
    const { check, last } = watch();
    await check.start({ stored: { apiUrl: NOBODY, model: 'owner/name' }, environment });
    expect(last().status).to.equal('invalid');
    expect(last().text).to.contain('127.0.0.1:9').and.not.to.contain('hugging');
  });

  it('stops at once, says nothing more, and leaves no engine', async () => {
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

  it('settles a stop only when the validation has ended', async () => {
    let end: (() => void) | undefined;
    const { check } = watch(
      (_, { signal } = {}) =>
        new Promise((_resolve, reject) => (end = () => reject(signal!.reason as Error))),
    );
    void check.start(local);
    await waitUntil(() => end, 'the validation begins');
    let over = false;
    const stopped = check.stop().then(() => (over = true));
    await new Promise((resolve) => setTimeout(resolve));
    expect(over).to.equal(false);
    end!();
    await stopped;
  });
});
