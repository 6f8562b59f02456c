import type { Message, Tool } from '../src/agents/agent.js';
import { chooseFormat } from '../src/agents/prompt/choose-format.js';
import { Engine } from '../src/engine/engine.js';
import { EnginePool } from '../src/engine/engine-pool.js';
import type { Attempt } from '../src/engine/ladder.js';
import type { GenerateRequest, LoadProgress } from '../src/engine/protocol.js';
import { createEngineWorker } from '../src/engine/start-worker.js';
import type { UnmockedError } from '../src/errors.js';
import type { Dtype, Model } from '../src/models/model.js';
import { unmockedTiny } from '../src/models/unmocked-tiny.js';
import { weightsPath } from '../src/models/weights-file.js';

/** The error of work that has to fail. */
export const rejection = <E extends Error = UnmockedError>(work: Promise<unknown>): Promise<E> =>
  work.then(
    (value) =>
      Promise.reject(new Error(`It did not fail: ${JSON.stringify(value)?.slice(0, 200)}`)),
    (error: E) => error,
  );

export const greedy: Omit<GenerateRequest, 'prompt'> = {
  maxTokens: 24,
  temperature: 0,
  topP: 1,
  topK: 0,
  repetitionPenalty: 1,
  seed: 0,
  stop: [],
  client: 'spec',
};

/** What the bundled model reads when a user says this, or when a conversation is at this point. */
export async function promptOf(
  engine: Engine,
  said: string | readonly Message[],
  tools: readonly Tool[] = [],
): Promise<string> {
  const { render } = chooseFormat(
    { ...engine.info, wanted: unmockedTiny.promptFormat },
    (messages, options) => engine.renderTemplate(messages, options),
  );
  const messages = typeof said === 'string' ? [{ role: 'user' as const, content: said }] : said;
  return render({ messages, tools });
}

/** The context window of the bundled model. */
export const CONTEXT_WINDOW = unmockedTiny.contextWindow!;

/** Does not fit the context window: each of its words has a token or more. */
export const LONG_MESSAGE = 'one two three four five '.repeat(Math.ceil(CONTEXT_WINDOW / 4));

/** Megabytes of the bundled model with these weights and its small files. */
export const tinyMegabytes = (dtype: Dtype): number =>
  Object.entries(unmockedTiny.files)
    .filter(([path]) => path.endsWith('.json') || path === weightsPath(dtype))
    .reduce((sum, [, { bytes = 0 }]) => sum + bytes / 1e6, 0);

/** The bundled model on WASM in q8 without a fallback. `files` replaces some of its files. */
export function tinyQ8({ files = {}, ...changes }: Partial<Model> = {}): Model {
  return {
    ...unmockedTiny,
    ...changes,
    variants: unmockedTiny.variants.filter(
      ({ device, dtype }) => device === 'wasm' && dtype === 'q8',
    ),
    files: { ...unmockedTiny.files, ...files },
  };
}

export const blobUrl = (content: BlobPart, type = 'application/octet-stream'): string =>
  URL.createObjectURL(new Blob([content], { type }));

/** The bundled model with changes to one of its files, which is JSON. */
export async function withChanged(file: string, changes: object): Promise<Model> {
  const content = (await (await fetch(`/models/${unmockedTiny.id}/${file}`)).json()) as object;
  const changed = JSON.stringify({ ...content, ...changes });
  return tinyQ8({ files: { [file]: { url: blobUrl(changed, 'application/json') } } });
}

/**
 * The bundled model with a `config.json` whose context window is larger than that of its weights. A
 * long prompt breaks the runtime.
 */
export const overpromising = (): Promise<Model> =>
  withChanged('config.json', { n_positions: PROMISED, n_ctx: PROMISED });
export const PROMISED = 8 * CONTEXT_WINDOW;

/** A hub on this origin. The faults are listed in test/servers/hub-faults.mjs. */
export const hub = (faults = ''): string =>
  `${location.origin}/__hub/${faults ? `fault:${faults}/` : ''}`;

export interface LoggedRequest {
  method: string;
  path: string;
  range?: string;
  status: number;
  finished: boolean;
}

/** The requests under a key. With `file`, only those for that file's content, without redirects. */
export async function hubLog(key: string, file?: string): Promise<LoggedRequest[]> {
  const entries = (await (
    await fetch(`${hub()}__log?key=${key}`, { cache: 'no-store' })
  ).json()) as LoggedRequest[];
  return file
    ? entries.filter(({ path, status }) => path.includes(file) && status !== 302)
    : entries;
}

/** Breaks the connections of the hub's answers under a key that have not ended. */
export const cutAnswers = (key: string): Promise<Response> => fetch(`${hub()}__cut?key=${key}`);

/** Takes the network away from requests to the hub under a key, or gives it back. */
export const setNetwork = (key: string, state: 'down' | 'up'): Promise<Response> =>
  fetch(`${hub()}__${state}?key=${key}`);

let keys = 0;
export const newKey = (): string => `spec-${Date.now()}-${++keys}`;

/** A worker that runs this source. */
export const workerOf = (source: string, options?: WorkerOptions): Worker =>
  new Worker(blobUrl(source, 'text/javascript'), options);

/** Records the progress of a load, one list per rung. */
export function watchLoad() {
  const rungs: LoadProgress[][] = [[]];
  const attempts: Attempt[] = [];
  return {
    rungs,
    attempts,
    onProgress: (progress: LoadProgress) => void rungs.at(-1)!.push(progress),
    onAttempt: (attempt: Attempt) => {
      attempts.push(attempt);
      rungs.push([]);
    },
  };
}

/** Why the progress of a load is inconsistent; undefined if it is consistent. */
export function progressProblem(rungs: LoadProgress[][]): string | undefined {
  for (const events of rungs) {
    let before = 0;
    for (const { loadedBytes, totalBytes, phase } of events) {
      if (!(loadedBytes >= before)) return `it fell from ${before} to ${loadedBytes}`;
      if (!(totalBytes >= loadedBytes)) return `${loadedBytes} of ${totalBytes}`;
      if (phase !== 'download' && phase !== 'waiting' && loadedBytes !== totalBytes)
        return `${loadedBytes} of ${totalBytes} in the phase ${phase}`;
      before = loadedBytes;
    }
  }
  return undefined;
}

export function endAllEngines(): void {
  for (const engine of Engine.alive) engine.terminate();
}

/** A pool whose first worker is another one, and the workers that it has started. */
export function poolWithFirst(first: () => Worker) {
  const started: Worker[] = [];
  const pool = new EnginePool({
    createWorker: () => {
      started.push(started.length === 0 ? first() : createEngineWorker());
      return started.at(-1)!;
    },
  });
  return { pool, started };
}

/** Deletes the models that this browser keeps. */
export async function clearStore(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry('unmocked-models', { recursive: true }).catch(() => undefined);
}
