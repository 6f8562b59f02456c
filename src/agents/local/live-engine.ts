import type { Engine } from '../../engine/engine.js';
import type { AcquireRequest, EngineLease, EnginePool } from '../../engine/engine-pool.js';
import type { Attempt } from '../../engine/ladder.js';
import { untilAborted } from '../../errors.js';

/** A hold on an engine of a pool. After a crash or termination, the next call gets a new engine. */
export class LiveEngine {
  readonly #pool: EnginePool;
  readonly #request: AcquireRequest;
  readonly #released = new AbortController();
  #lease: EngineLease;
  #renewal?: Promise<void>;

  private constructor(pool: EnginePool, request: AcquireRequest, lease: EngineLease) {
    this.#pool = pool;
    this.#request = { model: request.model, device: request.device, dtype: request.dtype };
    this.#lease = lease;
  }

  /** @throws as `EnginePool.acquire`. */
  static async acquire(pool: EnginePool, request: AcquireRequest): Promise<LiveEngine> {
    return new LiveEngine(pool, request, await pool.acquire(request));
  }

  /** The last engine, even if it is closed. */
  get current(): Engine {
    return this.#lease.engine;
  }

  get attempts(): readonly Attempt[] {
    return this.#lease.attempts;
  }

  /** An engine that works. */
  async get(signal?: AbortSignal): Promise<Engine> {
    if (!this.current.closed) return this.current;
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    await untilAborted(this.#renewal, signal);
    return this.current;
  }

  release(): void {
    this.#released.abort();
    this.#lease.release();
  }

  /** All calls share one renewal. It ends with the hold, not with one of the calls. */
  async #renew(): Promise<void> {
    const { signal } = this.#released;
    const lease = await this.#pool.acquire({ ...this.#request, signal });
    if (signal.aborted) lease.release();
    else this.#lease = lease;
  }
}
