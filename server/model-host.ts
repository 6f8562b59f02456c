import type { Worker } from 'node:worker_threads';
import { type CallOptions, PendingCalls, type RequestBody } from '../src/engine/pending-calls.js';
import { UnmockedError } from '../src/errors.js';
import type { ModelInfo, ServedModel } from '../src/openai/served-model.js';
import type { LoadModelOptions } from './load-model-options.js';
import type { WorkerRequest, WorkerResponse } from './worker-protocol.js';

/**
 * Models that compute in a worker thread. ONNX Runtime's run in Node is synchronous; with a worker,
 * this thread can write tokens, answer requests and notice clients that leave. A worker that
 * crashes fails its pending calls. The next call starts another one with the same models.
 *
 * @example
 * const host = new ModelHost(() => new Worker(entry)); // `entry` loads model-worker.ts
 * const model = await host.load({ model: 'unmocked-tiny', root });
 */
export class ModelHost {
  readonly #createWorker: () => Worker;
  readonly #loads: LoadModelOptions[] = [];
  /** Resolves once the worker has loaded all models. */
  #ready: Promise<Thread> | undefined;
  #thread: Thread | undefined;
  #closed = false;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  /**
   * Loads one more model. Load models one after the other: transformers.js has one setting for
   * where it looks for files.
   *
   * @throws UnmockedError as `loadServedModel`; `engine-crashed` if the worker crashed; `disposed`
   *   after `close`.
   */
  async load(options: LoadModelOptions): Promise<ServedModel> {
    const model = this.#loads.length;
    const info = await (await this.#live()).request<ModelInfo>({ type: 'load', model, options });
    this.#loads.push(options);
    return {
      ...info,
      prompt: async (conversation) =>
        (await this.#live()).request({ type: 'prompt', model, conversation }),
      checkConstraint: async (constraint) =>
        (await this.#live()).request({ type: 'check-constraint', model, constraint }),
      vocabulary: async () => (await this.#live()).request({ type: 'vocabulary', model }),
      generate: async (request, onToken, signal) =>
        (await this.#live()).request({ type: 'generate', model, request }, { onToken, signal }),
    };
  }

  /** Aborts pending calls and ends the worker after the current token. */
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

/** The life of one worker. */
class Thread {
  readonly #worker: Worker;
  readonly #calls = new PendingCalls();
  /** Resolves when the worker is gone, for any reason. */
  readonly #ended: Promise<void>;
  #reason: UnmockedError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (response: WorkerResponse) => this.#calls.receive(response));
    worker.once('error', (cause) => this.#fail('crashed', cause));
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#fail('ended');
        resolve();
      });
    });
  }

  /** The worker takes no more requests. */
  get dead(): boolean {
    return this.#reason !== undefined;
  }

  request<T>(body: RequestBody<WorkerRequest>, options?: CallOptions): Promise<T> {
    if (this.#reason) return Promise.reject(this.#reason);
    return this.#calls.start<T>(
      (id) => this.#post({ ...body, id } as WorkerRequest),
      (target) => this.#post({ type: 'cancel', target }),
      options,
    );
  }

  /**
   * Lets the worker end itself. `terminate` in the middle of a run would make onnxruntime-node
   * abort the whole process with an uncaught `Napi::Error`.
   */
  close(): Promise<void> {
    this.#post({ type: 'close' });
    return this.#ended;
  }

  #post(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  /** An error is followed by an exit. The first reason counts. */
  #fail(how: string, cause?: unknown): void {
    this.#reason ??= new UnmockedError(
      'engine-crashed',
      `The worker that computes ${how}. The next call starts a new one.`,
      { cause },
    );
    this.#calls.rejectAll(this.#reason);
  }
}
