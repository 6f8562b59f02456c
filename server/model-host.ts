import type { Worker } from 'node:worker_threads';
import type { TokenEvent } from '../src/engine/protocol.js';
import { abortError, fromErrorRecord, isAbortError, UnmockedError } from '../src/errors.js';
import type { LoadModelOptions, ModelInfo, ServedModel } from './served-model.js';
import type { Request, Response } from './worker-protocol.js';

/**
 * Models that compute in a worker: ONNX Runtime's run in Node is synchronous, and this thread stays free to write tokens, to answer and to
 * hear of clients that leave. A worker that dies fails the calls it was working on; the next call starts another, with the same models.
 *
 * @example
 * const host = new ModelHost(() => new Worker(entry)); // `entry` loads model-worker.ts
 * const model = await host.load({ model: 'unmocked-tiny', root });
 */
export class ModelHost {
  readonly #createWorker: () => Worker;
  readonly #loads: LoadModelOptions[] = [];
  /** The worker once it has all models. */
  #ready: Promise<Thread> | undefined;
  #thread: Thread | undefined;
  #closed = false;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  /**
   * Loads one more model; one after the other, for where transformers.js looks for files is one setting for all.
   *
   * @throws UnmockedError as `loadServedModel`; `engine-crashed` where the worker died.
   */
  async load(options: LoadModelOptions): Promise<ServedModel> {
    const model = this.#loads.length;
    const info = await (await this.#live()).request<ModelInfo>({ type: 'load', model, options });
    this.#loads.push(options);
    return {
      ...info,
      prompt: async (messages) => (await this.#live()).request({ type: 'prompt', model, messages }),
      generate: async (request, onToken, signal) =>
        (await this.#live()).request({ type: 'generate', model, request }, { onToken, signal }),
    };
  }

  /** Ends the worker once the token under way is computed; calls under way are aborted. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread?.close();
  }

  #live(): Promise<Thread> {
    if (this.#closed)
      return Promise.reject(new UnmockedError('disposed', 'The models were closed.'));
    if (!this.#ready || this.#thread?.dead) this.#ready = this.#start();
    return this.#ready;
  }

  async #start(): Promise<Thread> {
    const thread = new Thread(this.#createWorker());
    this.#thread = thread;
    try {
      for (const [model, options] of this.#loads.entries())
        await thread.request({ type: 'load', model, options });
    } catch (error) {
      await thread.close();
      throw error;
    }
    return thread;
  }
}

interface Pending {
  resolve(value: never): void;
  reject(error: unknown): void;
  onToken?: ((token: TokenEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Without `id`, which the thread gives. */
type RequestBody = Request extends infer R
  ? R extends { id: number }
    ? Omit<R, 'id'>
    : never
  : never;

/** One worker's life. */
class Thread {
  /** Resolves when the worker is gone, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #reason: UnmockedError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (response: Response) => this.#receive(response));
    worker.once('error', (cause) => this.#fail('died', cause));
    this.ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#fail('ended');
        resolve();
      });
    });
  }

  /** It takes no more requests. */
  get dead(): boolean {
    return this.#reason !== undefined;
  }

  request<T>(
    body: RequestBody,
    { onToken, signal }: Pick<Pending, 'onToken' | 'signal'> = {},
  ): Promise<T> {
    if (this.#reason) return Promise.reject(this.#reason);
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const id = this.#nextId++;
    const cancel = () => this.#post({ type: 'cancel', target: id });
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onToken, signal });
      this.#post({ ...body, id } as Request);
      signal?.addEventListener('abort', cancel, { once: true });
    }).finally(() => signal?.removeEventListener('abort', cancel));
  }

  /** The worker ends itself: terminated in the middle of a run, onnxruntime-node aborts the whole process (an uncaught `Napi::Error`). */
  close(): Promise<void> {
    this.#post({ type: 'close' });
    return this.ended;
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
  }

  #receive(response: Response): void {
    const pending = this.#pending.get(response.id);
    if (!pending) return;
    if (response.type === 'token') {
      pending.onToken?.(response.token);
      return;
    }
    this.#pending.delete(response.id);
    if (response.type === 'done') {
      pending.resolve(response.value as never);
      return;
    }
    const error = fromErrorRecord(response.error);
    // A signal's reason stays in this thread; the worker only knows that it was told to stop.
    pending.reject(
      pending.signal?.aborted && isAbortError(error) ? abortError(pending.signal) : error,
    );
  }

  /** The first reason counts: after an error comes the exit. */
  #fail(how: string, cause?: unknown): void {
    this.#reason ??= new UnmockedError(
      'engine-crashed',
      `The worker that computes ${how}. The next call starts a new one.`,
      { cause },
    );
    for (const pending of this.#pending.values()) pending.reject(this.#reason);
    this.#pending.clear();
  }
}
