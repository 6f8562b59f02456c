import type { Attempt } from '../engine/ladder.js';
import { hasCode, type UnmockedError } from '../errors.js';
import { defineScenario } from './scenario.js';
import { faultLog, faultUrl, newKey } from './server.js';

const MESSAGE = 'Hello, this is a test.';

export default defineScenario({
  id: 'backend-fallback',
  title: 'Falls back from a server to this page',
  proves: 'With auto a server is the first rung: where it cannot be had, this page computes instead and the trace says why. An explicit backend is never swapped.',
  tags: ['remote', 'fallback'],
  needs: ['remote', 'faults'],
  async run(t) {
    const refused = `http://127.0.0.1:${t.server.faults!.closedPort}/v1`;
    const host = new URL(refused).host;
    const options = { maxNewTokens: 8, temperature: 0, signal: t.signal };
    const { apiUrl, apiKey } = t.server;
    const expected = (await (await t.load({ device: 'auto' })).invoke(MESSAGE, options)).metadata.text;

    const auto = await t.load({ backend: 'auto', device: 'auto', apiUrl, apiKey, ...chooseModel(t.server.models, t.server.model) });
    t.equal('a server that answers is taken first', [auto.backend, auto.device.actual, auto.device.attempts.length], ['remote', 'remote', 1]);
    t.check('and it answers', (await auto.invoke(MESSAGE, options)).metadata.usage.completionTokens > 0);

    const whys: [string, string, string][] = [
      ['nobody listens', refused, 'refused'],
      // A browser does not say that somebody hung up.
      ['the server hangs up', faultUrl(t.server, 'lost', 'all'), 'refused'],
      ['the server refuses the key', faultUrl(t.server, 'status=401', 'all'), 'unauthorized'],
      ['the server fails', faultUrl(t.server, 'status=500', 'all'), 'server-error'],
      ['a web page answers', faultUrl(t.server, 'html', 'all'), 'html'],
    ];
    for (const [name, url, fault] of whys) {
      const seen: Attempt[] = [];
      const agent = await t.load({ backend: 'auto', device: 'auto', apiUrl: url, onAttempt: (attempt) => seen.push(attempt) });
      const { attempts, requested } = agent.device;
      t.equal(`${name}: this page computes instead`, [agent.backend, requested], ['local', 'auto']);
      t.equal(`${name}: the trace begins with the server and says why`, [attempts[0]?.device, attempts[0]?.outcome, attempts[0]?.error?.details?.['fault']], ['remote', 'failed', fault]);
      t.equal(`${name}: it ends with what was loaded`, [attempts.at(-1)?.device, attempts.at(-1)?.outcome], [agent.device.actual, 'loaded']);
      t.equal(`${name}: whoever watches sees every attempt`, seen.map(({ device, outcome }) => [device, outcome]), attempts.map(({ device, outcome }) => [device, outcome]));
      t.equal(`${name}: the reply is this page's`, (await agent.invoke(MESSAGE, options)).metadata.text, expected);
      await agent.dispose();
    }

    const enginesBefore = t.system.runningEngines();
    await t.rejects('an explicit remote never falls back', () => t.load({ backend: 'remote', apiUrl: refused, maxRetries: 0 }), `network (refused), naming ${host}`, (error) => {
      return hasCode(error, 'network') && error.details['fault'] === 'refused' && error.message.includes(host);
    });
    t.equal('nothing was loaded in its place', t.system.runningEngines(), enginesBefore);

    const key = newKey('explicit');
    const explicit = await t.load({ backend: 'auto', device: 'wasm', apiUrl: faultUrl(t.server, `key=${key}`, 'all') });
    t.equal('an explicit device of this page is honoured', [explicit.backend, explicit.device.actual], ['local', 'wasm']);
    t.equal('no server was asked for it', (await faultLog(t.server, key)).length, 0);

    const pool = t.system.createPool({ blocked: { webgpu: 'for this scenario', wasm: 'for this scenario' } });
    const error = await t.rejects('with nothing left, one error names the server and this page', () => t.load({ backend: 'auto', device: 'auto', apiUrl: refused, pool }), `no-device, naming ${host} and what is blocked`, (reason) => {
      return hasCode(reason, 'no-device') && reason.message.includes(host) && reason.message.includes('for this scenario');
    });
    const attempts = ((error as UnmockedError | undefined)?.details?.['attempts'] ?? []) as Attempt[];
    t.check('it lists every attempt', attempts[0]?.device === 'remote' && attempts.length > 1 && attempts.every(({ outcome }) => outcome !== 'loaded'), { actual: attempts.map(({ device, outcome }) => [device, outcome]), expected: 'the server, then the devices of this page' });
  },
});

/** The server's first model where nobody chose one: only whether it is reached matters here. */
const chooseModel = (models: readonly string[], chosen: string | undefined) => {
  const model = chosen ?? models[0];
  return model === undefined ? {} : { model };
};
