import type { UncheckedSettings } from '../settings/check-settings.js';
import { callSettingNames, type CallSettingName } from '../settings/definitions.js';

/** The settings among a call's options, not checked. They override the agent's own. */
export const pickSettings = (
  options: Partial<Record<CallSettingName, unknown>>,
): UncheckedSettings => Object.fromEntries(callSettingNames.map((name) => [name, options[name]]));
