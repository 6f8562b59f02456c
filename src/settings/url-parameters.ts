import type { AgentSettings } from './settings.js';
import { readUrlSettings, settingParameters } from './url-settings.js';

/** What the page's URL asks for. */
export interface PageParameters {
  settings: Partial<AgentSettings>;
  /** Scenarios to run at once: their ids, or all that `tags` leaves. */
  run?: 'all' | string[];
  /** Shows, and runs, only scenarios with one of these tags. */
  tags?: string[];
  /** Values that are not allowed. Nothing runs. */
  errors: string[];
  /** Unknown parameters. They are ignored. */
  warnings: string[];
  /** Names of parameters that may hold a key. Remove them from the address bar at once. */
  secrets: string[];
}

/** A scenario that the URL can name. */
export interface KnownScenario {
  id: string;
  tags?: readonly string[];
}

const parameterNames = ['run', 'tags', ...settingParameters];

/** Names under which people pass a key, in lower case and without `-` and `_`. */
const SECRET_NAMES = [
  'apikey',
  'key',
  'token',
  'accesstoken',
  'authtoken',
  'authorization',
  'bearer',
  'secret',
  'password',
  'openaiapikey',
];
const isSecret = (name: string) => SECRET_NAMES.includes(name.toLowerCase().replace(/[^a-z]/g, ''));

/**
 * Reads the page's URL, for instance `?run=streaming,chat-completion&device=wasm&seed=7`. Never
 * throws: each string in `errors` and `warnings` names the parameter, its value and what is
 * allowed.
 */
export function parseUrlParameters(
  search: string,
  scenarios: readonly KnownScenario[],
): PageParameters {
  const { given, ...found } = readQuery(search);
  const errors = [...found.errors];
  const run = given.has('run') ? readRun(given.get('run')!, scenarios, errors) : undefined;
  const tags = given.has('tags') ? readTags(given.get('tags')!, scenarios, errors) : undefined;
  const { settings, errors: settingErrors } = readUrlSettings((name) => given.get(name));
  errors.push(...settingErrors);
  if (Array.isArray(run) && tags && errors.length === 0) {
    const chosen = scenarios.filter(({ id }) => run.includes(id));
    if (!chosen.some((scenario) => hasTag(scenario, tags)))
      errors.push(
        `None of the scenarios ${run.join(', ')} has one of the tags ${tags.join(', ')}.`,
      );
  }
  return { ...found, settings, errors, ...(run ? { run } : {}), ...(tags ? { tags } : {}) };
}

/** Whether a scenario has one of the tags. Without tags, every scenario counts. */
export const hasTag = (scenario: KnownScenario, tags: readonly string[]): boolean =>
  tags.length === 0 || (scenario.tags ?? []).some((tag) => tags.includes(tag));

/** Sorts the parameters into values, unknown names and secrets. */
function readQuery(search: string) {
  const query = new URLSearchParams(search);
  const given = new Map<string, string>();
  const errors: string[] = [];
  const warnings: string[] = [];
  const secrets: string[] = [];
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    if (isSecret(name)) {
      secrets.push(name);
      errors.push(
        `The address holds a key, as "${name}". It was not used, and it was removed from the ` +
          'address bar: addresses end up in histories and logs. ' +
          'Put the key into the settings on this page, into api_key in config.toml, or into ' +
          'OPENAI_API_KEY. If anybody else may have seen the address, replace the key.',
      );
    } else if (!parameterNames.includes(name)) {
      warnings.push(
        `The parameter "${name}" is unknown and was ignored. ` +
          `Allowed: ${parameterNames.join(', ')}.`,
      );
    } else if (values.length > 1) {
      errors.push(
        `"${name}" occurs ${values.length} times ` +
          `(${values.map((value) => `"${value}"`).join(', ')}). Give it once.`,
      );
    } else given.set(name, values[0]!.trim());
  }
  return { given, errors, warnings, secrets };
}

function readRun(
  text: string,
  scenarios: readonly KnownScenario[],
  errors: string[],
): 'all' | string[] {
  if (text === 'all') return 'all';
  return readList(
    'run',
    text,
    scenarios.map(({ id }) => id),
    'all, or a list of',
    errors,
  );
}

function readTags(text: string, scenarios: readonly KnownScenario[], errors: string[]): string[] {
  const tags = new Set(scenarios.flatMap((scenario) => scenario.tags ?? []));
  return readList('tags', text, [...tags], 'a list of', errors);
}

function readList(
  name: string,
  text: string,
  allowed: readonly string[],
  form: string,
  errors: string[],
): string[] {
  const items = text.split(',').map((item) => item.trim());
  const values = [...new Set(items.filter(Boolean))];
  const hint = `Allowed: ${form} ${allowed.join(', ')}.`;
  if (values.length === 0) errors.push(`${name} is empty. ${hint}`);
  for (const value of values)
    if (!allowed.includes(value))
      errors.push(`${name} has "${value}", which does not exist. ${hint}`);
  return values;
}
