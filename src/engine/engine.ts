import { abortError, fromErrorRecord, UnmockedError } from '../errors.js';
import type { OutputConstraint } from './constraint/constraint.js';
import type { Vocabulary } from './constraint/vocabulary.js';
import { compiledRuntime, countWorkers, keepCompiledRuntime } from './compiled-runtime.js';
import { ledger } from './ledger.js';
import { watchLifeLine } from './life-line.js';
import { type CallOptions, PendingCalls, type RequestBody } from './pending-calls.js';
import { createEngineWorker, scriptOf, StartWatch } from './start-worker.js';
import { type Step, stepTookTooLong } from './steps.js';
import { Watchdog } from './watchdog.js';
import type {
  ChatMessage,
  EngineInfo,
  GenerateRequest,
  GenerateResult,
  LoadPhase,
  LoadProgress,
  LoadSpec,
  TemplateOptions,
  WorkerRequest,
  WorkerResponse,
} from './protocol.js';

export interface EngineLoadOptions {
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
  /**
   * Terminates a worker that sends nothing for this long while a call is pending. Milliseconds.
   * Default: 120,000.
   */
  silenceLimit?: number;
  /**
   * Terminates a worker whose script does not arrive within this time, or whose model has code that does
   * not end. Milliseconds. Default: 30,000.
   */
  stallLimit?: number;
  /** Creates the worker, for pages that load it from another place and for tests. */
  createWorker?: () => Worker;
}

const DEFAULT_SILENCE_LIMIT = 120_000;
/** How long a server may send nothing, and how long code in a model's files may take. Milliseconds. */
export const DEFAULT_STALL_LIMIT = 30_000;
/**
 * A cancelled generation stops after the current token. A worker that takes longer is terminated.
 */
const CANCEL_LIMIT = 30_000;

/**
 * One worker with one loaded model. Everything that can crash or be poisoned lives and dies in it.
 */
export class Engine {
  /** The engines of this page whose worker is running. `memory-cleanup` expects none. */
  static readonly alive = new Set<Engine>();
  /** When a worker, and a worker with threads, was last terminated; `performance.now()`. */
  static readonly lastTerminated = { any: -Infinity, threaded: -Infinity };

  /** What the worker actually loaded; set when `load` resolves. */
  info!: EngineInfo;
  /** Called once, when the worker is gone for any reason. */
  onClosed: (() => void) | undefined;
  readonly #start = new StartWatch();
  readonly #worker: Worker;
  readonly #calls = new PendingCalls();
  readonly #silenceLimit: number;
  readonly #stallLimit: number;
  readonly #watchdog = new Watchdog((limit) => this.terminate(this.#silentFor(limit)));
  /** The worker's script has to arrive: its first step. */
  readonly #scriptStep: Step | undefined;
  /** What the worker is at that has a shorter limit. */
  #step: Step | undefined;
  /** How far a load is, for errors. */
  #phase: LoadPhase | 'start of the worker' = 'start of the worker';
  /** Aborts when the worker is terminated here, so that its death is no news. */
  readonly #ended = new AbortController();
  #closed: Error | undefined;

