import { resolveModel } from '../models/registry.js';
import { definitions } from './definitions.js';
import type { Resolution, SettingsSources } from './resolve.js';
import type { AgentSettings } from './settings.js';

/** The settings of a run of scenarios. The key is in `server` only. */
export interface RunSettings extends Pick<AgentSettings, 'model' | 'device' | 'seed' | 'hubUrl'> {
  /** null: no server is set. */
  server: { apiUrl: string; apiKey?: string; model?: string } | null;
}

/** What a run of scenarios takes from the settings: a model for this page, and a server. */
export function runSettings(resolved: Resolution, sources: SettingsSources): RunSettings {
  const { device, hubUrl } = resolved.local.settings;
  const { seed } = shownSettings(resolved);
  return { model: pageModel(resolved, sources), device, seed, hubUrl, server: serverOf(resolved) };
}

/** The settings that a form shows: those of the server if it was asked for, or else this page's. */
export const shownSettings = (resolved: Resolution): AgentSettings =>
  resolved[resolved.requested === 'remote' ? 'remote' : 'local'].settings;

function serverOf({ remote: { settings, origins } }: Resolution): RunSettings['server'] {
  const { apiUrl, apiKey, model } = settings;
  if (apiUrl === undefined) return null;
  return {
    apiUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
    // The default is the name of this page's model. A server chooses its own.
    ...(origins.model === 'default' ? {} : { model }),
  };
}

/** The model for this page. If a server is set, the name may be one that only the server knows. */
function pageModel({ local, remote }: Resolution, { config }: SettingsSources): string {
  const { backend, model } = local.settings;
  if (backend === 'remote') return config?.backends.local?.model ?? definitions.model.default;
  if (backend === 'local' || remote.settings.apiUrl === undefined) return model;
  try {
    return resolveModel(model).id;
  } catch {
    return definitions.model.default;
  }
}
