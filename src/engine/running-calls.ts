import { toErrorRecord } from '../errors.js';
import type { WorkerResponse } from './protocol.js';

/**
 * The worker's side of a worker protocol: runs calls and sends their responses. The page's worker
 * and the Node server's worker use it. The other side is `PendingCalls`.
 */
export class RunningCalls {
  readonly #running = new Map<number, AbortController>();
  readonly #send: (response: WorkerResponse) => void;

  constructor(send: (response: WorkerResponse) => void) {
    this.#send = send;
  }

  /** Calls without a final response. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * Runs `work` and sends its result or its error. Never rejects.
   *
   * @param isFatal tells which errors make this worker unusable.
   */
  async run(
    id: number,
    work: (signal: AbortSignal) => Promise<unknown>,
    isFatal: (error: unknown) => boolean = () => false,
  ): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      this.#send({ type: 'done', id, value: await work(controller.signal) });
    } catch (error) {
      this.#send({ type: 'failed', id, error: toErrorRecord(error), fatal: isFatal(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  /** Aborts one call; does nothing if it is over. */
  cancel(id: number): void {
    this.#running.get(id)?.abort();
  }

  cancelAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }
}
