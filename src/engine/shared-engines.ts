import { UnmockedError, untilAborted } from '../errors.js';
import type { Engine } from './engine.js';
import type { LoadProgress } from './protocol.js';

/** Loads an engine. Every holder that waits for it hears of its progress. */
export type LoadEngine = (
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
) => Promise<Engine>;

interface Entry {
  holders: number;
  readonly engine: Promise<Engine>;
  readonly controller: AbortController;
  readonly listeners: Set<(progress: LoadProgress) => void>;
  loaded?: Engine;
}

/** Engines by key, with a count of their holders: the first one loads, the last one terminates. */
export class SharedEngines {
  readonly #entries = new Map<string, Entry>();

  /** Engines that are loaded or loading. */
  get size(): number {
    return this.#entries.size;
  }

  isLoaded(key: string): boolean {
    return this.#entries.get(key)?.loaded !== undefined;
  }

  /**
   * Waits for the engine of `key` and counts the caller as a holder. Only the first caller's `load`
   * runs.
   *
   * @throws the error of loading; the signal's reason when `signal` aborts. The engine goes on
   *   loading for its other holders.
   */
  async hold(
    key: string,
    load: LoadEngine,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (p: LoadProgress) => void },
  ): Promise<Engine> {
    const entry = this.#entries.get(key) ?? this.#start(key, load);
    entry.holders++;
    if (onProgress) entry.listeners.add(onProgress);
    try {
      return await untilAborted(entry.engine, signal);
    } catch (error) {
      if (--entry.holders === 0) {
        this.#end(entry);
        this.#forget(key, entry);
      }
      throw error;
    } finally {
      if (onProgress) entry.listeners.delete(onProgress);
    }
  }

  /** Ends a hold. Terminates the engine after the last one. */
  release(key: string, engine: Engine): void {
    const entry = this.#entries.get(key);
    if (!entry || engine.closed) return; // it crashed, and the key may hold its successor
    if (--entry.holders > 0) return;
    this.#entries.delete(key);
    engine.terminate(
      new UnmockedError('disposed', 'The engine was terminated: its last agent was disposed.'),
    );
  }

  /** Terminates every engine, whoever holds it. */
  dispose(): void {
    for (const entry of this.#entries.values()) this.#end(entry);
    this.#entries.clear();
  }

  #start(key: string, load: LoadEngine): Entry {
    const controller = new AbortController();
    const listeners: Entry['listeners'] = new Set();
    const engine = load(controller.signal, (progress) =>
      listeners.forEach((listener) => listener(progress)),
    );
    const entry: Entry = { holders: 0, controller, listeners, engine };
    this.#entries.set(key, entry);
    const forget = () => this.#forget(key, entry);
    engine.then((loaded) => {
      entry.loaded = loaded;
      loaded.onClosed = forget; // a dead engine must not be shared again
    }, forget);
    return entry;
  }

  #forget(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #end({ controller, engine, loaded }: Entry): void {
    loaded?.terminate();
    controller.abort();
    // An engine whose load is just completing no longer reacts to the signal.
    void engine.then(
      (late) => late.terminate(),
      () => undefined,
    );
  }
}
