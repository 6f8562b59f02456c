import { abortError, hasCode, isAbortError, toErrorRecord, UnmockedError } from '../errors.js';
import type { Model } from '../models/model.js';
import { hubTreeUrl, modelBaseUrl } from '../models/model-urls.js';
import { assets } from './assets.js';
import { DEFAULT_STALL_LIMIT, Engine, type EngineLoadOptions } from './engine.js';
import { type Attempt, type PageDevice, rungsOf } from './ladder.js';
import { ortFilesOf } from './ort-files.js';
import type { LoadProgress, LoadSpec, Rung } from './protocol.js';
import { requireAdapter } from './require-adapter.js';
import { SharedEngines } from './shared-engines.js';
import { IMPORT } from './steps.js';

export interface AcquireRequest {
  model: Model;
  device: PageDevice;
  /** Default: any dtype that the model has for the device. */
  dtype?: Rung['dtype'];
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
  /** Called after each rung, with its outcome. */
  onAttempt?: (attempt: Attempt) => void;
}

/** A counted hold on a shared engine. */
export interface EngineLease {
  readonly engine: Engine;
  readonly attempts: readonly Attempt[];
  /** Ends the hold. The last one terminates the worker. Further calls do nothing. */
  release(): void;
}

export interface EnginePoolOptions extends Pick<
  EngineLoadOptions,
  'createWorker' | 'silenceLimit' | 'stallLimit'
> {
  /**
   * WASM threads. Default: one for small models, up to four for large ones. A page that is not
   * cross-origin isolated always uses one.
   */
  threads?: number;
  /** Cache downloaded models in this browser. Default: true. */
  cache?: boolean;
  /** Memory budget for the KV caches of one engine. Bytes. Default: 64 MiB. */
  kvCacheBytes?: number;
  /** Devices to refuse, each with a reason. Tests a page without them. */
  blocked?: Partial<Record<Rung['device'], string>>;
}

const KV_CACHE_BYTES = 64 * 1024 * 1024;

/** Loads models down the ladder and shares the engines by model and rung. */
export class EnginePool {
  readonly options: EnginePoolOptions;
  readonly #engines = new SharedEngines();

  constructor(options: EnginePoolOptions = {}) {
    this.options = options;
  }

  /** Engines that are loaded or loading. */
  get size(): number {
    return this.#engines.size;
  }

