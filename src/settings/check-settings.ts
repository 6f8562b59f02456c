import { UnmockedError } from '../errors.js';
import { definitions, settingNames } from './definitions.js';
import type { AgentSettings, SettingName } from './settings.js';

/** Settings that nobody has checked yet. */
export type UncheckedSettings = Partial<Record<SettingName, unknown>>;

/**
 * Checks settings from any source. `undefined` means that a setting is not set.
 *
 * @param label how the caller wrote the setting's name, for the error message.
 * @returns only the settings that are set.
 * @throws UnmockedError with `code`. It names the value (but never a secret) and what is allowed.
 */
export function checkSettings(
  settings: UncheckedSettings,
  code: 'invalid-argument' | 'invalid-config' = 'invalid-argument',
  label: (name: SettingName) => string = (name) => name,
): Partial<AgentSettings> {
  const checked: UncheckedSettings = {};
  for (const name of settingNames) {
    const value = settings[name];
    if (value === undefined) continue;
    const { accepts, allowed, secret } = definitions[name];
    if (!accepts(value)) {
      const shown = secret ? 'not usable (the value is not shown)' : show(value);
      throw new UnmockedError(code, `${label(name)} is ${shown}. Allowed: ${allowed}.`, {
        details: { setting: name },
      });
    }
    checked[name] = value;
  }
  return checked as Partial<AgentSettings>;
}

/**
 * Reads a string from a URL, an attribute or a form field. Numbers become numbers; anything else
 * stays a string, so that `checkSettings` can show what was written.
 */
export function fromText(name: SettingName, written: string): string | number {
  const trimmed = written.trim();
  const isNumber = typeof definitions[name].default === 'number' && /^\d+(\.\d+)?$/.test(trimmed);
  return isNumber ? Number(trimmed) : trimmed;
}

/** A value for an error message: JSON, cut to a readable length, without the password of a URL. */
export function show(value: unknown): string {
  if (typeof value === 'number') return String(value); // JSON has no NaN and no Infinity.
  const json = (JSON.stringify(value) ?? String(value)).replace(/\/\/[^/\s"]*@/g, '//…@');
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
