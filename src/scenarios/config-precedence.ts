import { sourceNames, type SettingsSources, type SourceName } from '../settings/sources.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
/** How many tokens each source asks for: the number that are computed says who won. The environment has no such setting. */
const LIMITS: Record<Exclude<SourceName, 'environment' | 'default'>, number> = {
  argument: 2,
  url: 3,
  settings: 4,
  'backend section': 5,
  'base section': 6,
};
const DEFAULT_LIMIT = 64;

export async function run(t: ScenarioContext): Promise<void> {
  const { apiUrl, apiKey } = t.server;
  /** All sources from one on: the strongest of them has to win. */
  const from = (
    first: SourceName,
    values: Partial<Record<SourceName, object>>,
    sections: string[] = [],
  ): SettingsSources => {
    const has = (name: SourceName) => sourceNames.indexOf(name) >= sourceNames.indexOf(first);
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
      settings: has('settings') ? values.settings : {},
      config: t.subject.parseConfig(lines.join('\n'), {}),
      environment: has('environment') ? values.environment : {},
    };
  };

  // By name: a server that is only greeted shows which model was chosen.
  const named = Object.fromEntries(
    sourceNames.map((source) => [source, { model: `from-${source.replace(' ', '-')}` }]),
  );
  for (const source of sourceNames.slice(0, -1)) {
    const sources = from(source, named, ['remote']);
    const { settings, sources: origins } = t.subject.resolveSettings(sources, 'remote');
    t.equal(
      `${source}: wins over all that is weaker`,
      [settings.model, origins.model],
      [`from-${source.replace(' ', '-')}`, source],
    );
    const agent = await t.subject.loadAgent({
      ...sources.argument,
      backend: 'remote',
      apiUrl,
      apiKey,
      sources,
      signal: t.signal,
    });
    t.equal(
      `${source}: an agent has that model`,
      agent.model.id,
      `from-${source.replace(' ', '-')}`,
    );
    await agent.dispose();
  }
  t.equal(
    'default: where nobody says anything',
    t.subject.resolveSettings(from('default', {}), 'remote').sources.model,
    'default',
  );

  // By effect: so many tokens are computed, here and there. One agent keeps the engine for all that come.
  await t.load();
  const limits = Object.fromEntries(
    Object.entries(LIMITS).map(([source, maxTokens]) => [
      source,
      source.endsWith('section') ? { max_new_tokens: maxTokens } : { maxTokens },
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
          ...sources.argument,
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
        await ask(from(source as SourceName, limits, [backend])),
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
      `${backend}: without any, the default`,
      t.subject.resolveSettings(from('default', limits), backend).settings.maxTokens,
      DEFAULT_LIMIT,
    );
  }

  const foreign = t.subject.parseConfig(
    '[midori_ai_agent_base]\nbackend = "openai"\nbase_url = "${OPENAI_API_URL}"\napi_key = "${OPENAI_API_KEY}"\nmodel = "base"\n[midori_ai_agent_base.openai]\nmodel = "section"\n[midori_ai_agent_base.reasoning_effort]\neffort = "low"\n',
    { OPENAI_API_URL: apiUrl },
  );
  const { settings } = t.subject.resolveSettings({ config: foreign }, 'remote');
  t.equal(
    "the other framework's file is understood",
    [settings.backend, settings.apiUrl, settings.apiKey, settings.model, settings.reasoningEffort],
    ['remote', apiUrl, undefined, 'section', 'low'],
  );

  const link = t.subject.resolveSettings(
    {
      url: { apiUrl: 'http://elsewhere.invalid/v1' },
      settings: { apiUrl, apiKey: 'sk-mine' },
      environment: { apiKey: 'sk-too' },
    },
    'remote',
  );
  t.equal(
    'a link cannot send a key elsewhere',
    [link.settings.apiUrl, link.settings.apiKey],
    ['http://elsewhere.invalid/v1', undefined],
  );
  const same = t.subject.resolveSettings(
    { url: { apiUrl }, settings: { apiUrl, apiKey: 'sk-mine' } },
    'remote',
  );
  t.equal('a link to the same server changes nothing', same.settings.apiKey, 'sk-mine');
}

const toml = (values: object | undefined): string[] =>
  Object.entries(values ?? {}).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
