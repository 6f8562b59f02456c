import { parse, TomlError } from 'smol-toml';
import { UnmockedError } from '../errors.js';
import { checkSettings, optionNames, options, type AgentSettings } from './options.js';

export interface AgentConfig {
  settings: Partial<AgentSettings>;
  /** Keys that mean nothing here, as they were written (`agent.temprature`), to be shown and not swallowed. */
  unknownKeys: string[];
}

/**
 * Reads a `config.toml`. Settings stand in the section `[agent]`.
 *
 * @throws UnmockedError `invalid-config`: for broken TOML with `details.line` and `details.column` (both from 1), for a value that is
 *   not allowed with the key and what is.
 */
export function parseConfig(toml: string): AgentConfig {
  let root: Record<string, unknown>;
  try {
    root = parse(toml);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = cause.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    throw new UnmockedError('invalid-config', `config.toml cannot be read: line ${cause.line}, column ${cause.column}: ${reason}.\n${cause.codeblock.trimEnd()}`, {
      cause,
      details: { line: cause.line, column: cause.column },
    });
  }
  const unknownKeys = Object.keys(root).filter((key) => key !== 'agent');
  const agent = root['agent'] ?? {};
  if (typeof agent !== 'object' || Array.isArray(agent) || agent instanceof Date) {
    throw new UnmockedError('invalid-config', 'config.toml: "agent" is not a section. Write [agent] on a line of its own, and the settings below it.');
  }
  const settings: Partial<Record<keyof AgentSettings, unknown>> = {};
  for (const [key, value] of Object.entries(agent)) {
    const name = optionNames.find((candidate) => options[candidate].key === key);
    if (name) settings[name] = value;
    else unknownKeys.push(`agent.${key}`);
  }
  return { settings: checkSettings(settings, 'invalid-config', (name) => `config.toml: agent.${options[name].key}`), unknownKeys };
}

/**
 * Fetches and reads a `config.toml`, by default the one beside the page.
 *
 * @returns undefined where there is none (404).
 * @throws UnmockedError `network`, or as `parseConfig` does; `AbortError`.
 */
export async function loadConfig(url: string | URL = 'config.toml', signal?: AbortSignal): Promise<AgentConfig | undefined> {
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null, cache: 'no-cache' });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new UnmockedError('network', `The configuration could not be fetched from ${url}: ${(cause as Error).message}.`, { cause });
  }
  if (response.status === 404) return undefined;
  if (!response.ok) throw new UnmockedError('network', `The configuration at ${url} answered with status ${response.status}.`);
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) return undefined; // an index page in place of a 404
  return parseConfig(await response.text());
}
