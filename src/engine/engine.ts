import { abortError, fromErrorRecord, isAbortError, UnmockedError } from '../errors.js';
import { ledger } from './ledger.js';
import type {
  EngineInfo,
  GenerateRequest,
  GenerateResult,
  LoadProgress,
  LoadSpec,
  Request,
  Response,
  TokenEvent,
} from './protocol.js';

export interface EngineLoadOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** A worker that says nothing for this long while it owes an answer is terminated. Milliseconds; default 120,000. */
  silenceLimit?: number | undefined;
  /** Where the worker comes from; for pages that must load it from elsewhere, and for tests. */
  createWorker?: (() => Worker) | undefined;
}

interface Pending {
  resolve(value: never): void;
  reject(error: Error): void;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  onToken?: ((token: TokenEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Without `id`, which the engine gives. */
type RequestBody = Request extends infer R
  ? R extends { id: number }
    ? Omit<R, 'id'>
    : never
  : never;

const DEFAULT_SILENCE_LIMIT = 120_000;
/** A cancelled generation ends after the token that is being computed; a worker that takes longer is given up. */
const CANCEL_LIMIT = 30_000;

export const createEngineWorker = (): Worker =>
  new Worker(new URL('./runtime/worker.ts', import.meta.url), {
    type: 'module',
    name: 'unmocked-engine',
  });

/** One worker that holds one loaded model. Everything that can be poisoned or crash lives and dies in it. */
export class Engine {
  /** Engines whose worker is running, in this page. `memory-cleanup` wants it empty. */
  static readonly alive = new Set<Engine>();
  /** When a worker was last terminated, and when one with threads was; `performance.now()`. */
  static readonly lastTerminated = { any: -Infinity, threaded: -Infinity };

  /** Says what was really loaded; set when `load` resolves. */
  info!: EngineInfo;
  /** Called once, when the worker is gone for whatever reason. */
  onClosed: (() => void) | undefined;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #silenceLimit: number;
  #nextId = 1;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #closed: Error | undefined;

  /**
   * Starts a fresh worker and loads the rung in it. When that fails, the worker is gone.
   *
   * @throws UnmockedError with the worker's own code, `engine-crashed` or `engine-silent`; `AbortError` at once when `signal` aborts.
   */
  static async load(spec: LoadSpec, options: EngineLoadOptions = {}): Promise<Engine> {
    const { signal } = options;
    if (signal?.aborted) throw abortError(signal);
    const engine = new Engine(options);
    const stop = () => engine.terminate(abortError(signal));
    signal?.addEventListener('abort', stop, { once: true });
    try {
      engine.info = await engine.#request<EngineInfo>(
        { type: 'load', spec },
        { onProgress: options.onProgress },
      );
      return engine;
    } catch (error) {
      engine.terminate(error as Error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  private constructor(options: EngineLoadOptions) {
    this.#silenceLimit = options.silenceLimit ?? DEFAULT_SILENCE_LIMIT;
    this.#worker = (options.createWorker ?? createEngineWorker)();
    this.#worker.onmessage = ({ data }: MessageEvent<Response>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.terminate(
        new UnmockedError(
          'engine-crashed',
          `The engine's worker died: ${event.message || 'its script could not be loaded'}. The next call starts a new one.`,
        ),
      );
    };
    this.#worker.onmessageerror = () =>
      this.terminate(
        new UnmockedError(
          'engine-crashed',
          'A message of the engine could not be read. The next call starts a new one.',
        ),
      );
    Engine.alive.add(this);
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /**
   * @param onToken is called for every token, as it is computed.
   * @throws UnmockedError `context-overflow`, `inference-failed`, `engine-crashed`, `engine-silent`; `AbortError` when `signal` aborts,
   *   after the worker has stopped computing.
   */
  generate(
    request: GenerateRequest,
    options: {
      signal?: AbortSignal | undefined;
      onToken?: ((token: TokenEvent) => void) | undefined;
    } = {},
  ): Promise<GenerateResult> {
    return this.#request({ type: 'generate', request }, options);
  }

  encode(text: string): Promise<number[]> {
    return this.#request({ type: 'encode', text });
  }

  decode(tokenIds: number[], skipSpecialTokens = true): Promise<string> {
    return this.#request({ type: 'decode', tokenIds, skipSpecialTokens });
  }

  streamTokens(tokenIds: number[]): Promise<string[]> {
    return this.#request({ type: 'stream-tokens', tokenIds });
  }

  renderTemplate(messages: { role: string; content: string }[]): Promise<string> {
    return this.#request({ type: 'render-template', messages });
  }

  /** Drops a conversation's KV cache. */
  forget(conversation: string): Promise<void> {
    return this.#request({ type: 'forget', conversation });
  }

  /** Ends the worker; whoever waits for it is told `reason`. WASM memory only comes back this way. */
  terminate(reason: Error = new UnmockedError('disposed', 'The engine was terminated.')): void {
    if (this.#closed) return;
    this.#closed = reason;
    clearTimeout(this.#watchdog);
    this.#worker.terminate();
    Engine.alive.delete(this);
    Engine.lastTerminated.any = performance.now();
    if (this.info?.threads > 1) Engine.lastTerminated.threaded = performance.now();
    for (const pending of this.#pending.values()) pending.reject(reason);
    this.#pending.clear();
    this.onClosed?.();
  }

  #request<T>(
    body: RequestBody,
    options: Pick<Pending, 'onProgress' | 'onToken' | 'signal'> = {},
  ): Promise<T> {
    const { signal, onProgress, onToken } = options;
    if (this.#closed) return Promise.reject(this.#closed);
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const id = this.#nextId++;
    let giveUp: ReturnType<typeof setTimeout> | undefined;
    const cancel = () => {
      this.#worker.postMessage({
        type: 'cancel',
        id: this.#nextId++,
        target: id,
      } satisfies Request);
      giveUp = setTimeout(
        () =>
          this.terminate(
            new UnmockedError(
              'engine-silent',
              `The engine did not stop within ${CANCEL_LIMIT / 1000} s of being cancelled and was terminated.`,
            ),
          ),
        CANCEL_LIMIT,
      );
    };
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress, onToken, signal });
      this.#worker.postMessage({ ...body, id } as Request);
      this.#watch();
      signal?.addEventListener('abort', cancel, { once: true });
    }).finally(() => {
      clearTimeout(giveUp);
      signal?.removeEventListener('abort', cancel);
    });
  }

  #receive(response: Response): void {
    const pending = this.#pending.get(response.id);
    this.#watch();
    if (!pending) return;
    switch (response.type) {
      case 'progress':
        pending.onProgress?.(response.progress);
        return;
      case 'token':
        ledger.tokens++;
        pending.onToken?.(response.token);
        return;
      case 'done':
        this.#settle(response.id);
        pending.resolve(response.value as never);
        return;
      case 'failed': {
        this.#settle(response.id);
        const error = fromErrorRecord(response.error);
        // A signal's reason stays in the page; the worker only knows that it was told to stop.
        pending.reject(
          pending.signal?.aborted && isAbortError(error) ? abortError(pending.signal) : error,
        );
        if (response.fatal) this.terminate(error);
      }
    }
  }

  #settle(id: number): void {
    this.#pending.delete(id);
    this.#watch();
  }

  /** Any message is a sign of life; silence counts only while an answer is owed. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    if (this.#pending.size === 0 || this.#closed) return;
    this.#watchdog = setTimeout(() => {
      this.terminate(
        new UnmockedError(
          'engine-silent',
          `The engine's worker said nothing for ${this.#silenceLimit / 1000} s and was terminated. The next call starts a new one.`,
        ),
      );
    }, this.#silenceLimit);
  }
}
