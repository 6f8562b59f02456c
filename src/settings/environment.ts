import { type AgentSettings, checkSettings, optionNames, options } from './options.js';

export const environmentNames = ['OPENAI_API_URL', 'OPENAI_API_KEY', 'AF_LLM_MODEL'] as const;
export type EnvironmentName = (typeof environmentNames)[number];
export type Environment = Partial<Record<EnvironmentName, string>>;

/**
 * The environment where this code runs: `process.env` in Node and where a test runner sets it in the page, else what Vite put into
 * the page. Vite replaces `import.meta.env` when it builds; elsewhere there is none.
 */
export function ambientEnvironment(): Environment {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const vite = (import.meta as { env?: Record<string, string | undefined> }).env;
  const environment: Environment = {};
  for (const name of environmentNames) {
    const value = process?.env?.[name] ?? vite?.[name];
    if (value) environment[name] = value;
  }
  return environment;
}

/**
 * The settings in an environment; empty variables do not count.
 *
 * @throws UnmockedError `invalid-config`, naming the variable and what is allowed.
 */
export function readEnvironment(
  environment: Environment = ambientEnvironment(),
): Partial<AgentSettings> {
  const settings: Partial<Record<keyof AgentSettings, unknown>> = {};
  for (const name of optionNames) {
    const variable = options[name].environment;
    const value = variable && environment[variable]?.trim();
    if (value) settings[name] = value;
  }
  return checkSettings(
    settings,
    'invalid-config',
    (name) => `The environment variable ${options[name].environment}`,
  );
}
