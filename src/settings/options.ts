import { UnmockedError } from '../errors.js';
import type { EnvironmentName } from './environment.js';

export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high';
export const reasoningEfforts = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
] as const satisfies readonly ReasoningEffort[];

/** Every setting that an agent has. One table documents, checks and reports them; nothing else may be set. */
export interface AgentSettings {
  backend: 'auto' | 'local' | 'remote';
  model: string;
  device: 'auto' | 'webgpu' | 'wasm' | 'remote';
  hubUrl: string | undefined;
  /** Base URL of an OpenAI-compatible server, `/v1` included. */
  apiUrl: string | undefined;
  /** Secret: never in a URL, a report, a log, an error or an attribute. */
  apiKey: string | undefined;
  /** Seconds that a server may be silent: before its answer begins, and between two pieces of it. */
  timeoutSeconds: number;
  /** How often a request is sent again after 429, 503 or a lost connection; never after the first token. */
  maxRetries: number;
  reasoningEffort: ReasoningEffort | undefined;
  maxTokens: number;
  temperature: number;
  topP: number;
  topK: number;
  repetitionPenalty: number;
  seed: number;
  stop: string[];
  systemContext: string;
}

interface Option<T> {
  /** Name in config.toml. */
  key: string;
  /** Other names in config.toml that mean the same, in other frameworks' files. */
  aliases?: readonly string[];
  /** Other values that mean the same, in other frameworks' files. */
  synonyms?: Readonly<Record<string, T>>;
  /** The environment variable that sets it. */
  environment?: EnvironmentName;
  /** Its value is never shown. */
  secret?: true;
  default: T;
  /** What is allowed, for people. */
  allowed: string;
  accepts(value: unknown): boolean;
}

const oneOf = (...values: string[]) => ({
  allowed: values.map((value) => `"${value}"`).join(', '),
  accepts: (value: unknown) => values.includes(value as string),
});
const number = (min: number, max: number) => ({
  allowed: `a number from ${min} to ${max}`,
  accepts: (value: unknown) => typeof value === 'number' && value >= min && value <= max,
});
const integer = (min: number, max: number) => ({
  allowed: `a whole number from ${min} to ${max}`,
  accepts: (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
});
const text = { allowed: 'a text', accepts: (value: unknown) => typeof value === 'string' };

export const options: { [K in keyof AgentSettings]: Option<AgentSettings[K]> } = {
  backend: {
    key: 'backend',
    synonyms: { openai: 'remote', langchain: 'remote', huggingface: 'local' },
    default: 'auto',
    ...oneOf('auto', 'local', 'remote'),
  },
  model: {
    key: 'model',
    environment: 'AF_LLM_MODEL',
    default: 'unmocked-tiny',
    allowed: 'a model id, a hub id or a folder URL',
    accepts: (value) => typeof value === 'string' && value.trim() !== '',
  },
  device: {
    key: 'device',
    synonyms: { cpu: 'wasm', cuda: 'webgpu', mps: 'webgpu' },
    default: 'auto',
    ...oneOf('auto', 'webgpu', 'wasm', 'remote'),
  },
  hubUrl: {
    key: 'hub_url',
    default: undefined,
    allowed: "the http(s) URL of a mirror in the hub's layout, without a password",
    accepts: isHttpUrl,
  },
  apiUrl: {
    key: 'api_url',
    aliases: ['base_url'],
    environment: 'OPENAI_API_URL',
    default: undefined,
    allowed:
      'the http(s) base URL of an OpenAI-compatible server, such as "http://127.0.0.1:11434/v1", without a password, a query or a fragment',
    accepts: isBaseUrl,
  },
  apiKey: {
    key: 'api_key',
    environment: 'OPENAI_API_KEY',
    secret: true,
    default: undefined,
    allowed: 'a key of visible ASCII characters, without spaces or line breaks',
    accepts: (value) => typeof value === 'string' && /^[\x21-\x7e]{1,4096}$/.test(value),
  },
  timeoutSeconds: {
    key: 'timeout_seconds',
    default: 60,
    allowed: 'a number of seconds above 0, up to 3600',
    accepts: (value) => typeof value === 'number' && value > 0 && value <= 3600,
  },
  maxRetries: { key: 'max_retries', default: 2, ...integer(0, 10) },
  reasoningEffort: { key: 'reasoning_effort', default: undefined, ...oneOf(...reasoningEfforts) },
  maxTokens: {
    key: 'max_new_tokens',
    aliases: ['max_tokens'],
    default: 64,
    ...integer(1, 100_000),
  },
  temperature: { key: 'temperature', default: 0, ...number(0, 2) },
  topP: {
    key: 'top_p',
    default: 1,
    allowed: 'a number above 0, up to 1',
    accepts: (value) => typeof value === 'number' && value > 0 && value <= 1,
  },
  topK: { key: 'top_k', default: 50, ...integer(0, 1000) },
  repetitionPenalty: { key: 'repetition_penalty', default: 1, ...number(0.5, 2) },
  seed: { key: 'seed', default: 0, ...integer(0, 2 ** 32 - 1) },
  stop: {
    key: 'stop',
    default: [],
    allowed: 'a list of texts',
    accepts: (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== ''),
  },
  systemContext: { key: 'system_context', default: '', ...text },
};

export const optionNames = Object.keys(options) as (keyof AgentSettings)[];

/**
 * Checks settings that came from anywhere; missing ones are left out.
 *
 * @param label says in errors how the caller wrote an option's name.
 * @throws UnmockedError with `code`, naming the value (but never a secret) and what is allowed.
 */
export function checkSettings(
  settings: Partial<Record<keyof AgentSettings, unknown>>,
  code: 'invalid-argument' | 'invalid-config' = 'invalid-argument',
  label: (name: keyof AgentSettings) => string = (name) => name,
): Partial<AgentSettings> {
  const checked: Record<string, unknown> = {};
  for (const name of optionNames) {
    const value = settings[name];
    if (value === undefined) continue;
    const { accepts, allowed, secret } = options[name];
    if (!accepts(value)) {
      const shown = secret ? 'not usable (its value is not shown)' : show(value);
      throw new UnmockedError(code, `${label(name)} is ${shown}. Allowed: ${allowed}.`, {
        details: { option: name },
      });
    }
    checked[name] = value;
  }
  return checked as Partial<AgentSettings>;
}

export function defaultSettings(): AgentSettings {
  return Object.fromEntries(
    optionNames.map((name) => [name, options[name].default]),
  ) as unknown as AgentSettings;
}

function isHttpUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  // The parser mends "http:host" and "http:///host"; whoever wrote that did not mean it.
  return (
    /^https?:\/\/[^/]/i.test(value.trim()) && /^https?:$/.test(protocol) && !username && !password
  );
}

function isBaseUrl(value: unknown): boolean {
  return isHttpUrl(value) && !/[?#]/.test(value);
}

/** A value as an error message shows it: like JSON, not too long, and without the password that a URL may hold. */
export function show(value: unknown): string {
  if (typeof value === 'number') return String(value); // NaN and Infinity too
  const json = (JSON.stringify(value) ?? String(value)).replace(/\/\/[^/\s"]*@/g, '//…@');
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
