import {
  abortError,
  hasCode,
  isAbortError,
  toErrorRecord,
  UnmockedError,
  untilAborted,
} from '../errors.js';
import type { Model } from '../models/model.js';
import { hubTreeUrl, modelBaseUrl } from '../models/registry.js';
import { assets } from './assets.js';
import { Engine, type EngineLoadOptions } from './engine.js';
import { type Attempt, type RequestedDevice, rungsOf } from './ladder.js';
import type { LoadProgress, LoadSpec, Rung } from './protocol.js';

export interface AcquireRequest {
  model: Model;
  device: Exclude<RequestedDevice, 'remote'>;
  dtype?: Rung['dtype'] | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Called when a rung was tried or passed over. */
  onAttempt?: ((attempt: Attempt) => void) | undefined;
}

/** A counted hold on a shared engine. */
export interface EngineLease {
  readonly engine: Engine;
  readonly attempts: readonly Attempt[];
  /** Gives the hold back; the last one terminates the worker. */
  release(): void;
}

export interface EnginePoolOptions extends Pick<
  EngineLoadOptions,
  'createWorker' | 'silenceLimit'
> {
  /** WASM threads; default: one for small models, up to four for large ones, where the page is cross-origin isolated. */
  threads?: number | undefined;
  /** Keep downloaded models in this browser; default true. */
  cache?: boolean | undefined;
  /** Budget of an engine's KV caches, bytes; default 64 MiB. */
  kvCacheBytes?: number | undefined;
  /** Devices to refuse, with the reason; to test a page without them. */
  blocked?: Partial<Record<Rung['device'], string>> | undefined;
}

interface Entry {
  holders: number;
  readonly engine: Promise<Engine>;
  readonly controller: AbortController;
  readonly listeners: Set<(progress: LoadProgress) => void>;
  loaded?: Engine;
}

const KV_CACHE_BYTES = 64 * 1024 * 1024;

