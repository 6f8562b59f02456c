import { LiveEngine } from '../agents/local/live-engine.js';
import { type EnginePool, sharedPool } from '../engine/engine-pool.js';
import { type PageDevice, rungsOf } from '../engine/ladder.js';
import type { LoadProgress, Rung } from '../engine/protocol.js';
import { hasCode } from '../errors.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import type { CoreOptions, Expected } from './create-options.js';
import type { Availability, LanguageModelMessageType } from './types.js';

/** The options of `install()`: what a browser decides about its built-in model. */
export interface HostOptions {
  /**
   * A registry id, a hub id, a folder's URL, or a model. Default: `unmocked-tiny`, which is
   * bundled.
   */
  model?: string | Model;
  /** Base URL of a mirror in the hub's layout. Default: the hub. */
  hub?: string;
  /** Default: `auto`, which tries WebGPU and then WASM. */
  device?: PageDevice;
  /** Default: the best that the device can compute. */
  dtype?: Rung['dtype'];
  /** Default: the page's pool, so that sessions share an engine with agents. */
  pool?: EnginePool;
  /**
   * BCP 47 tags of the languages that the model is said to speak. A broader tag covers narrower
   * ones. Default: `['en']`.
   */
  languages?: readonly string[];
  /** Default: 0. The same calls with the same seed give the same replies. */
  seed?: number;
  /** Tokens after which a reply ends in any case. Default: the model's context window. */
  maxTokens?: number;
  /** Pretends that there is no model, to test how an app copes. Default: false. */
  unavailable?: boolean;
  /**
   * Requires a user gesture before the first download, as browsers do. Without one, `create()`
   * fails with `NotAllowedError`. Default: false, because most tests have no user.
   */
  requireUserActivation?: boolean;
}

const INPUT_TYPES: readonly LanguageModelMessageType[] = ['text', 'tool-response'];
const OUTPUT_TYPES: readonly LanguageModelMessageType[] = ['text', 'tool-call'];

/** The browser's part of the API: its model, and whether that was downloaded. */
export class Host {
  readonly model: Model;
  readonly seed: number;
  readonly maxTokens: number | undefined;
  readonly requireUserActivation: boolean;
  readonly #options: HostOptions;
  readonly #pool: EnginePool;
  readonly #languages: readonly string[];
  #state: Availability;
  #loads = 0;

  /**
   * @throws UnmockedError `unknown-model` or `invalid-argument`; RangeError when a language tag is
   *   invalid.
   */
  constructor(options: HostOptions = {}) {
    this.#options = options;
    this.model = resolveModel(options.model ?? 'unmocked-tiny', { hub: options.hub });
    this.seed = options.seed ?? 0;
    this.maxTokens = options.maxTokens;
    this.requireUserActivation = options.requireUserActivation ?? false;
    this.#pool = options.pool ?? sharedPool;
    this.#languages = Intl.getCanonicalLocales([...(options.languages ?? ['en'])]);
    this.#state = options.unavailable ? 'unavailable' : 'downloadable';
  }

  /** `available` once the model was loaded in this page. */
  async availability({ expectedInputs, expectedOutputs }: CoreOptions): Promise<Availability> {
    const supported =
      expectedInputs.every((expected) => this.#supports(expected, INPUT_TYPES)) &&
      expectedOutputs.every((expected) => this.#supports(expected, OUTPUT_TYPES));
    if (!supported || !(await this.#hasDevice())) return 'unavailable';
    return this.#state === 'downloadable' && this.#loads > 0 ? 'downloading' : this.#state;
  }

  /**
   * Acquires an engine with the model, and loads it first if no session holds one.
   *
   * @throws what `EnginePool.acquire` throws.
   */
  async acquire(
    signal: AbortSignal,
    onProgress?: (progress: LoadProgress) => void,
  ): Promise<LiveEngine> {
    const { device = 'auto', dtype } = this.#options;
    this.#loads++;
    try {
      const engine = await LiveEngine.acquire(this.#pool, {
        model: this.model,
        device,
        dtype,
        signal,
        onProgress,
      });
      this.#state = 'available';
      return engine;
    } catch (error) {
      if (hasCode(error, 'no-device')) this.#state = 'unavailable';
      throw error;
    } finally {
      this.#loads--;
    }
  }

  #supports(expected: Expected, types: readonly LanguageModelMessageType[]): boolean {
    return (
      types.includes(expected.type) &&
      expected.languages.every((tag) =>
        this.#languages.some((known) => tag === known || tag.startsWith(`${known}-`)),
      )
    );
  }

  /** `navigator.gpu` exists in browsers without an adapter, so this asks for one. */
  async #hasDevice(): Promise<boolean> {
    const { device = 'auto', dtype } = this.#options;
    const rungs = rungsOf(this.model, device, dtype);
    if (rungs.some((rung) => rung.device === 'wasm')) return true;
    return rungs.length > 0 && Boolean(await navigator.gpu?.requestAdapter());
  }
}

let current: Host | undefined;

/**
 * The host of this page. Like `assets`, it is set once; sessions keep the host that they were
 * created with.
 */
export function currentHost(): Host {
  return (current ??= new Host());
}

/** Replaces the page's host. Returns the one before. */
export function setHost(host: Host): Host {
  const before = currentHost();
  current = host;
  return before;
}
