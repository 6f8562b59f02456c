import { fromText } from './check-settings.js';
import { definitions } from './definitions.js';
import type { SettingName } from './settings.js';

/**
 * Options for an element's property that is a setting: its attribute, and how to read it. A setting
 * without an attribute, such as the key, is a property only.
 *
 * @example @property(fromAttribute('hubUrl')) hubUrl?: string;
 */
export const fromAttribute = (name: SettingName) => ({
  attribute: definitions[name].attribute ?? (false as const),
  converter: (text: string | null) => (text === null ? undefined : fromText(name, text)),
});
