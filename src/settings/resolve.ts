import type { AgentConfig } from './config.js';
import { definitions, settingNames } from './definitions.js';
import type { AgentSettings, Backend, SettingName } from './settings.js';

/** Where a setting can come from, strongest first. */
export const settingOrigins = [
  'argument',
  'url',
  'stored',
  'backend section',
  'base section',
  'environment',
  'default',
] as const;
export type SettingOrigin = (typeof settingOrigins)[number];

/** Checked settings by source. */
export interface SettingsSources {
  /** Given to the call, or to the element. */
  argument?: Partial<AgentSettings>;
  /** From the page's URL. */
  url?: Partial<AgentSettings>;
  /** Chosen on the page and kept in the browser. */
  stored?: Partial<AgentSettings>;
  config?: AgentConfig;
  environment?: Partial<AgentSettings>;
}

/** The settings for one backend. */
export interface ResolvedSettings {
  settings: AgentSettings;
  /** The source of each value. */
  origins: Record<SettingName, SettingOrigin>;
}

/** Everything that sources of settings decide. */
export interface Resolution extends Record<Backend, ResolvedSettings> {
  /** The backend that was asked for. Choosing a device of this page asks for `local`. */
  requested: AgentSettings['backend'];
  /** The backends to try, in order. */
  backends: readonly Backend[];
  /** Some source sets a backend, a model, a device or an API URL. */
  configured: boolean;
  /** There is a key, but no server gets it: only the page's URL names the server. */
  keyWithheld: boolean;
}

/**
 * Takes each setting from its strongest source, for both backends, and decides which backend to
 * use. A `config.toml` section counts for its own backend only, and cannot choose the backend.
 *
 * A key is never sent to a server that only the page's URL names. Otherwise a link could send
 * somebody's key anywhere.
 */
export function resolveSettings(sources: SettingsSources): Resolution {
  const local = resolveFor('local', sources);
  const remote = resolveFor('remote', sources);
  const withheld = withholdsKey(remote, sources);
  const keyWithheld = withheld && remote.settings.apiKey !== undefined;
  if (withheld) {
    for (const { settings, origins } of [local, remote]) {
      settings.apiKey = undefined;
      origins.apiKey = 'default';
    }
  }

  const { backend, device } = resolveFor(undefined, sources).settings;
  const requested = backend === 'auto' && device !== 'auto' ? 'local' : backend;
  const fallback = remote.settings.apiUrl === undefined ? (['local'] as const) : BOTH;
  return {
    local,
    remote,
    requested,
    backends: requested === 'auto' ? fallback : [requested],
    configured: [local, remote].some(({ origins }) =>
      (['backend', 'model', 'device', 'apiUrl'] as const).some(
        (name) => origins[name] !== 'default',
      ),
    ),
    keyWithheld,
  };
}

const BOTH = ['remote', 'local'] as const;

/** @param backend whose section counts; without it, no section does. */
function resolveFor(backend: Backend | undefined, sources: SettingsSources): ResolvedSettings {
  const { config } = sources;
  const layers: Record<SettingOrigin, Partial<AgentSettings> | undefined> = {
    argument: sources.argument,
    url: sources.url,
    stored: sources.stored,
    'backend section': backend && config?.backends[backend],
    'base section': config?.settings,
    environment: sources.environment,
    default: undefined,
  };
  const settings: Partial<Record<SettingName, unknown>> = {};
  const origins = {} as Record<SettingName, SettingOrigin>;
  for (const name of settingNames) {
    const origin =
      settingOrigins.find(
        (candidate) =>
          layers[candidate]?.[name] !== undefined &&
          !(name === 'backend' && candidate === 'backend section'),
      ) ?? 'default';
    settings[name] = layers[origin]?.[name] ?? definitions[name].default;
    origins[name] = origin;
  }
  return { settings: settings as unknown as AgentSettings, origins };
}

/** Whether the API URL comes from the page's URL, and no other source has the same one. */
function withholdsKey({ settings, origins }: ResolvedSettings, sources: SettingsSources): boolean {
  if (origins.apiUrl !== 'url') return false;
  return resolveFor('remote', { ...sources, url: {} }).settings.apiUrl !== settings.apiUrl;
}
