import { resolveModel } from '../models/registry.js';
import { checkSettings, fromText } from './check-settings.js';
import { definitions, settingNames } from './definitions.js';
import type { AgentSettings, SettingName } from './settings.js';

/** The URL parameters that are settings. */
export const settingParameters = settingNames.flatMap((name) => definitions[name].parameter ?? []);

/** The URL parameters of these settings. */
export const parametersOf = (names: readonly SettingName[]): string[] =>
  names.flatMap((name) => definitions[name].parameter ?? []);

/**
 * Reads the settings in a page's URL. Never throws: each error names the parameter, its value and
 * what is allowed.
 *
 * @param get a parameter's value, by name.
 */
export function readUrlSettings(get: (parameter: string) => string | undefined): {
  settings: Partial<AgentSettings>;
  errors: string[];
} {
  const settings: Partial<AgentSettings> = {};
  const errors: string[] = [];
  for (const name of settingNames) {
    const { parameter } = definitions[name];
    const text = parameter === undefined ? undefined : get(parameter);
    if (parameter === undefined || text === undefined) continue;
    try {
      if (name === 'model') resolveModel(text); // Its error lists the models.
      const values = { [name]: fromText(name, text) };
      Object.assign(
        settings,
        checkSettings(values, 'invalid-argument', () => parameter),
      );
    } catch (error) {
      errors.push((error as Error).message);
    }
  }
  return { settings, errors };
}
