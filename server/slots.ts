import { FairQueue } from '../src/engine/fair-queue.js';
import { untilAborted } from '../src/errors.js';
import { ApiError } from './errors.js';

/**
 * One generation at a time, of whichever model: the runtime computes on one thread, and its random numbers are one state for all models.
 * Clients take turns; one that goes away leaves the queue at once.
 */
export class Slots {
  readonly #queue = new FairQueue();
  readonly #maxQueued: number;
  #running = 0;
  #queued = 0;

  constructor(maxQueued: number) {
    this.#maxQueued = maxQueued;
  }

  get running(): number {
    return this.#running;
  }

  get queued(): number {
    return this.#queued;
  }

  /**
   * Runs `prepare` at once, whatever else runs, and `work` with what it made when it is its turn; a request counts as waiting until then.
   *
   * @throws ApiError 429 where too many wait already; what `prepare` and `work` throw; `AbortError` while waiting.
   */
  async run<P, T>(
    client: string,
    prepare: () => Promise<P>,
    work: (prepared: P) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    if (this.#running + this.#queued > this.#maxQueued) {
      throw new ApiError(
        429,
        `${this.#queued} requests wait already, and at most ${this.#maxQueued} may. Try again in a second.`,
        {
          code: 'queue_full',
          headers: { 'retry-after': '1' },
        },
      );
    }
    this.#queued++;
    let waits = true;
    const start = () => {
      if (waits) this.#queued--;
      waits = false;
    };
    try {
      const prepared = await untilAborted(prepare(), signal);
      return await this.#queue.run(
        client,
        async () => {
          start();
          this.#running++;
          try {
            return await work(prepared);
          } finally {
            this.#running--;
          }
        },
        signal,
      );
    } finally {
      start();
    }
  }
}
