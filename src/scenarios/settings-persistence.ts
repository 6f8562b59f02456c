import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Hello, this is a test.';

export async function run(t: ScenarioContext): Promise<void> {
  const name = `unmocked-scenario-${Date.now()}`;
  const open = () => t.subject.openSettings({ name });
  const first = open();
  const { apiUrl, model } = t.server;
  // A made-up key proves the same, and the server's real key is never stored.
  const apiKey = 'sk-scenario-0123456789';
  const remote = { backend: 'remote', apiUrl, apiKey, model, seed: 7 } as const;
  try {
    if (!first.save(remote)) t.skip('this browser stores nothing for this page');
    const reopened = open().load();
    t.equal(
      'saved settings are there after reopening',
      sorted(reopened.settings, apiKey),
      sorted(remote, apiKey),
    );
    t.equal('reopening reports no problem', reopened.problems, []);
    t.check('the key does not outlive the session', !entries(localStorage, name).includes(apiKey), {
      expected: 'no key in localStorage',
    });
    t.check('the key is in the session storage', entries(sessionStorage, name).includes(apiKey), {
      expected: 'the key in sessionStorage',
    });

    const agent = t.observe(
      await t.subject.loadAgent({
        sources: { stored: { ...reopened.settings, apiKey: t.server.apiKey }, environment: {} },
        signal: t.signal,
      }),
    );
    t.equal(
      'the saved backend answers',
      [agent.backend, agent.device.url],
      ['remote', apiUrl.replace(/\/*$/, '/')],
    );
    t.check(
      'the server computes its answer',
      (await agent.invoke(MESSAGE, { maxTokens: 8, signal: t.signal })).metadata.usage.countedBy ===
        'server',
    );

    const before = t.subject.runningEngines();
    await agent.dispose();
    first.save({
      backend: 'local',
      model: t.reference.model,
      hubUrl: t.reference.hubUrl,
      device: t.device,
    });
    const changed = t.observe(
      await t.subject.loadAgent({
        sources: { stored: open().load().settings, environment: {} },
        signal: t.signal,
      }),
    );
    t.equal(
      'after a change, the new backend answers',
      [changed.backend, changed.model.id],
      ['local', t.model.id],
    );
    const { usage } = (await changed.invoke(MESSAGE, { maxTokens: 8, signal: t.signal })).metadata;
    t.equal('its tokens are computed in this page', usage.countedBy, 'engine');
    t.equal(
      'settings that were left out are gone',
      [open().load().settings.apiUrl, open().load().settings.apiKey],
      [undefined, undefined],
    );
    await changed.dispose();
    t.check('no engine is left behind', t.subject.runningEngines() <= before, {
      actual: t.subject.runningEngines(),
      expected: before,
    });

    first.save(remote, { rememberKey: true });
    t.check(
      'a remembered key outlives the session',
      entries(localStorage, name).includes(apiKey) &&
        !entries(sessionStorage, name).includes(apiKey),
      { expected: 'the key in localStorage only' },
    );
    t.equal(
      'a remembered key is there after reopening',
      [open().load().settings.apiKey === apiKey, open().load().rememberKey],
      [true, true],
    );

    localStorage.setItem(`${name}.settings`, '{"backend":"cloud","seed":7,"colour":"red"');
    const broken = open().load();
    t.check(
      'a broken entry is reported and ignored',
      broken.problems.length === 1 && broken.settings.seed === undefined,
      { actual: broken.problems, expected: 'one problem' },
    );
    localStorage.setItem(`${name}.settings`, '{"backend":"cloud","seed":7}');
    const partly = open().load();
    t.equal(
      'a value that is not allowed is dropped and the rest is kept',
      [partly.settings.backend, partly.settings.seed, partly.problems.length],
      [undefined, 7, 1],
    );
  } finally {
    open().clear();
  }
  t.equal(
    'clearing leaves nothing behind',
    [entries(localStorage, name), entries(sessionStorage, name)],
    ['', ''],
  );
}

/** The raw storage entries under a name. */
function entries(storage: Storage, name: string): string {
  return Object.keys(storage)
    .filter((key) => key.startsWith(`${name}.`))
    .map((key) => `${key}=${storage.getItem(key)}`)
    .join('\n');
}

/** Sorted for comparison, without the key's value. */
const sorted = (settings: object, key: string) =>
  Object.entries(settings)
    .map(([name, value]) => [name, value === key ? 'the key' : value])
    .toSorted(([a], [b]) => String(a).localeCompare(String(b)));
