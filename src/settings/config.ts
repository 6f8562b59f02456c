import { parse, TomlError } from 'smol-toml';
import { UnmockedError } from '../errors.js';
import { checkSettings, show, type UncheckedSettings } from './check-settings.js';
import { definitions, settingNames } from './definitions.js';
import { ambientEnvironment, type Environment } from './environment.js';
import { fetchConfig } from './fetch-config.js';
import type { AgentSettings, Backend, SettingName } from './settings.js';

/** A `config.toml`, read and checked. */
export interface AgentConfig {
  /** From the base section. */
  settings: Partial<AgentSettings>;
  /** From each backend's section. They win over the base section for that backend. */
  backends: Partial<Record<Backend, Partial<AgentSettings>>>;
  /** Names of the sections as written: `agent`, `agent.openai`. */
  sections: { base: string } & Partial<Record<Backend, string>>;
  /** Unknown keys as written (`agent.temprature`). They are ignored; show them to the user. */
  unknownKeys: string[];
}

type Table = Record<string, unknown>;

/** Names of the base section. The second is the one of the framework that our first users know. */
const SECTIONS = ['agent', 'midori_ai_agent_base'];
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
 *     api_key = "${OPENAI_API_KEY}" # from the environment; not set if the variable is not set
 *     [agent.remote]               # or openai, langchain; wins for the remote backend
 *     model = "llama3.2"
 *     [agent.local]                # or huggingface
 *     model = "unmocked-tiny"
 *     [agent.reasoning_effort]
 *     effort = "low"
 *
 * @throws UnmockedError `invalid-config`. Broken TOML has `details.line` and `details.column` (both
 *   from 1). For a value that is not allowed, the message names the key and what is allowed.
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
  const sections: AgentConfig['sections'] = { base: section };
  for (const backend of ['local', 'remote'] as const) {
    const present = BACKEND_SECTIONS[backend].filter((name) => isTable(base[name]));
    // If a backend has two sections, `backend` picks.
    const name = present.find((candidate) => candidate === base['backend']) ?? present[0];
    const others = present.filter((other) => other !== name);
    unknownKeys.push(...others.map((other) => `${section}.${other}`));
    if (!name) continue;
    sections[backend] = `${section}.${name}`;
    backends[backend] = readSection(
      base[name] as Table,
      sections[backend],
      environment,
      unknownKeys,
    );
  }
  const sectionNames = Object.values(BACKEND_SECTIONS).flat();
  const own = Object.fromEntries(
    Object.entries(base).filter(([key, value]) => !(sectionNames.includes(key) && isTable(value))),
  );
  const settings = readSection(own, section, environment, unknownKeys);
  return { settings, backends, sections, unknownKeys };
}

/** Characters. */
const LONGEST_CONFIG = 1_000_000;
/** Lines around a mistake that are longer than this say less than they hide. Characters. */
const LONGEST_EXCERPT = 400;

function parseToml(toml: string): Table {
  if (toml.length > LONGEST_CONFIG)
    throw new UnmockedError(
      'invalid-config',
      `config.toml has ${toml.length} characters; the limit is ${LONGEST_CONFIG}.`,
    );
  try {
    return parse(toml);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = cause.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    // Show the lines around the mistake, unless one of them may hold a key.
    const { codeblock } = cause;
    const hidden = MAY_HOLD_KEY.test(codeblock) || codeblock.length > LONGEST_EXCERPT;
    const code = hidden ? '' : `\n${codeblock.trimEnd()}`;
    throw new UnmockedError(
      'invalid-config',
      'config.toml is not valid TOML: ' +
        `line ${cause.line}, column ${cause.column}: ${reason}.${code}`,
      { details: { line: cause.line, column: cause.column } },
    );
  }
}

function readSection(
  table: Table,
  section: string,
  environment: Environment,
  unknownKeys: string[],
): Partial<AgentSettings> {
  const settings: UncheckedSettings = {};
  const keys: Partial<Record<SettingName, string>> = {};
  const set = (name: SettingName, key: string, written: unknown) => {
    const value = substitute(name, `${section}.${key}`, written, environment);
    // Files of other frameworks leave these two empty to say "none".
    if (value === undefined || (value === '' && (name === 'apiUrl' || name === 'apiKey'))) return;
    settings[name] = withoutSynonym(name, value);
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
    const name = settingOf(key);
    // If a key and its alias are both present, the key wins.
    if (!name || (definitions[name].toml.key !== key && definitions[name].toml.key in table))
      unknownKeys.push(`${section}.${key}`);
    else set(name, key, value);
  }
  return checkSettings(
    settings,
    'invalid-config',
    (name) => `config.toml: ${section}.${keys[name] ?? definitions[name].toml.key}`,
  );
}

const settingOf = (key: string): SettingName | undefined =>
  settingNames.find((name) => {
    const { key: own, aliases = [] } = definitions[name].toml;
    return own === key || aliases.includes(key);
  });

function withoutSynonym(name: SettingName, value: unknown): unknown {
  const synonyms: Readonly<Record<string, unknown>> = definitions[name].toml.synonyms ?? {};
  return typeof value === 'string' && Object.hasOwn(synonyms, value) ? synonyms[value] : value;
}

/**
 * Replaces `"${OPENAI_API_KEY}"` with the variable, or with nothing if it is not set. A setting
 * takes its own variable only, so that a key cannot end up in another setting.
 */
function substitute(
  name: SettingName,
  key: string,
  value: unknown,
  environment: Environment,
): unknown {
  if (typeof value !== 'string' || !/^\$\{.*\}$/.test(value)) return value;
  const { environment: variable, secret } = definitions[name];
  if (variable && value === `\${${variable}}`) return environment[variable] || undefined;
  const shown = secret ? 'another variable' : show(value);
  const allowed = variable
    ? `Allowed: "\${${variable}}", or the value itself`
    : 'It cannot come from a variable: write the value itself';
  throw new UnmockedError('invalid-config', `config.toml: ${key} is ${shown}. ${allowed}.`);
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

function asTable(value: unknown, section: string): Table {
  if (isTable(value)) return value;
  throw new UnmockedError(
    'invalid-config',
    `config.toml: "${section}" is not a section. ` +
      `Write [${section}] on its own line, with the settings below it.`,
  );
}

/**
 * Fetches and reads a `config.toml`; by default, the one beside the page.
 *
 * @returns undefined if there is none (404).
 * @throws UnmockedError `network`, or what `parseConfig` throws; `AbortError`.
 */
export async function loadConfig(
  url: string | URL = 'config.toml',
  signal?: AbortSignal,
): Promise<AgentConfig | undefined> {
  const toml = await fetchConfig(url, signal);
  return toml === undefined ? undefined : parseConfig(toml);
}
