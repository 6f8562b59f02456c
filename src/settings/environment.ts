import { checkSettings, type UncheckedSettings } from './check-settings.js';
import { definitions, settingNames } from './definitions.js';
import type { AgentSettings, EnvironmentName } from './settings.js';

export type Environment = Partial<Record<EnvironmentName, string>>;

/** The environment variables that are settings. */
export const environmentNames: readonly EnvironmentName[] = settingNames.flatMap(
  (name) => definitions[name].environment ?? [],
);

/**
 * The environment variables that are settings. They come from `process.env` (in Node, and where a
 * test runner puts it into the page), or else from `import.meta.env`, which Vite replaces when it
 * builds.
 */
export function ambientEnvironment(): Environment {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const vite = import.meta.env as Record<string, string | undefined> | undefined;
  const environment: Environment = {};
  for (const name of environmentNames) {
    const value = process?.env?.[name] ?? vite?.[name];
    if (value) environment[name] = value;
  }
  return environment;
}

/**
 * The settings in an environment. Empty variables do not count.
 *
 * @throws UnmockedError `invalid-config`, naming the variable and what is allowed.
 */
export function readEnvironment(
  environment: Environment = ambientEnvironment(),
): Partial<AgentSettings> {
  const settings: UncheckedSettings = {};
  for (const name of settingNames) {
    const variable = definitions[name].environment;
    const value = variable && environment[variable]?.trim();
    if (value) settings[name] = value;
  }
  return checkSettings(
    settings,
    'invalid-config',
    (name) => `The environment variable ${definitions[name].environment}`,
  );
}
