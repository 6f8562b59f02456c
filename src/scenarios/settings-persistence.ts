import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Hello, this is a test.';

export async function run(t: ScenarioContext): Promise<void> {
  const name = `unmocked-scenario-${Date.now()}`;
  const open = () => t.subject.openSettings({ name });
  const first = open();
  const { apiUrl, model } = t.server;
  // Made up: what is kept of it proves the same, and the server's own is written nowhere.
  const apiKey = 'sk-scenario-0123456789';
  const remote = { backend: 'remote', apiUrl, apiKey, model, seed: 7 } as const;
  try {
    if (!first.save(remote)) t.skip('this browser keeps nothing for this page');
    const reopened = open().load();
    t.equal(
      'what was saved is there when opened anew',
      sorted(reopened.settings, apiKey),
      sorted(remote, apiKey),
    );
    t.equal('nothing was wrong with it', reopened.problems, []);
    t.check(
      'the key is not among what outlives the session',
      !entries(localStorage, name).includes(apiKey),
      { expected: 'no key in localStorage' },
    );
    t.check('it is with the session', entries(sessionStorage, name).includes(apiKey), {
      expected: 'the key in sessionStorage',
    });

    const agent = t.observe(
      await t.subject.loadAgent({
        sources: { settings: { ...reopened.settings, apiKey: t.server.apiKey }, environment: {} },
        signal: t.signal,
      }),
    );
    t.equal(
      'the saved backend answers',
      [agent.backend, agent.device.url],
      ['remote', apiUrl.replace(/\/*$/, '/')],
    );
    t.check(
      'it really does',
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
        sources: { settings: open().load().settings, environment: {} },
        signal: t.signal,
      }),
    );
    t.equal(
      'a changed backend is the one that answers',
      [changed.backend, changed.model.id],
      ['local', t.model.id],
    );
    const { usage } = (await changed.invoke(MESSAGE, { maxTokens: 8, signal: t.signal })).metadata;
    t.equal('its tokens are computed in this page', usage.countedBy, 'engine');
    t.equal(
      'what was left out is gone',
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
      'a key that is to be remembered outlives the session',
      entries(localStorage, name).includes(apiKey) &&
        !entries(sessionStorage, name).includes(apiKey),
      { expected: 'the key in localStorage only' },
    );
    t.equal(
      'and is there when opened anew',
      [open().load().settings.apiKey === apiKey, open().load().rememberKey],
      [true, true],
    );

    localStorage.setItem(`${name}.settings`, '{"backend":"cloud","seed":7,"colour":"red"');
    const broken = open().load();
    t.check(
      'a broken entry is said, and harms nothing',
      broken.problems.length === 1 && broken.settings.seed === undefined,
      { actual: broken.problems, expected: 'one problem' },
    );
    localStorage.setItem(`${name}.settings`, '{"backend":"cloud","seed":7}');
    const partly = open().load();
    t.equal(
      'of a value that is not allowed the rest is kept',
      [partly.settings.backend, partly.settings.seed, partly.problems.length],
      [undefined, 7, 1],
    );
  } finally {
    open().clear();
  }
  t.equal(
    'cleared, nothing is left',
    [entries(localStorage, name), entries(sessionStorage, name)],
    ['', ''],
  );
}

/** What really is in a storage under a name. */
function entries(storage: Storage, name: string): string {
  return Object.keys(storage)
    .filter((key) => key.startsWith(`${name}.`))
    .map((key) => `${key}=${storage.getItem(key)}`)
    .join('\n');
}

/** In one order, for comparing; the key is not to be shown. */
const sorted = (settings: object, key: string) =>
  Object.entries(settings)
    .map(([name, value]) => [name, value === key ? 'the key' : value])
    .toSorted(([a], [b]) => String(a).localeCompare(String(b)));