  /**
   * Starts a fresh worker and loads a rung in it. If that fails, the worker is terminated.
   *
   * @throws UnmockedError with the worker's own code, `engine-crashed` or `engine-silent`;
   *   `AbortError` at once when `signal` aborts.
   */
  static async load(spec: LoadSpec, options: EngineLoadOptions = {}): Promise<Engine> {
    const { signal, onProgress } = options;
    if (signal?.aborted) throw abortError(signal);
    const engine = new Engine(options);
    const stop = () => engine.terminate(abortError(signal));
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const runtime = compiledRuntime(spec.ort.wasm);
      engine.info = await engine.#request<EngineInfo>(
        { type: 'load', spec, ...(runtime ? { runtime } : {}) },
        { onProgress },
      );
      return engine;
    } catch (error) {
      engine.terminate(error as Error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      engine.#start.stop();
    }
  }

  private constructor(options: EngineLoadOptions) {
    this.#silenceLimit = options.silenceLimit ?? DEFAULT_SILENCE_LIMIT;
    this.#stallLimit = options.stallLimit ?? DEFAULT_STALL_LIMIT;
    try {
      this.#worker = (options.createWorker ?? createEngineWorker)();
    } catch (error) {
      this.#start.stop();
      throw error;
    }
    const url = scriptOf(this.#worker);
    this.#step = this.#scriptStep = url ? { kind: 'code', url } : undefined;
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerResponse>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      void this.#start.explain(this.#worker, event).then((error) => this.terminate(error));
    };
    this.#worker.onmessageerror = () =>
      this.terminate(
        new UnmockedError(
          'engine-crashed',
          "A message from the engine's worker could not be read. " +
            'The next call starts a new worker.',
        ),
      );
    Engine.alive.add(this);
    countWorkers(Engine.alive.size);
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /**
   * @param onToken is called for every token as it is computed.
   * @throws UnmockedError `context-overflow`, `inference-failed`, `engine-crashed`,
   *   `engine-silent`; `AbortError` when `signal` aborts, after the worker has stopped computing.
   */
  generate(
    request: GenerateRequest,
    { signal, onToken }: Pick<CallOptions, 'signal' | 'onToken'> = {},
  ): Promise<GenerateResult> {
    return this.#request(
      { type: 'generate', request },
      {
        signal,
        onToken: (token) => {
          ledger.tokens++;
          onToken?.(token);
        },
      },
    );
  }

  encode(text: string): Promise<number[]> {
    return this.#request({ type: 'encode', text });
  }

  decode(tokenIds: number[], skipSpecialTokens = true): Promise<string> {
    return this.#request({ type: 'decode', tokenIds, skipSpecialTokens });
  }

  /** @throws UnmockedError `invalid-constraint` or `unsupported`. */
  checkConstraint(constraint: OutputConstraint): Promise<void> {
    return this.#request({ type: 'check-constraint', constraint });
  }

  /** The bytes of each token. @throws UnmockedError `unsupported` for an unknown tokenizer. */
  vocabulary(): Promise<Vocabulary> {
    return this.#request({ type: 'vocabulary' });
  }

  /** The pieces of text in which these tokens would be streamed. */
  streamTokens(tokenIds: number[]): Promise<string[]> {
    return this.#request({ type: 'stream-tokens', tokenIds });
  }

  /** Renders messages with the model's own chat template. */
  renderTemplate(messages: ChatMessage[], options: TemplateOptions = {}): Promise<string> {
    return this.#request({ type: 'render-template', messages, options });
  }

  /** Drops a conversation's KV cache. */
  forget(conversation: string): Promise<void> {
    return this.#request({ type: 'forget', conversation });
  }

  /**
   * Ends the worker and rejects its pending calls with `reason`. This is the only way to free its
   * WASM memory.
   */
  terminate(reason: Error = new UnmockedError('disposed', 'The engine was terminated.')): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#watchdog.stop();
    this.#ended.abort();
    this.#worker.terminate();
    Engine.alive.delete(this);
    countWorkers(Engine.alive.size);
    Engine.lastTerminated.any = performance.now();
    if (this.info?.threads > 1) Engine.lastTerminated.threaded = performance.now();
    this.#calls.rejectAll(reason);
    this.onClosed?.();
  }

  #request<T>(body: RequestBody<WorkerRequest>, options: CallOptions = {}): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed);
    let giveUp: ReturnType<typeof setTimeout> | undefined;
    const send = (id: number) => {
      this.#worker.postMessage({ ...body, id } as WorkerRequest);
      this.#watch();
    };
    const cancel = (target: number) => {
      this.#worker.postMessage({ type: 'cancel', target } satisfies WorkerRequest);
      giveUp = setTimeout(
        () =>
          this.terminate(
            new UnmockedError(
              'engine-silent',
              "The engine's worker was terminated: " +
                `it did not stop within ${CANCEL_LIMIT / 1000} s of being cancelled. ` +
                'The next call starts a new one.',
            ),
          ),
        CANCEL_LIMIT,
      );
    };
    return this.#calls.start<T>(send, cancel, options).finally(() => clearTimeout(giveUp));
  }

  #receive(response: WorkerResponse): void {
    if (response.type === 'alive') {
      // The worker waits for its lock, so it may be at a later step by now.
      if (this.#step === this.#scriptStep) this.#step = undefined;
      watchLifeLine(response.lock, this.#ended.signal, () => this.terminate(workerGone()));
    }
    if (response.type === 'step') this.#step = response.step;
    if (response.type === 'compiled') keepCompiledRuntime(response.url, response.module);
    if (response.type === 'progress') this.#phase = response.progress.phase;
    this.#calls.receive(response);
    this.#watch();
    if (response.type === 'failed' && response.fatal)
      this.terminate(fromErrorRecord(response.error));
  }

  /** Any message is a sign of life. Silence counts only while a call is pending. */
  #watch(): void {
    if (this.#calls.size === 0 || this.#closed) this.#watchdog.stop();
    else this.#watchdog.watch(this.#step ? this.#stallLimit : this.#silenceLimit);
  }

  #silentFor(limit: number): UnmockedError {
    if (this.#step) return stepTookTooLong(this.#step, limit);
    return new UnmockedError(
      'engine-silent',
      "The engine's worker was terminated: " +
        `it sent nothing for ${limit / 1000} s` +
        `${this.info ? '' : ` while it loaded (${this.#phase})`}. ` +
        'The next call starts a new one.',
    );
  }
}

const workerGone = (): UnmockedError =>
  new UnmockedError(
    'engine-crashed',
    "The engine's worker ended without a word. Browsers do so when memory runs out. " +
      'The next call starts a new one.',
  );
