import { isAbortError } from '../errors.js';
import { isProjectServer } from './both-backends.js';
import type { ScenarioContext } from './scenario.js';
import { completionsAsked, faultUrl, newKey } from './server.js';

export async function run(t: ScenarioContext): Promise<void> {
  const { apiUrl, apiKey, model } = t.server;
  const remote = { backend: 'remote', apiUrl, apiKey, model } as const;
  const nowhere = 'http://no-such-server.invalid/v1';

  const before = {
    engines: t.subject.runningEngines(),
    tokens: t.tokensComputed(),
    remoteTokens: t.remoteTokensComputed(),
  };
  t.equal(
    'nothing configured: it is silent',
    await t.subject.validateStartup({ environment: {} }, { signal: t.signal }),
    { status: 'none' },
  );
  t.equal(
    'nothing configured: nothing was loaded or asked',
    {
      engines: t.subject.runningEngines(),
      tokens: t.tokensComputed(),
      remoteTokens: t.remoteTokensComputed(),
    },
    before,
  );

  const there = await t.subject.validateStartup(
    { settings: remote, environment: {} },
    { signal: t.signal },
  );
  t.equal(
    'a valid server: it says so',
    [there.status, there.status === 'valid' && there.backend],
    ['valid', 'remote'],
  );
  t.check('a valid server: with its reply', there.status === 'valid' && there.reply.length > 5, {
    actual: there.status === 'valid' ? there.reply : undefined,
  });
  t.check('a valid server: it really answered', t.remoteTokensComputed() > before.remoteTokens, {
    actual: t.remoteTokensComputed(),
  });

  const enginesBefore = t.subject.runningEngines();
  const here = await t.subject.validateStartup(
    {
      settings: {
        backend: 'local',
        model: t.reference.model,
        hubUrl: t.reference.hubUrl,
        device: t.device,
      },
      environment: {},
    },
    { signal: t.signal },
  );
  t.equal(
    'a valid local model: it says so',
    [here.status, here.status === 'valid' && here.backend, here.status === 'valid' && here.model],
    ['valid', 'local', t.model.id],
  );
  t.check(
    'a valid local model: its tokens were computed here',
    t.tokensComputed() > before.tokens,
    { actual: t.tokensComputed(), expected: 'more than 0' },
  );
  t.equal('a valid local model: it is let go of again', t.subject.runningEngines(), enginesBefore);

  const away = await t.subject.validateStartup(
    { settings: { ...remote, apiUrl: nowhere, apiKey: undefined, maxRetries: 0 }, environment: {} },
    { signal: t.signal },
  );
  t.check(
    'an invalid one: the cause is named',
    away.status === 'invalid' && away.reason.includes('no-such-server.invalid'),
    { actual: away, expected: 'invalid, naming the server' },
  );
  const unknown = await t.subject.validateStartup(
    { settings: { backend: 'local', model: 'not a model' }, environment: {} },
    { signal: t.signal },
  );
  t.check(
    'an invalid model: the cause is named',
    unknown.status === 'invalid' && unknown.reason.includes('not a model'),
    { actual: unknown, expected: 'invalid, naming the model' },
  );
  if (isProjectServer(t)) {
    const nobody = await t.subject.validateStartup(
      { settings: { ...remote, model: 'nobody/has-this' }, environment: {} },
      { signal: t.signal },
    );
    t.check(
      'a model that the server does not have: the cause is named',
      nobody.status === 'invalid' && nobody.reason.includes('nobody/has-this'),
      { actual: nobody, expected: 'invalid, naming the model' },
    );
  } else {
    t.skipCheck(
      'a model that the server does not have: the cause is named',
      'some servers take any name for the model that they have',
    );
  }

  const fallen = await t.subject.validateStartup(
    {
      settings: { apiUrl: nowhere, model: t.reference.model, hubUrl: t.reference.hubUrl },
      environment: {},
    },
    { signal: t.signal },
  );
  t.check(
    'a server that is away, with something to fall back to: a warning names it',
    fallen.status === 'valid' &&
      fallen.backend === 'local' &&
      (fallen.warning ?? '').includes('no-such-server.invalid'),
    { actual: fallen, expected: 'valid, local, with a warning' },
  );

  // The page goes on meanwhile, and can call it off.
  const controller = new AbortController();
  const key = newKey('startup');
  const silent = isProjectServer(t) ? { apiUrl: faultUrl(t.server, 'stall', `key=${key}`) } : {};
  const working = t.subject.validateStartup(
    { settings: { ...remote, ...silent }, environment: {} },
    { signal: controller.signal },
  );
  let settled = false;
  const outcome = working
    .then(
      () => 'finished',
      (error: unknown) => (isAbortError(error) ? 'aborted' : String(error)),
    )
    .finally(() => (settled = true));
  // Where the server can tell, not before it was asked.
  while (isProjectServer(t) && !settled && (await completionsAsked(t.server, key)) === 0)
    t.signal.throwIfAborted();
  controller.abort();
  t.equal('it can be called off', await outcome, 'aborted');
}
