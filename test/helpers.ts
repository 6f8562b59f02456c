import { Engine } from '../src/engine/engine.js';
import type { Attempt } from '../src/engine/ladder.js';
import type { GenerateRequest, LoadProgress } from '../src/engine/protocol.js';
import type { UnmockedError } from '../src/errors.js';
import type { Model, ModelFile } from '../src/models/model.js';
import { unmockedTiny } from '../src/models/unmocked-tiny.js';
import { conversations } from './conversations.mjs';

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

export const ask = (message: string): string => `User: ${message}\nAssistant:`;
export const GREETING = ask(conversations.greeting.turns[0]);

/** The bundled model on WASM in q8 without a fallback. `files` replaces some of its files. */
export function tinyQ8(files: Record<string, ModelFile> = {}): Model {
  return {
    ...unmockedTiny,
    variants: unmockedTiny.variants.filter(
      ({ device, dtype }) => device === 'wasm' && dtype === 'q8',
    ),
    files: { ...unmockedTiny.files, ...files },
  };
}

export const blobUrl = (content: BlobPart, type = 'application/octet-stream'): string =>
  URL.createObjectURL(new Blob([content], { type }));

/**
 * The bundled model with a `config.json` whose context window is larger than that of its weights. A
 * long prompt breaks the runtime.
 */
export function overpromising(): Model {
  const config = {
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    n_positions: 4096,
    n_ctx: 4096,
    n_embd: 128,
    n_layer: 4,
    n_head: 4,
    vocab_size: 1024,
    eos_token_id: 1023,
    bos_token_id: 1023,
    use_cache: true,
  };
  return tinyQ8({ 'config.json': { url: blobUrl(JSON.stringify(config), 'application/json') } });
}

export const LONG_MESSAGE = 'one two three four five '.repeat(160);

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
      if (phase !== 'download' && loadedBytes !== totalBytes)
        return `${loadedBytes} of ${totalBytes} in the phase ${phase}`;
      before = loadedBytes;
    }
  }
  return undefined;
}

export function endAllEngines(): void {
  for (const engine of Engine.alive) engine.terminate();
}
