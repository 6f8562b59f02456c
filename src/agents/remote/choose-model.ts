import { UnmockedError } from '../../errors.js';
import { models } from '../../models/registry.js';
import type { ResolvedSettings } from '../../settings/resolve.js';

/**
 * Checks that a server has the model. Only the first rung of a ladder needs this: a server that the
 * user asked for may know more names than it lists. A server with a single model takes any name for
 * it, as llama.cpp does, except the name of one of this page's models.
 *
 * @throws UnmockedError `model-not-found`.
 */
export function assertServed(
  { settings, origins }: ResolvedSettings,
  served: readonly string[],
): void {
  const { model, apiUrl } = settings;
  const isOwn = models.some(({ id }) => id === model);
  if (
    origins.model === 'default' ||
    served.length === 0 ||
    served.includes(model) ||
    served.includes(`${model}:latest`) ||
    (served.length === 1 && !isOwn)
  )
    return;
  throw new UnmockedError(
    'model-not-found',
    `${apiUrl} has no model "${model}". It has: ${list(served)}.`,
    { details: { fault: 'no-such-model', url: apiUrl } },
  );
}

/**
 * The model that is set. Without one, the default if the server has it, or the server's only model.
 *
 * @throws UnmockedError `invalid-config` if the server has several other models.
 */
export function chooseModel(
  { settings, origins }: ResolvedSettings,
  served: readonly string[],
): string {
  if (origins.model !== 'default' || served.length === 0 || served.includes(settings.model))
    return settings.model;
  if (served.length === 1) return served[0]!;
  throw new UnmockedError(
    'invalid-config',
    `No model is set, and ${settings.apiUrl} has ${served.length}: ${list(served)}. ` +
      'Set model in config.toml, AF_LLM_MODEL, or the model in the settings.',
  );
}

const list = (served: readonly string[]): string => served.slice(0, 20).join(', ');
