import { abortError, fromErrorRecord, isAbortError } from '../errors.js';
import type { LoadProgress, TokenEvent, WorkerResponse } from './protocol.js';

export interface CallOptions {
  /** Cancels the call. It then fails with the signal's own reason. */
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
  /** Called for every token as it is computed. */
  onToken?: (token: TokenEvent) => void;
}

interface PendingCall extends CallOptions {
  resolve(value: never): void;
  reject(error: unknown): void;
}

/** A worker request without its `id`, which {@link PendingCalls} assigns. */
export type RequestBody<R> = R extends { id: number } ? Omit<R, 'id'> : never;

/**
 * The caller's side of a worker protocol: matches responses to the calls that wait for them. The
 * page's `Engine` and the Node server's thread use it; each brings its own worker.
 */
export class PendingCalls {
  readonly #calls = new Map<number, PendingCall>();
  #nextId = 1;

  /** Calls without a final response. */
  get size(): number {
    return this.#calls.size;
  }

  /**
   * Starts a call.
   *
   * @param send posts the request with this id.
   * @param cancel posts a request to cancel it; called when `signal` aborts.
   * @throws the worker's error, or the signal's reason once the worker has stopped.
   */
  start<T>(
    send: (id: number) => void,
    cancel: (id: number) => void,
    options: CallOptions = {},
  ): Promise<T> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const id = this.#nextId++;
    const stop = () => cancel(id);
    return new Promise<T>((resolve, reject) => {
      this.#calls.set(id, { ...options, resolve, reject });
      send(id);
      signal?.addEventListener('abort', stop, { once: true });
    }).finally(() => signal?.removeEventListener('abort', stop));
  }

  /** Passes a response to its call. Ignores responses that belong to no call. */
  receive(response: WorkerResponse): void {
    if (!('id' in response)) return;
    const call = this.#calls.get(response.id);
    if (!call) return;
    switch (response.type) {
      case 'progress':
        call.onProgress?.(response.progress);
        return;
      case 'token':
        call.onToken?.(response.token);
        return;
      case 'done':
        this.#calls.delete(response.id);
        call.resolve(response.value as never);
        return;
      case 'failed': {
        this.#calls.delete(response.id);
        const error = fromErrorRecord(response.error);
        // A signal's reason never crosses the thread boundary: the worker fails with a plain
        // AbortError.
        call.reject(call.signal?.aborted && isAbortError(error) ? abortError(call.signal) : error);
      }
    }
  }

  /** Fails every pending call, because the worker is gone. */
  rejectAll(reason: unknown): void {
    for (const call of this.#calls.values()) call.reject(reason);
    this.#calls.clear();
  }
}
