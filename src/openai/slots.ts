import { FairQueue } from '../engine/fair-queue.js';
import { untilAborted } from '../errors.js';
import { ApiError } from './api-error.js';

/**
 * Runs one generation at a time, across all models: the runtime computes on one thread and has one
 * random state. Clients take turns. A request whose client leaves is removed from the queue
 * immediately.
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
   * Runs `prepare` at once, then `work` with its result when it is this client's turn. Until then
   * the request counts as queued.
   *
   * @throws ApiError 429 if the queue is full; the errors of `prepare` and `work`; `AbortError`
   *   while queued.
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
        `The queue is full: ${this.#queued} requests wait, and at most ${this.#maxQueued} may. ` +
          'Try again in a second.',
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
