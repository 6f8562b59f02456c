import type { Engine } from '../../src/engine/engine.js';
import { createEngineWorker } from '../../src/engine/start-worker.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import type { GenerateRequest, GenerateResult } from '../../src/engine/protocol.js';
import { tinyQ8 } from '../helpers.js';

/**
 * A pool for specs: it counts its workers, and shows what its engines were asked and what they
 * answered.
 */
export class WatchedPool extends EnginePool {
  readonly workers: Worker[];
  readonly requests: GenerateRequest[] = [];
  readonly results: GenerateResult[] = [];
  /** Called when a reply is complete, before the session learns of it. */
  onResult: (() => void) | undefined;
  readonly #watched = new WeakSet<Engine>();

  constructor() {
    const workers: Worker[] = [];
    super({
      createWorker: () => {
        const worker = createEngineWorker();
        workers.push(worker);
        return worker;
      },
    });
    this.workers = workers;
  }

  override async acquire(...args: Parameters<EnginePool['acquire']>) {
    const lease = await super.acquire(...args);
    const { engine } = lease;
    if (this.#watched.has(engine)) return lease;
    this.#watched.add(engine);
    const generate = engine.generate.bind(engine);
    engine.generate = async (request, options) => {
      this.requests.push(request);
      const result = await generate(request, options);
      this.onResult?.();
      this.results.push(result);
      return result;
    };
    return lease;
  }
}

/** A pool whose workers never come up: for specs that must not load a model. */
export const brokenPool = () =>
  new EnginePool({
    createWorker: () => {
      throw new Error('This spec must not load a model.');
    },
  });

export const onWasm = (pool: EnginePool) => ({ model: tinyQ8(), device: 'wasm', pool }) as const;

/** The name of the error that a call throws or rejects with; `none` if it succeeds. */
export async function nameOfError(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'none';
  } catch (error) {
    return (error as Error).name;
  }
}

/** All pieces of a stream. */
export async function piecesOf(stream: ReadableStream<string>): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}
