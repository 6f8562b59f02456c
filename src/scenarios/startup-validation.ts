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
    'nothing configured: it reports nothing',
    await t.subject.validateStartup({ environment: {} }, { signal: t.signal }),
    { status: 'none' },
  );
  t.equal(
    'nothing configured: nothing loads and no server is asked',
    {
      engines: t.subject.runningEngines(),
      tokens: t.tokensComputed(),
      remoteTokens: t.remoteTokensComputed(),
    },
    before,
  );

  const there = await t.subject.validateStartup(
    { stored: remote, environment: {} },
    { signal: t.signal },
  );
  t.equal(
    'a valid server: it is reported as valid',
    [there.status, there.status === 'valid' && there.backend],
    ['valid', 'remote'],
  );
  t.check(
    'a valid server: the reply is included',
    there.status === 'valid' && there.reply.length > 5,
    {
      actual: there.status === 'valid' ? there.reply : undefined,
    },
  );
  t.check('a valid server: it computed tokens', t.remoteTokensComputed() > before.remoteTokens, {
    actual: t.remoteTokensComputed(),
  });

  const enginesBefore = t.subject.runningEngines();
  const here = await t.subject.validateStartup(
    {
      stored: {
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
    'a valid local model: it is reported as valid',
    [here.status, here.status === 'valid' && here.backend, here.status === 'valid' && here.model],
    ['valid', 'local', t.model.id],
  );
  t.check(
    'a valid local model: this page computed its tokens',
    t.tokensComputed() > before.tokens,
    { actual: t.tokensComputed(), expected: 'more than 0' },
  );
  t.equal('a valid local model: its engine is released', t.subject.runningEngines(), enginesBefore);

  const away = await t.subject.validateStartup(
    { stored: { ...remote, apiUrl: nowhere, apiKey: undefined, maxRetries: 0 }, environment: {} },
    { signal: t.signal },
  );
  t.check(
    'an unreachable server: the cause is named',
    away.status === 'invalid' && away.reason.includes('no-such-server.invalid'),
    { actual: away, expected: 'invalid, naming the server' },
  );
  const unknown = await t.subject.validateStartup(
    { stored: { backend: 'local', model: 'not a model' }, environment: {} },
    { signal: t.signal },
  );
  t.check(
    'an unknown model: the cause is named',
    unknown.status === 'invalid' && unknown.reason.includes('not a model'),
    { actual: unknown, expected: 'invalid, naming the model' },
  );
  if (isProjectServer(t)) {
    const nobody = await t.subject.validateStartup(
      { stored: { ...remote, model: 'nobody/has-this' }, environment: {} },
      { signal: t.signal },
    );
    t.check(
      'a model that the server lacks: the cause is named',
      nobody.status === 'invalid' && nobody.reason.includes('nobody/has-this'),
      { actual: nobody, expected: 'invalid, naming the model' },
    );
  } else {
    t.skipCheck(
      'a model that the server lacks: the cause is named',
      'some servers accept any model name',
    );
  }

  const fallen = await t.subject.validateStartup(
    {
      stored: { apiUrl: nowhere, model: t.reference.model, hubUrl: t.reference.hubUrl },
      environment: {},
    },
    { signal: t.signal },
  );
  t.check(
    'an unreachable server with a fallback: a warning names it',
    fallen.status === 'valid' &&
      fallen.backend === 'local' &&
      (fallen.warning ?? '').includes('no-such-server.invalid'),
    { actual: fallen, expected: 'valid, local, with a warning' },
  );

  // A validation in the background can be aborted.
  const controller = new AbortController();
  const key = newKey('startup');
  const silent = isProjectServer(t) ? { apiUrl: faultUrl(t.server, 'stall', `key=${key}`) } : {};
  const working = t.subject.validateStartup(
    { stored: { ...remote, ...silent }, environment: {} },
    { signal: controller.signal },
  );
  let settled = false;
  const outcome = working
    .then(
      () => 'finished',
      (error: unknown) => (isAbortError(error) ? 'aborted' : String(error)),
    )
    .finally(() => (settled = true));
  // If the server can tell, abort only after it was asked.
  while (isProjectServer(t) && !settled && (await completionsAsked(t.server, key)) === 0)
    t.signal.throwIfAborted();
  controller.abort();
  t.equal('it can be aborted', await outcome, 'aborted');
}