  /**
   * Walks the ladder. Each rung gets a fresh worker, unless its engine is already loaded. A rung whose
   * worker died, or whose code did not arrive, is tried twice.
   *
   * @throws UnmockedError `model-not-found`, `invalid-model`, `network` or `blocked-by-policy` at once,
   *   because no other rung would help;
   *   `no-device` if every rung failed, with all attempts in the message and in `details.attempts`;
   *   `AbortError`.
   */
  async acquire(request: AcquireRequest): Promise<EngineLease> {
    const { model, device, dtype, signal } = request;
    if (signal?.aborted) throw abortError(signal);
    const rungs = rungsOf(model, device, dtype);
    if (rungs.length === 0) {
      throw new UnmockedError(
        'no-device',
        `"${model.id}" has no file for ${device}${dtype ? ` as ${dtype}` : ''}. ` +
          `It has: ${model.variants.map((v) => `${v.device} ${v.dtype}`).join(', ')}.`,
        { details: { attempts: [] } },
      );
    }
    const attempts: Attempt[] = [];
    let noAdapter: string | undefined;
    const queue = [...rungs];
    const repeated = new Set<Rung>();
    for (let rung = queue.shift(); rung; rung = queue.shift()) {
      const current = rung;
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
      const shared = this.#engines.isLoaded(key);
      try {
        const engine = await this.#engines.hold(
          key,
          (abort, onProgress) => this.#load(model, current, abort, onProgress),
          request,
        );
        record({
          outcome: 'loaded',
          ...(shared ? { shared } : { timings: engine.info.timings }),
        });
        return { engine, attempts, release: once(() => this.#engines.release(key, engine)) };
      } catch (error) {
        if (signal?.aborted) throw abortError(signal);
        record({ outcome: 'failed', error: toErrorRecord(error) });
        if (hasCode(error, 'no-adapter')) noAdapter = error.message;
        if (isOfTheMoment(error) && !repeated.has(rung)) {
          repeated.add(rung);
          queue.unshift(rung);
          continue;
        }
        if (hasCode(error, 'model-not-found', 'invalid-model', 'network', 'blocked-by-policy'))
          throw new UnmockedError(error.code, error.message, {
            cause: error,
            details: { ...error.details, attempts },
          });
        if (isAbortError(error)) throw error;
      }
    }
    throw noDevice(model, device, attempts);
  }

  /**
   * Terminates every engine. The next calls of their holders fail with `disposed` and load again.
   */
  dispose(): void {
    this.#engines.dispose();
  }

  async #load(
    model: Model,
    rung: Rung,
    signal: AbortSignal,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<Engine> {
    const { blocked, threads, cache, kvCacheBytes, silenceLimit, createWorker } = this.options;
    const { stallLimit = DEFAULT_STALL_LIMIT } = this.options;
    const reason = blocked?.[rung.device];
    if (reason) throw new UnmockedError('unsupported', `${rung.device} is blocked: ${reason}`);
    // Without an adapter, no worker has to start.
    if (rung.device === 'webgpu') await requireAdapter(stallLimit);
    const ort = ortFilesOf(rung.ort);
    const spec: LoadSpec = {
      model: withOwnUrls(model),
      rung,
      modelBase: modelBaseUrl(model.source, model.id, assets.base),
      treeUrl: hubTreeUrl(model.source),
      ort: { mjs: assets.url(`ort/${ort.mjs}`), wasm: assets.url(`ort/${ort.wasm}`) },
      threads: threads ?? defaultThreads(model, rung),
      cache: cache ?? true,
      kvCacheBytes: kvCacheBytes ?? KV_CACHE_BYTES,
      stallLimit,
    };
    return Engine.load(spec, { signal, onProgress, silenceLimit, stallLimit, createWorker });
  }
}

/** The pool of this page. Agents use it by default. */
export const sharedPool = new EnginePool();

/** A bundler may have given each file of a bundled model an address of its own. */
function withOwnUrls(model: Model): Model {
  if (model.source.kind !== 'bundled') return model;
  const files = Object.entries(model.files).map(([path, file]) => [
    path,
    { url: assets.url(`models/${model.id}/${path}`), ...file },
  ]);
  return { ...model, files: Object.fromEntries(files) };
}

/** More threads slow small models down: handing out the work costs more than it saves. */
function defaultThreads(model: Model, rung: Rung): number {
  const bytes = model.files[rung.file]?.bytes ?? Infinity;
  if (rung.device !== 'wasm' || bytes < 20_000_000) return 1;
  return Math.max(1, Math.min(4, navigator.hardwareConcurrency));
}

/**
 * Whether a rung may well load the next time: its worker or its GPU device died, or a part of our own code did not arrive.
 * A lower rung is for what is really missing. The texts are those of Chromium, Firefox and Safari.
 */
const isOfTheMoment = (error: unknown): boolean =>
  hasCode(error, 'engine-crashed', 'device-lost') ||
  (hasCode(error, 'network') && error.details['phase'] === IMPORT) ||
  /dynamically imported module|importing a module script failed/i.test((error as Error).message);

function noDevice(model: Model, device: PageDevice, attempts: Attempt[]): UnmockedError {
  const list = attempts.map(
    (attempt) =>
      `${attempt.device} ${attempt.dtype} (${attempt.file}): ` +
      `${attempt.error?.message ?? attempt.reason}`,
  );
  return new UnmockedError(
    'no-device',
    `"${model.id}" could not be loaded on ${device === 'auto' ? 'any device' : device}. ` +
      `Tried:\n- ${list.join('\n- ')}`,
    { details: { attempts } },
  );
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