/** Shares engines by (model, rung): the first to ask loads, the last to let go terminates. */
export class EnginePool {
  readonly options: EnginePoolOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: EnginePoolOptions = {}) {
    this.options = options;
  }

  /** Engines that are loaded or loading. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Walks the ladder: each rung in a fresh worker, unless it is already loaded here.
   *
   * @throws UnmockedError `model-not-found` or `network` at once, since no other rung would help; `no-device` when every rung failed,
   *   with all attempts in its message and in `details.attempts`; `AbortError`.
   */
  async acquire(request: AcquireRequest): Promise<EngineLease> {
    const { model, device, signal } = request;
    if (signal?.aborted) throw abortError(signal);
    const rungs = rungsOf(model, device, request.dtype);
    if (rungs.length === 0) {
      throw new UnmockedError(
        'no-device',
        `"${model.id}" has no file for ${device}${request.dtype ? ` as ${request.dtype}` : ''}. It has: ${model.variants.map((v) => `${v.device} ${v.dtype}`).join(', ')}.`,
        { details: { attempts: [] } },
      );
    }
    const attempts: Attempt[] = [];
    let noAdapter: string | undefined;
    for (const rung of rungs) {
      const startedAt = performance.now();
      const facts = { device: rung.device, dtype: rung.dtype, file: rung.file };
      const record = (attempt: Omit<Attempt, 'device' | 'dtype' | 'file' | 'durationMs'>) => {
        attempts.push({ ...facts, ...attempt, durationMs: performance.now() - startedAt });
        request.onAttempt?.(attempts.at(-1)!);
      };
      if (rung.device === 'webgpu' && noAdapter) {
        record({ outcome: 'skipped', reason: noAdapter });
        continue;
      }
      const key = JSON.stringify([model.id, model.source, model.files, rung]);
      const shared = this.#entries.get(key)?.loaded !== undefined;
      try {
        const engine = await this.#hold(key, { ...request, rung });
        record({ outcome: 'loaded', ...(shared ? { shared } : {}) });
        return { engine, attempts, release: once(() => this.#release(key, engine)) };
      } catch (error) {
        if (signal?.aborted) throw abortError(signal);
        record({ outcome: 'failed', error: toErrorRecord(error) });
        if (hasCode(error, 'no-adapter')) noAdapter = error.message;
        if (hasCode(error, 'model-not-found', 'network'))
          throw new UnmockedError(error.code, error.message, {
            cause: error,
            details: { ...error.details, attempts },
          });
        if (isAbortError(error)) throw error;
      }
    }
    const list = attempts.map(
      (attempt) =>
        `${attempt.device} ${attempt.dtype} (${attempt.file}): ${attempt.error?.message ?? attempt.reason}`,
    );
    throw new UnmockedError(
      'no-device',
      `"${model.id}" could not be loaded on ${device === 'auto' ? 'any device' : device}. Tried:\n- ${list.join('\n- ')}`,
      { details: { attempts } },
    );
  }

  /** Terminates everything; holders' next calls fail with `disposed` and load anew. */
  dispose(): void {
    for (const entry of this.#entries.values()) this.#end(entry);
    this.#entries.clear();
  }

  #end({ controller, engine, loaded }: Entry): void {
    loaded?.terminate();
    controller.abort();
    // Also one that loads at this very moment, when aborting has no effect any more.
    void engine.then(
      (late) => late.terminate(),
      () => undefined,
    );
  }

  async #hold(key: string, request: AcquireRequest & { rung: Rung }): Promise<Engine> {
    const { signal, onProgress } = request;
    const entry = this.#entries.get(key) ?? this.#start(key, request);
    entry.holders++;
    if (onProgress) entry.listeners.add(onProgress);
    try {
      return await untilAborted(entry.engine, signal);
    } catch (error) {
      // The others may still want what this one no longer waits for.
      if (--entry.holders === 0) {
        this.#end(entry);
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      }
      throw error;
    } finally {
      if (onProgress) entry.listeners.delete(onProgress);
    }
  }

  #start(key: string, { model, rung }: { model: Model; rung: Rung }): Entry {
    const { options } = this;
    const controller = new AbortController();
    const listeners: Entry['listeners'] = new Set();
    const blocked = options.blocked?.[rung.device];
    const spec: LoadSpec = {
      model,
      rung,
      modelBase: modelBaseUrl(model.source, model.id, assets.base),
      treeUrl: hubTreeUrl(model.source),
      ortBase: new URL('ort/', assets.base).href,
      threads: options.threads ?? defaultThreads(model, rung),
      cache: options.cache ?? true,
      kvCacheBytes: options.kvCacheBytes ?? KV_CACHE_BYTES,
    };
    const loading = blocked
      ? Promise.reject(new UnmockedError('unsupported', `${rung.device} is blocked: ${blocked}`))
      : Engine.load(spec, {
          signal: controller.signal,
          silenceLimit: options.silenceLimit,
          createWorker: options.createWorker,
          onProgress: (progress) => listeners.forEach((listener) => listener(progress)),
        });
    const entry: Entry = { holders: 0, controller, listeners, engine: loading };
    this.#entries.set(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    loading.then((engine) => {
      entry.loaded = engine;
      engine.onClosed = forget; // a dead engine is never handed out again
    }, forget);
    return entry;
  }

  #release(key: string, engine: Engine): void {
    const entry = this.#entries.get(key);
    if (!entry || engine.closed) return; // died, and was forgotten, before
    if (--entry.holders > 0) return;
    this.#entries.delete(key);
    engine.terminate(
      new UnmockedError('disposed', 'The engine was terminated: its last agent was disposed of.'),
    );
  }
}

/** The pool of this page; agents use it unless they are told otherwise. */
export const sharedPool = new EnginePool();

/** Threads pay for large models only: passing a small model's work between threads costs more than it saves. */
function defaultThreads(model: Model, rung: Rung): number {
  const bytes = model.files[rung.file]?.bytes ?? Infinity;
  if (rung.device !== 'wasm' || bytes < 20_000_000) return 1;
  return Math.max(1, Math.min(4, navigator.hardwareConcurrency));
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
