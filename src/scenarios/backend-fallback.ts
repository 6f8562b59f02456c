import type { Attempt } from '../engine/ladder.js';
import { hasCode, type UnmockedError } from '../errors.js';
import type { ScenarioContext } from './scenario.js';
import { faultLog, faultUrl, newKey } from './server.js';

const MESSAGE = 'Hello, this is a test.';

export async function run(t: ScenarioContext): Promise<void> {
  const refused = `http://127.0.0.1:${t.server.faults!.closedPort}/v1`;
  const host = new URL(refused).host;
  const options = { maxTokens: 8, temperature: 0, signal: t.signal };
  const { apiUrl, apiKey } = t.server;
  const expected = (await (await t.load({ device: 'auto' })).invoke(MESSAGE, options)).metadata
    .text;

  const auto = await t.load({
    backend: 'auto',
    device: 'auto',
    apiUrl,
    apiKey,
    model: t.server.model,
  });
  t.equal(
    'auto uses a server that responds',
    [auto.backend, auto.device.actual, auto.device.attempts.length],
    ['remote', 'remote', 1],
  );
  t.check(
    'the server replies',
    (await auto.invoke(MESSAGE, options)).metadata.usage.completionTokens > 0,
  );

  const whys: [string, string, string][] = [
    ['nothing listens', refused, 'refused'],
    // A browser does not report a closed connection or an unresolved name.
    [
      'the server hangs up',
      faultUrl(t.server, 'lost', 'all'),
      'refused|unresolved|connection-lost',
    ],
    ['the server refuses the key', faultUrl(t.server, 'status=401', 'all'), 'unauthorized'],
    ['the server fails', faultUrl(t.server, 'status=500', 'all'), 'server-error'],
    ['a web page answers', faultUrl(t.server, 'html', 'all'), 'html'],
  ];
  for (const [name, url, fault] of whys) {
    const seen: Attempt[] = [];
    const agent = await t.load({
      backend: 'auto',
      device: 'auto',
      apiUrl: url,
      apiKey,
      onAttempt: (attempt) => seen.push(attempt),
    });
    t.reportOn(agent); // its attempts are what this scenario is about
    const { attempts, requested } = agent.device;
    t.equal(`${name}: this page computes instead`, [agent.backend, requested], ['local', 'auto']);
    const first = attempts[0];
    t.check(
      `${name}: the trace begins with the server and says why`,
      first?.device === 'remote' &&
        first.outcome === 'failed' &&
        fault.split('|').includes(String(first.error?.details?.['fault'])),
      {
        actual: [first?.device, first?.outcome, first?.error?.details?.['fault']],
        expected: ['remote', 'failed', fault],
      },
    );
    t.equal(
      `${name}: the trace ends with the loaded device`,
      [attempts.at(-1)?.device, attempts.at(-1)?.outcome],
      [agent.device.actual, 'loaded'],
    );
    t.equal(
      `${name}: onAttempt receives every attempt`,
      seen.map(({ device, outcome }) => [device, outcome]),
      attempts.map(({ device, outcome }) => [device, outcome]),
    );
    t.equal(
      `${name}: the reply comes from this page`,
      (await agent.invoke(MESSAGE, options)).metadata.text,
      expected,
    );
    await agent.dispose();
  }

  const enginesBefore = t.subject.runningEngines();
  await t.rejects(
    'an explicit remote never falls back',
    () => t.load({ backend: 'remote', device: 'auto', apiUrl: refused, maxRetries: 0 }),
    `network (refused), naming ${host}`,
    (error) => {
      return (
        hasCode(error, 'network') &&
        error.details['fault'] === 'refused' &&
        error.message.includes(host)
      );
    },
  );
  t.equal('no local engine was loaded instead', t.subject.runningEngines(), enginesBefore);

  const key = newKey('explicit');
  const explicit = await t.load({
    backend: 'auto',
    device: 'wasm',
    apiUrl: faultUrl(t.server, `key=${key}`, 'all'),
    apiKey,
  });
  t.equal(
    'an explicit device of this page is used',
    [explicit.backend, explicit.device.actual],
    ['local', 'wasm'],
  );
  t.equal('no request was sent to the server', (await faultLog(t.server, key)).length, 0);

  const pool = t.subject.createPool({
    blocked: { webgpu: 'by this scenario', wasm: 'by this scenario' },
  });
  const error = await t.rejects(
    'when everything fails, one error names the server and this page',
    () => t.load({ backend: 'auto', device: 'auto', apiUrl: refused, pool }),
    `no-device, naming ${host} and the blocked devices`,
    (reason) => {
      return (
        hasCode(reason, 'no-device') &&
        reason.message.includes(host) &&
        reason.message.includes('by this scenario')
      );
    },
  );
  const attempts = ((error as UnmockedError | undefined)?.details?.['attempts'] ?? []) as Attempt[];
  t.check(
    'the error lists every attempt',
    attempts[0]?.device === 'remote' &&
      attempts.length > 1 &&
      attempts.every(({ outcome }) => outcome !== 'loaded'),
    {
      actual: attempts.map(({ device, outcome }) => [device, outcome]),
      expected: 'the server, then the devices of this page',
    },
  );
}
