import { type SettingOrigin, settingOrigins, type SettingsSources } from '../settings/resolve.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
/**
 * The token limit that each source sets. The number of computed tokens shows which source won. The
 * environment has no such setting.
 */
const LIMITS: Record<Exclude<SettingOrigin, 'environment' | 'default'>, number> = {
  argument: 2,
  url: 3,
  stored: 4,
  'backend section': 5,
  'base section': 6,
};
const DEFAULT_LIMIT = 64;

export async function run(t: ScenarioContext): Promise<void> {
  const { apiUrl, apiKey } = t.server;
  /** The sources from `first` down to the weakest. `first` has to win. */
  const from = (
    first: SettingOrigin,
    values: Partial<Record<SettingOrigin, object>>,
    sections: string[] = [],
  ): SettingsSources => {
    const has = (name: SettingOrigin) =>
      settingOrigins.indexOf(name) >= settingOrigins.indexOf(first);
    const lines = [
      '[agent]',
      ...(has('base section') ? toml(values['base section']) : []),
      ...['local', 'remote'].flatMap((backend) => [
        `[agent.${backend}]`,
        ...(has('backend section') && sections.includes(backend)
          ? toml(values['backend section'])
          : []),
      ]),
    ];
    return {
      argument: has('argument') ? values.argument : {},
      url: has('url') ? values.url : {},
      stored: has('stored') ? values.stored : {},
      config: t.subject.parseConfig(lines.join('\n'), {}),
      environment: has('environment') ? values.environment : {},
    };
  };

  // By model name: loading an agent asks the server for its models, and computes nothing.
  const named = Object.fromEntries(
    settingOrigins.map((source) => [source, { model: `from-${source.replace(' ', '-')}` }]),
  );
  for (const source of settingOrigins.slice(0, -1)) {
    const sources = from(source, named, ['remote']);
    const { settings, origins } = t.subject.resolveSettings(sources).remote;
    t.equal(
      `${source}: wins over every weaker source`,
      [settings.model, origins.model],
      [`from-${source.replace(' ', '-')}`, source],
    );
    const agent = await t.subject.loadAgent({
      backend: 'remote',
      apiUrl,
      apiKey,
      sources,
      signal: t.signal,
    });
    t.equal(
      `${source}: an agent uses that model`,
      agent.model.id,
      `from-${source.replace(' ', '-')}`,
    );
    await agent.dispose();
  }
  t.equal(
    'default: counts if no source sets the model',
    t.subject.resolveSettings(from('default', {})).remote.origins.model,
    'default',
  );

  // By effect: count the tokens that each backend computes. This agent keeps the engine loaded.
  await t.load();
  const limits = Object.fromEntries(
    Object.entries(LIMITS).map(([source, maxTokens]) => [
      source,
      source.endsWith('section') ? { max_tokens: maxTokens } : { maxTokens },
    ]),
  );
  for (const backend of ['local', 'remote'] as const) {
    const ask = async (sources: SettingsSources) => {
      const where =
        backend === 'local'
          ? { model: t.model, device: t.device }
          : { apiUrl, apiKey, model: t.server.model };
      const agent = t.observe(
        await t.subject.loadAgent({
          ...where,
          backend,
          sources,
          signal: t.signal,
        }),
      );
      const { usage } = (await agent.invoke(MESSAGE, { signal: t.signal })).metadata;
      await agent.dispose();
      return usage.completionTokens;
    };
    for (const [source, limit] of Object.entries(LIMITS)) {
      t.equal(
        `${backend}: ${source} decides how much is computed`,
        await ask(from(source as SettingOrigin, limits, [backend])),
        limit,
      );
    }
    const other = backend === 'local' ? 'remote' : 'local';
    t.equal(
      `${backend}: the section of the ${other} backend does not count`,
      await ask(from('backend section', limits, [other])),
      LIMITS['base section'],
    );
    t.equal(
      `${backend}: the default counts if no source sets a limit`,
      t.subject.resolveSettings(from('default', limits))[backend].settings.maxTokens,
      DEFAULT_LIMIT,
    );
  }

  const foreign = t.subject.parseConfig(
    '[midori_ai_agent_base]\nbackend = "openai"\nbase_url = "${OPENAI_API_URL}"\n' +
      'api_key = "${OPENAI_API_KEY}"\nmodel = "base"\n' +
      '[midori_ai_agent_base.openai]\nmodel = "section"\n' +
      '[midori_ai_agent_base.reasoning_effort]\neffort = "low"\n',
    { OPENAI_API_URL: apiUrl },
  );
  const { settings } = t.subject.resolveSettings({ config: foreign }).remote;
  t.equal(
    "the other framework's file is understood",
    [settings.backend, settings.apiUrl, settings.apiKey, settings.model, settings.reasoningEffort],
    ['remote', apiUrl, undefined, 'section', 'low'],
  );

  const { remote: link } = t.subject.resolveSettings({
    url: { apiUrl: 'http://elsewhere.invalid/v1' },
    stored: { apiUrl, apiKey: 'sk-mine' },
    environment: { apiKey: 'sk-too' },
  });
  t.equal(
    'a link cannot send a key elsewhere',
    [link.settings.apiUrl, link.settings.apiKey],
    ['http://elsewhere.invalid/v1', undefined],
  );
  const { remote: same } = t.subject.resolveSettings({
    url: { apiUrl },
    stored: { apiUrl, apiKey: 'sk-mine' },
  });
  t.equal('a link to the same server changes nothing', same.settings.apiKey, 'sk-mine');
}

const toml = (values: object | undefined): string[] =>
  Object.entries(values ?? {}).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
