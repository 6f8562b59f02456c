import { show } from './check-settings.js';
import { definitions, settingNames } from './definitions.js';
import { type Resolution, resolveSettings, type SettingsSources } from './resolve.js';
import type { Backend, SettingName } from './settings.js';

/** One row of the table "Where each value comes from". */
export interface SettingRow {
  /** The key in config.toml. */
  key: string;
  help: string;
  value: string;
  origin: string;
  isDefault: boolean;
}

/**
 * Every setting with its value and its origin, for people. Secrets are only said to be set.
 *
 * The rows are those of the backend that is tried first. If `auto` can fall back from a server to
 * this page, values that differ there have a row of their own.
 */
export function settingRows(sources: SettingsSources): SettingRow[] {
  const resolved = resolveSettings(sources);
  const [first, fallback] = resolved.backends;
  return settingNames.flatMap((name) => {
    const row = rowOf(name, first!, resolved, sources);
    const differs =
      fallback &&
      !definitions[name].secret &&
      resolved[fallback].settings[name] !== resolved[first!].settings[name];
    if (!differs) return [row];
    return [row, { ...rowOf(name, fallback, resolved, sources), key: `${row.key}, in this page` }];
  });
}

/** The origin of a setting, for people: `environment (OPENAI_API_URL)`. */
export function describeOrigin(
  name: SettingName,
  backend: Backend,
  resolved: Resolution,
  { config }: SettingsSources,
): string {
  switch (resolved[backend].origins[name]) {
    case 'argument':
      return 'attribute';
    case 'url':
      return 'address';
    case 'stored':
      return 'this browser';
    case 'backend section':
      return `config.toml [${config?.sections[backend]}]`;
    case 'base section':
      return `config.toml [${config?.sections.base}]`;
    case 'environment':
      return `environment (${definitions[name].environment})`;
    case 'default':
      return 'default';
  }
}

function rowOf(
  name: SettingName,
  backend: Backend,
  resolved: Resolution,
  sources: SettingsSources,
): SettingRow {
  const { toml, help } = definitions[name];
  const { settings, origins } = resolved[backend];
  const isDefault = origins[name] === 'default';
  const ownModel = name === 'model' && isDefault && backend === 'remote';
  const withheld = name === 'apiKey' && resolved.keyWithheld;
  return {
    key: toml.key,
    help,
    value: describeValue(name, settings[name]) + (ownModel ? ", or the server's only one" : ''),
    origin: withheld
      ? 'not used: only the address names the API URL'
      : describeOrigin(name, backend, resolved, sources),
    isDefault,
  };
}

function describeValue(name: SettingName, value: unknown): string {
  const isEmpty =
    value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  if (definitions[name].secret) return isEmpty ? 'not set' : 'set';
  if (isEmpty) return 'none';
  return typeof value === 'string' ? value : show(value);
}
