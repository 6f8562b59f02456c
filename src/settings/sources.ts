import type { AgentConfig, Backend } from './config.js';
import { type AgentSettings, optionNames, options } from './options.js';

/** Where a setting can come from, the strongest first. */
export const sourceNames = [
  'argument',
  'url',
  'settings',
  'backend section',
  'base section',
  'environment',
  'default',
] as const;
export type SourceName = (typeof sourceNames)[number];

/** What each source says; all are optional, and checked before. */
export interface SettingsSources {
  /** Given to the call. */
  argument?: Partial<AgentSettings> | undefined;
  /** The page's address. */
  url?: Partial<AgentSettings> | undefined;
  /** Chosen on the page, and kept in the browser. */
  settings?: Partial<AgentSettings> | undefined;
  /** A config.toml: the section of the backend in use wins over the base section. */
  config?: AgentConfig | undefined;
  environment?: Partial<AgentSettings> | undefined;
}

export interface ResolvedSettings {
  settings: AgentSettings;
  /** Which source each value came from. */
  sources: Record<keyof AgentSettings, SourceName>;
}

/**
 * The settings for one backend, each from the strongest source that has it; with one exception: a URL in the page's address gets no key,
 * unless that URL would be used anyway. Or a link could send somebody's key to anywhere.
 */
export function resolveSettings(given: SettingsSources, backend: Backend): ResolvedSettings {
  const layers: Record<SourceName, Partial<AgentSettings>> = {
    argument: given.argument ?? {},
    url: given.url ?? {},
    settings: given.settings ?? {},
    'backend section': given.config?.backends[backend] ?? {},
    'base section': given.config?.settings ?? {},
    environment: given.environment ?? {},
    default: {},
  };
  const settings: Record<string, unknown> = {};
  const sources = {} as Record<keyof AgentSettings, SourceName>;
  for (const name of optionNames) {
    const source =
      sourceNames.find((candidate) => layers[candidate][name] !== undefined) ?? 'default';
    settings[name] = source === 'default' ? options[name].default : layers[source][name];
    sources[name] = source;
  }
  if (
    sources.apiUrl === 'url' &&
    resolveSettings({ ...given, url: {} }, backend).settings.apiUrl !== settings['apiUrl']
  ) {
    settings['apiKey'] = undefined;
    sources.apiKey = 'default';
  }
  return { settings: settings as unknown as AgentSettings, sources };
}

/** Which backend is asked for; a section of a backend cannot choose the backend. A device of this page means the local one, `remote` the other. */
export function requestedBackend(given: SettingsSources): AgentSettings['backend'] {
  const { backend, device } = resolveSettings(
    { ...given, config: given.config && { ...given.config, backends: {} } },
    'local',
  ).settings;
  if (backend !== 'auto') return backend;
  if (device === 'remote') return 'remote';
  return device === 'auto' ? 'auto' : 'local';
}

/** Whether anybody chose a backend: a URL, a model, a backend or a device, anywhere but in the defaults. */
export function isConfigured(sources: SettingsSources): boolean {
  return (['local', 'remote'] as const).some((backend) => {
    const { sources: from } = resolveSettings(sources, backend);
    return (['apiUrl', 'backend', 'model', 'device'] as const).some(
      (name) => from[name] !== 'default',
    );
  });
}
