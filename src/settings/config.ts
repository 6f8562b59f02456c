import { parse, TomlError } from 'smol-toml';
import { UnmockedError } from '../errors.js';
import { ambientEnvironment, type Environment } from './environment.js';
import { fetchConfig } from './fetch-config.js';
import { type AgentSettings, checkSettings, optionNames, options, show } from './options.js';

export type Backend = 'local' | 'remote';

/** A `config.toml` that was read and checked. */
export interface AgentConfig {
  /** Of the base section. */
  settings: Partial<AgentSettings>;
  /** Of each backend's section; they win over the base section where that backend is used. */
  backends: Partial<Record<Backend, Partial<AgentSettings>>>;
  /** The sections that were read, as they are called there: `agent`, `agent.openai`. */
  sections: { base: string } & Partial<Record<Backend, string>>;
  /** Keys that mean nothing here, as they were written (`agent.temprature`), to be shown and not swallowed. */
  unknownKeys: string[];
}

type Table = Record<string, unknown>;

/** The base section's names, ours first; the other one is that of the framework which this project's first users came from. */
const SECTIONS = ['agent', 'midori_ai_agent_base'];
/** Names of the backends' sections, ours first. */
const BACKEND_SECTIONS: Record<Backend, readonly string[]> = {
  local: ['local', 'huggingface'],
  remote: ['remote', 'openai', 'langchain'],
};
const REASONING_SECTION = 'reasoning_effort';
const MAY_HOLD_KEY = /key|token|secret|password|bearer|sk-|[\w-]{24,}/i;

/**
 * Reads a `config.toml`.
 *
 *     [agent]                      # or [midori_ai_agent_base]
 *     backend = "auto"
 *     api_key = "${OPENAI_API_KEY}" # taken from the environment; unset where it is not there
 *     [agent.remote]               # or openai, langchain; wins where the remote backend is used
 *     model = "llama3.2"
 *     [agent.local]                # or huggingface
 *     model = "unmocked-tiny"
 *     [agent.reasoning_effort]
 *     effort = "low"
 *
 * @throws UnmockedError `invalid-config`: for broken TOML with `details.line` and `details.column` (both from 1), for a value that is
 *   not allowed with the key and what is.
 */
export function parseConfig(
  toml: string,
  environment: Environment = ambientEnvironment(),
): AgentConfig {
  const root = parseToml(toml);
  const unknownKeys: string[] = [];
  const section = SECTIONS.find((name) => name in root);
  unknownKeys.push(...Object.keys(root).filter((key) => key !== section));
  if (!section)
    return { settings: {}, backends: {}, sections: { base: SECTIONS[0]! }, unknownKeys };

  const base = asTable(root[section], section);
  const backends: AgentConfig['backends'] = {};
  const read: AgentConfig['sections'] = { base: section };
  const written = (base['backend'] as string | undefined) ?? '';
  for (const backend of ['local', 'remote'] as const) {
    // Of two sections for one backend the one counts that `backend` names.
    const present = BACKEND_SECTIONS[backend].filter((name) => isTable(base[name]));
    const name = present.includes(written) ? written : present[0];
    unknownKeys.push(
      ...present.filter((other) => other !== name).map((other) => `${section}.${other}`),
    );
    if (!name) continue;
    read[backend] = `${section}.${name}`;
    backends[backend] = readSection(base[name] as Table, read[backend], environment, unknownKeys);
  }
  const sections = Object.values(BACKEND_SECTIONS).flat();
  const own = Object.fromEntries(
    Object.entries(base).filter(([key, value]) => !(sections.includes(key) && isTable(value))),
  );
  return {
    settings: readSection(own, section, environment, unknownKeys),
    backends,
    sections: read,
    unknownKeys,
  };
}

function parseToml(toml: string): Table {
  try {
    return parse(toml);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = cause.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    // The lines around it are shown, unless one may hold a key: a mistake can put that anywhere.
    const code = MAY_HOLD_KEY.test(cause.codeblock) ? '' : `\n${cause.codeblock.trimEnd()}`;
    throw new UnmockedError(
      'invalid-config',
      `config.toml cannot be read: line ${cause.line}, column ${cause.column}: ${reason}.${code}`,
      {
        details: { line: cause.line, column: cause.column },
      },
    );
  }
}

function readSection(
  table: Table,
  section: string,
  environment: Environment,
  unknownKeys: string[],
): Partial<AgentSettings> {
  const settings: Partial<Record<keyof AgentSettings, unknown>> = {};
  const keys: Partial<Record<keyof AgentSettings, string>> = {};
  const set = (name: keyof AgentSettings, key: string, value: unknown) => {
    const given = substitute(name, `${section}.${key}`, value, environment);
    // Other frameworks' files leave these empty where there is none.
    if (given === undefined || (given === '' && (name === 'apiUrl' || name === 'apiKey'))) return;
    const synonyms = options[name].synonyms as Readonly<Record<string, unknown>> | undefined;
    settings[name] =
      typeof given === 'string' && synonyms && Object.hasOwn(synonyms, given)
        ? synonyms[given]
        : given;
    keys[name] = key;
  };
  for (const [key, value] of Object.entries(table)) {
    if (key === REASONING_SECTION && isTable(value)) {
      for (const [inner, effort] of Object.entries(value)) {
        if (inner === 'effort') set('reasoningEffort', `${key}.effort`, effort);
        else unknownKeys.push(`${section}.${key}.${inner}`);
      }
      continue;
    }
    const name = optionNames.find(
      (candidate) => options[candidate].key === key || options[candidate].aliases?.includes(key),
    );
    // Where a key and its alias are both there, the key counts.
    if (!name || (options[name].key !== key && options[name].key in table))
      unknownKeys.push(`${section}.${key}`);
    else set(name, key, value);
  }
  return checkSettings(
    settings,
    'invalid-config',
    (name) => `config.toml: ${section}.${keys[name] ?? options[name].key}`,
  );
}

/** `"${OPENAI_API_KEY}"` stands for the variable, or for nothing where that is not set. Each setting takes its own variable only, so that no key ends up in another. */
function substitute(
  name: keyof AgentSettings,
  key: string,
  value: unknown,
  environment: Environment,
): unknown {
  if (typeof value !== 'string' || !/^\$\{.*\}$/.test(value)) return value;
  const { environment: variable, secret } = options[name];
  if (variable && value === `\${${variable}}`) return environment[variable] || undefined;
  const shown = secret ? 'another variable' : show(value);
  throw new UnmockedError(
    'invalid-config',
    `config.toml: ${key} is ${shown}. ${variable ? `Allowed: "\${${variable}}", or the value itself` : 'It takes no variable: write the value itself'}.`,
  );
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function asTable(value: unknown, section: string): Table {
  if (isTable(value)) return value;
  throw new UnmockedError(
    'invalid-config',
    `config.toml: "${section}" is not a section. Write [${section}] on a line of its own, and the settings below it.`,
  );
}

/**
 * Fetches and reads a `config.toml`, by default the one beside the page.
 *
 * @returns undefined where there is none (404).
 * @throws UnmockedError `network`, or as `parseConfig` does; `AbortError`.
 */
export async function loadConfig(
  url: string | URL = 'config.toml',
  signal?: AbortSignal,
): Promise<AgentConfig | undefined> {
  const toml = await fetchConfig(url, signal);
  return toml === undefined ? undefined : parseConfig(toml);
}
