import { checkSettings } from '../settings/options.js';
import { resolveModel } from '../models/registry.js';
import { type PageDevice, pageDevices, type RunSettings } from './events.js';

/** What the page's address asks for. Only what it says is set. */
export interface PageParameters extends Partial<Omit<RunSettings, 'apiKey'>> {
  /** Scenarios to run at once: ids, or all of those that `tags` leaves. */
  run?: 'all' | string[];
  /** Shows, and runs, only scenarios with one of these tags. */
  tags?: string[];
  /** Values that cannot be: nothing is run. */
  errors: string[];
  /** Parameters that mean nothing here: a run goes on without them. */
  warnings: string[];
  /** Names of parameters, as they are written, that may hold a key: they are to leave the address bar at once. */
  secrets?: string[];
}

/** What the address may name. */
export interface KnownScenario {
  id: string;
  tags?: readonly string[];
}

const names = ['run', 'model', 'device', 'seed', 'tags', 'hub', 'backend', 'api_url'] as const;
type Name = (typeof names)[number];

/** Parameters that people put a key into, without case, `-` and `_`. */
const secretNames = [
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
const isSecret = (name: string) => secretNames.includes(name.toLowerCase().replace(/[^a-z]/g, ''));

/** The parameter that says a setting. */
export const parameterNames: Partial<Record<keyof RunSettings, Name>> = {
  model: 'model',
  device: 'device',
  seed: 'seed',
  hub: 'hub',
  backend: 'backend',
  apiUrl: 'api_url',
};

/**
 * Reads the page's parameters, for instance `?run=streaming,chat-completion&device=wasm&seed=7`. Never throws: each text in `errors` and
 * `warnings` names the parameter, its value and what is allowed.
 */
export function parseUrlParameters(
  search: string,
  scenarios: readonly KnownScenario[],
): PageParameters {
  const parameters: PageParameters = { errors: [], warnings: [] };
  const query = new URLSearchParams(search);
  const given = new Map<Name, string>();
  for (const name of new Set(query.keys())) {
    if (isSecret(name)) {
      (parameters.secrets ??= []).push(name);
      parameters.errors.push(
        `The address holds a key, as "${name}". It is not used, and was taken out of the address bar; addresses are kept in histories and in logs. ` +
          'A key belongs into the settings on this page, into api_key in config.toml, or into OPENAI_API_KEY. If anybody else may have seen the address, replace the key.',
      );
      continue;
    }
    const known = names.find((candidate) => candidate === name);
    if (!known) {
      parameters.warnings.push(
        `The parameter "${name}" is not known and was ignored. Allowed: ${names.join(', ')}.`,
      );
      continue;
    }
    const values = query.getAll(name);
    if (values.length > 1)
      parameters.errors.push(
        `"${name}" is given ${values.length} times (${values.map((value) => `"${value}"`).join(', ')}). Give it once.`,
      );
    else given.set(known, values[0]!.trim());
  }
  const ids = scenarios.map(({ id }) => id);
  const readers: Record<Name, (text: string) => void> = {
    run(text) {
      if (text === 'all') parameters.run = 'all';
      else parameters.run = readList('run', text, ids, 'all, or a list of');
    },
    tags(text) {
      parameters.tags = readList(
        'tags',
        text,
        [...new Set(scenarios.flatMap(({ tags = [] }) => tags))],
        'a list of',
      );
    },
    device(text) {
      const device = pageDevices.find((candidate) => candidate === text);
      if (device) parameters.device = device satisfies PageDevice;
      else parameters.errors.push(`device is "${text}". Allowed: ${pageDevices.join(', ')}.`);
    },
    seed(text) {
      // Number() would take "", "1e3" and "0x10".
      if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) parameters.seed = Number(text);
      else
        parameters.errors.push(`seed is "${text}". Allowed: a whole number from 0 to 4294967295.`);
    },
    model(text) {
      parameters.model = text;
      attempt(() => resolveModel(text));
    },
    hub(text) {
      parameters.hub = text;
      if (text) attempt(() => resolveModel('owner/name', { hub: text }));
      else
        parameters.errors.push(
          'hub is empty. Give the URL of a mirror, such as "https://example.org/".',
        );
    },
    backend(text) {
      attempt(() => (parameters.backend = checkSettings({ backend: text }).backend!));
    },
    api_url(text) {
      attempt(
        () =>
          (parameters.apiUrl = checkSettings(
            { apiUrl: text },
            'invalid-argument',
            () => 'api_url',
          ).apiUrl!),
      );
    },
  };
  const attempt = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      parameters.errors.push((error as Error).message);
    }
  };
  function readList(name: Name, text: string, allowed: readonly string[], form: string): string[] {
    const values = [
      ...new Set(
        text
          .split(',')
          .map((value) => value.trim())
          .filter(Boolean),
      ),
    ];
    if (values.length === 0)
      parameters.errors.push(`${name} is empty. Allowed: ${form} ${allowed.join(', ')}.`);
    for (const value of values.filter((candidate) => !allowed.includes(candidate))) {
      parameters.errors.push(
        `${name} has "${value}", which does not exist. Allowed: ${form} ${allowed.join(', ')}.`,
      );
    }
    return values;
  }
  for (const [name, text] of given) readers[name](text);

  const { run, tags } = parameters;
  if (Array.isArray(run) && tags && parameters.errors.length === 0) {
    const left = scenarios.filter(
      (scenario) => run.includes(scenario.id) && hasTag(scenario, tags),
    );
    if (left.length === 0)
      parameters.errors.push(
        `None of the scenarios ${run.join(', ')} has one of the tags ${tags.join(', ')}.`,
      );
  }
  return parameters;
}

/** Whether a scenario has one of the tags; every one has, where there are none to have. */
export const hasTag = (scenario: KnownScenario, tags: readonly string[]): boolean =>
  tags.length === 0 || (scenario.tags ?? []).some((tag) => tags.includes(tag));
