import { UnmockedError } from '../errors.js';

/** Every setting that an agent has. One table documents, checks and reports them; nothing else may be set. */
export interface AgentSettings {
  backend: 'auto' | 'local' | 'remote';
  model: string;
  device: 'auto' | 'webgpu' | 'wasm' | 'remote';
  hubUrl: string | undefined;
  maxNewTokens: number;
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
  default: T;
  /** What is allowed, for people. */
  allowed: string;
  accepts(value: unknown): boolean;
}

const oneOf = (...values: string[]) => ({ allowed: values.map((value) => `"${value}"`).join(', '), accepts: (value: unknown) => values.includes(value as string) });
const number = (min: number, max: number) => ({
  allowed: `a number from ${min} to ${max}`,
  accepts: (value: unknown) => typeof value === 'number' && value >= min && value <= max,
});
const integer = (min: number, max: number) => ({
  allowed: `a whole number from ${min} to ${max}`,
  accepts: (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
});
const text = { allowed: 'a text', accepts: (value: unknown) => typeof value === 'string' };

export const options: { [K in keyof AgentSettings]: Option<AgentSettings[K]> } = {
  backend: { key: 'backend', default: 'auto', ...oneOf('auto', 'local', 'remote') },
  model: { key: 'model', default: 'unmocked-tiny', allowed: 'a model id, a hub id or a folder URL', accepts: (value) => typeof value === 'string' && value.trim() !== '' },
  device: { key: 'device', default: 'auto', ...oneOf('auto', 'webgpu', 'wasm', 'remote') },
  hubUrl: { key: 'hub_url', default: undefined, allowed: 'the http(s) URL of a mirror in the hub\'s layout, without a password', accepts: isHttpUrl },
  maxNewTokens: { key: 'max_new_tokens', default: 64, ...integer(1, 100_000) },
  temperature: { key: 'temperature', default: 0, ...number(0, 2) },
  topP: { key: 'top_p', default: 1, allowed: 'a number above 0, up to 1', accepts: (value) => typeof value === 'number' && value > 0 && value <= 1 },
  topK: { key: 'top_k', default: 50, ...integer(0, 1000) },
  repetitionPenalty: { key: 'repetition_penalty', default: 1, ...number(0.5, 2) },
  seed: { key: 'seed', default: 0, ...integer(0, 2 ** 32 - 1) },
  stop: { key: 'stop', default: [], allowed: 'a list of texts', accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '') },
  systemContext: { key: 'system_context', default: '', ...text },
};

export const optionNames = Object.keys(options) as (keyof AgentSettings)[];

/**
 * Checks settings that came from anywhere; missing ones are left out.
 *
 * @param label says in errors how the caller wrote an option's name.
 * @throws UnmockedError with `code`, naming the value and what is allowed.
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
    if (!options[name].accepts(value)) {
      throw new UnmockedError(code, `${label(name)} is ${show(value)}. Allowed: ${options[name].allowed}.`, { details: { option: name } });
    }
    checked[name] = value;
  }
  return checked as Partial<AgentSettings>;
}

export function defaultSettings(): AgentSettings {
  return Object.fromEntries(optionNames.map((name) => [name, options[name].default])) as unknown as AgentSettings;
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && !username && !password;
}

/** A value as an error message shows it: like JSON, and not too long. */
export function show(value: unknown): string {
  if (typeof value === 'number') return String(value); // NaN and Infinity too
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
