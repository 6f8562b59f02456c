import type { AgentSettings } from '../settings/options.js';
import type { RunSettings } from './events.js';

/** What the page calls a setting, and what the agent does. */
export const agentNames = {
  model: 'model',
  device: 'device',
  seed: 'seed',
  hub: 'hubUrl',
  backend: 'backend',
  apiUrl: 'apiUrl',
  apiKey: 'apiKey',
} as const satisfies Record<keyof RunSettings, keyof AgentSettings>;

export const runSettingNames = Object.keys(agentNames) as (keyof RunSettings)[];

/** The page's settings under the agent's names; an empty text is no value. Not checked. */
export function toAgentSettings(
  settings: Partial<RunSettings>,
): Partial<Record<keyof AgentSettings, unknown>> {
  return Object.fromEntries(
    runSettingNames
      .filter((name) => name in settings)
      .map((name) => {
        const value = settings[name];
        return [agentNames[name], value === '' ? undefined : value];
      }),
  );
}
