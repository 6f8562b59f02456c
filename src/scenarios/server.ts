import { readModels } from '../agents/remote/models.js';
import { Connection } from '../agents/remote/connection.js';
import { checkSettings } from '../settings/check-settings.js';
import { toErrorRecord } from '../errors.js';
import { models as registry } from '../models/registry.js';

/** An OpenAI-compatible server, as somebody names it. */
export interface ServerSettings {
  /** Base URL, `/v1` included. */
  apiUrl: string;
  apiKey?: string | undefined;
  /** Default: the run's model where the server has it, else its only one. */
  model?: string | undefined;
}

/** One that answers. */
export interface Server extends ServerSettings {
  model: string;
  models: readonly string[];
  /** What it does wrong on request (`npm run serve:openai` does); undefined where it cannot be asked to. */
  faults?: { closedPort: number };
}

const ASK_SECONDS = 5;

/**
 * Asks a server whether it is there, and settles which of its models is meant: the one that was chosen, the preferred one, or its only one.
 *
 * @returns the server, or why there is none to use.
 * @throws UnmockedError `invalid-argument` for settings that cannot be; `AbortError`.
 */
export async function findServer(
  settings: ServerSettings,
  { preferred, signal }: { preferred?: string | undefined; signal?: AbortSignal | undefined } = {},
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
        reason: `${apiUrl} ${list}, and none is chosen. Set AF_LLM_MODEL, or the model in the settings.`,
      };
    }
    const faults = await askForFaults(apiUrl, signal);
    return { apiUrl, apiKey, model, models, ...(faults ? { faults } : {}) };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { reason: toErrorRecord(error).message };
  }
}

/** A model of this page's own, which the server does not have, was chosen for this page only. */
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

/** The same server, misbehaving: `faultUrl(server, 'status=500')` is a base URL of its own. See server/faults.ts. */
export function faultUrl({ apiUrl }: Server, ...faults: string[]): string {
  return new URL(
    `/fault:${encodeURIComponent(faults.join(','))}${new URL(apiUrl).pathname}`,
    apiUrl,
  ).href;
}

/** The requests that were filed under a key (the option `key=`, or that of `once=`), with how they went. */
export async function faultLog(
  { apiUrl }: Server,
  key: string,
): Promise<{ path: string; status: number | null; finished: boolean }[]> {
  const response = await fetch(new URL(`/faults/log?key=${encodeURIComponent(key)}`, apiUrl), {
    cache: 'no-store',
  });
  return (await response.json()) as { path: string; status: number | null; finished: boolean }[];
}

/** How many of them asked for a completion. */
export async function completionsAsked(server: Server, key: string): Promise<number> {
  return (await faultLog(server, key)).filter(({ path }) => path.endsWith('/chat/completions'))
    .length;
}

let keys = 0;
/** A key that no other request has. */
export const newKey = (name: string): string =>
  `${name.replaceAll(/\W+/g, '-')}-${Date.now()}-${++keys}`;

async function askForFaults(
  apiUrl: string,
  signal: AbortSignal | undefined,
): Promise<Server['faults']> {
  try {
    const response = await fetch(new URL('/faults', apiUrl), {
      signal: AbortSignal.any([
        AbortSignal.timeout(ASK_SECONDS * 1000),
        ...(signal ? [signal] : []),
      ]),
      cache: 'no-store',
    });
    const body = response.ok ? ((await response.json()) as { closedPort?: unknown }) : {};
    return typeof body.closedPort === 'number' ? { closedPort: body.closedPort } : undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}
