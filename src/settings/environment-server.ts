import { readEnvironment } from './environment.js';
import type { RunSettings } from './run-settings.js';

/**
 * The server that the environment sets; null: none.
 *
 * @throws UnmockedError `invalid-config`.
 */
export function environmentServer(): RunSettings['server'] {
  const { apiUrl, apiKey, model } = readEnvironment();
  return apiUrl ? { apiUrl, apiKey, model } : null;
}
