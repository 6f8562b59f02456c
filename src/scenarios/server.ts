import { readModels } from '../agents/remote/models.js';
import { Connection } from '../agents/remote/connection.js';
import { checkSettings } from '../settings/check-settings.js';
import { toErrorRecord } from '../errors.js';
import { models as registry } from '../models/registry.js';

/** An OpenAI-compatible server, as configured. */
export interface ServerSettings {
  /** Base URL, `/v1` included. */
  apiUrl: string;
  apiKey?: string;
  /** Default: the run's model if the server has it, otherwise its only model. */
  model?: string;
}

/** A server that responds. */
export interface Server extends ServerSettings {
  model: string;
  models: readonly string[];
  /** Set if the server simulates faults on request, as `npm run serve:openai` does. */
  faults?: { closedPort: number };
}

const ASK_SECONDS = 5;

/**
 * Contacts a server and decides which of its models to use: the chosen one, the preferred one, or
 * its only one.
 *
 * @returns the server, or the reason why it cannot be used.
 * @throws UnmockedError `invalid-argument` for invalid settings; `AbortError`.
 */
export async function findServer(
  settings: ServerSettings,
  { preferred, signal }: { preferred?: string; signal?: AbortSignal } = {},
): Promise<Server | { reason: string }> {
  const { apiUrl, apiKey } = settings;
  checkSettings({ apiUrl, apiKey, model: settings.model });
  try {
    const models = (
      await readModels(
        new Connection({ apiUrl, apiKey, timeoutSeconds: ASK_SECONDS, maxRetries: 0 }),
        signal,
      )
    ).map(({ id }) => id);
    const model = chooseModel(settings.model, preferred, models);
    if (model === undefined) {
      const list =
        models.length > 0
          ? `has ${models.length} models (${models.slice(0, 10).join(', ')})`
          : 'lists no models';
      return {
        reason:
          `${apiUrl} ${list}, and none is selected. ` +
          'Set AF_LLM_MODEL, or the model in the settings.',
      };
    }
    const faults = await askForFaults(settings, signal);
    return { apiUrl, apiKey, model, models, ...(faults ? { faults } : {}) };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { reason: toErrorRecord(error).message };
  }
}

/** Ignores a chosen model that only this page has: it was chosen for the page, not the server. */
function chooseModel(
  chosen: string | undefined,
  preferred: string | undefined,
  models: readonly string[],
): string | undefined {
  const forPage =
    models.length > 0 && registry.some(({ id }) => id === chosen) && !models.includes(chosen!);
  if (chosen !== undefined && !forPage) return chosen;
  if (preferred !== undefined && models.includes(preferred)) return preferred;
  return models.length === 1 ? models[0] : undefined;
}

/**
 * The base URL at which the server simulates faults, for example `faultUrl(server, 'status=500')`.
 * See server/faults.ts.
 */
export function faultUrl({ apiUrl }: Server, ...faults: string[]): string {
  return new URL(
    `/fault:${encodeURIComponent(faults.join(','))}${new URL(apiUrl).pathname}`,
    apiUrl,
  ).href;
}

/** The requests that the server logged under a key (option `key=` or `once=`), with outcomes. */
export async function faultLog(
  { apiUrl, apiKey }: Server,
  key: string,
): Promise<{ path: string; status: number | null; finished: boolean }[]> {
  const response = await fetch(new URL(`/faults/log?key=${encodeURIComponent(key)}`, apiUrl), {
    cache: 'no-store',
    headers: authorization(apiKey),
  });
  return (await response.json()) as { path: string; status: number | null; finished: boolean }[];
}

/** The number of completion requests that the server logged under a key. */
export async function completionsAsked(server: Server, key: string): Promise<number> {
  return (await faultLog(server, key)).filter(({ path }) => path.endsWith('/chat/completions'))
    .length;
}

let keys = 0;
/** A log key that no other request uses. */
export const newKey = (name: string): string =>
  `${name.replaceAll(/\W+/g, '-')}-${Date.now()}-${++keys}`;

const authorization = (apiKey: string | undefined): Record<string, string> =>
  apiKey ? { Authorization: `Bearer ${apiKey}` } : {};

async function askForFaults(
  { apiUrl, apiKey }: ServerSettings,
  signal: AbortSignal | undefined,
): Promise<Server['faults']> {
  try {
    const response = await fetch(new URL('/faults', apiUrl), {
      signal: AbortSignal.any([
        AbortSignal.timeout(ASK_SECONDS * 1000),
        ...(signal ? [signal] : []),
      ]),
      cache: 'no-store',
      headers: authorization(apiKey),
    });
    const body = response.ok ? ((await response.json()) as { closedPort?: unknown }) : {};
    return typeof body.closedPort === 'number' ? { closedPort: body.closedPort } : undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}
