import { UnmockedError } from '../../errors.js';
import { type ListedFile, readHubTree } from '../hub-listing.js';
import type { DigestPin, EngineInfo, LoadProgress, LoadSpec } from '../protocol.js';
import { download, type Downloaded } from './download.js';
import { FileCache } from './file-cache.js';

/** A file's expected bytes and digest, and whose word that is. */
interface Expectation {
  bytes?: number | undefined;
  sha256?: string | undefined;
  pin: DigestPin;
}

/** Files without which no causal language model loads. The tokenizer's configuration and `generation_config.json` may be missing. */
const REQUIRED = ['config.json', 'tokenizer.json'];
const OPTIONAL = ['tokenizer_config.json', 'generation_config.json'];

/** How progress and errors name the runtime's WASM. */
const RUNTIME_NAME = 'ONNX Runtime';

/** transformers.js is pointed here; no such host is ever asked, every request ends in `ModelStore.fetch`. */
export const STORE_HOST = 'https://model-store.invalid/';
export const STORE_FOLDER = 'files/';

/** Brings one model's files into the worker, checked, and hands them to transformers.js through `env.fetch`. */
export class ModelStore {
  readonly used: EngineInfo['files'] = [];
  /** ONNX Runtime's WASM, where it had to be fetched. */
  runtime: ArrayBuffer | undefined;
  readonly #spec: LoadSpec;
  readonly #signal: AbortSignal;
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #files = new Map<string, Downloaded>();
  readonly #sizes = new Map<string, { loaded: number; total: number }>();
  #tree: Map<string, ListedFile> | undefined;
  #cache: FileCache | undefined;
  #loadedBytes = 0;
  #quiet = false;

  constructor(
    spec: LoadSpec,
    options: { signal: AbortSignal; onProgress: (progress: LoadProgress) => void },
  ) {
    this.#spec = spec;
    this.#signal = options.signal;
    this.#onProgress = options.onProgress;
  }

  /**
   * Fetches all files of the rung, and the runtime's WASM where the browser does not have it yet: it is larger than a small model, and a
   * visitor should see it come. Where it is in the HTTP cache the runtime reads it itself, and compiles while it streams (a tenth faster).
   *
   * @throws UnmockedError `model-not-found` when there is no such model, `file-not-found` when it lacks this rung's weights, `integrity`,
   *   `network`; `AbortError`.
   */
  async fetchAll(runtimeUrl: string): Promise<void> {
    const spec = this.#spec;
    if (spec.cache && spec.model.source.kind === 'hub') this.#cache = await FileCache.open();
    this.#tree = await this.#readTree();
    // The configuration first: without it there is no model, and nothing large has been fetched for nothing.
    this.#quiet = true;
    await this.#get('config.json').catch((error: unknown) => {
      throw this.#notFound(error);
    });
    this.#quiet = false;
    const weights = [spec.rung.file, ...this.#externalData(spec.rung.file)];
    for (const path of [...REQUIRED, ...OPTIONAL, ...weights]) {
      const bytes = this.#expect(path).bytes;
      if (bytes !== undefined)
        this.#sizes.set(path, { loaded: this.#sizes.get(path)?.loaded ?? 0, total: bytes });
    }
    await Promise.all([
      this.#getRuntime(runtimeUrl),
      ...[...REQUIRED, ...weights].map((path) => this.#get(path)),
      ...OPTIONAL.map((path) =>
        this.#get(path).catch((error: unknown) => {
          if (!(error instanceof UnmockedError && error.code === 'file-not-found')) throw error;
          this.#sizes.delete(path);
        }),
      ),
    ]);
    const total = this.#loadedBytes;
    this.#onProgress({ phase: 'verify', loadedBytes: total, totalBytes: total });
  }

  /** For `env.fetch`: answers from what was fetched; anything else that transformers.js asks for is fetched now, or is a 404. */
  readonly fetch = async (
    input: string | URL | globalThis.Request,
  ): Promise<globalThis.Response> => {
    const url = input instanceof globalThis.Request ? input.url : String(input);
    if (!url.startsWith(STORE_HOST + STORE_FOLDER)) {
      throw new UnmockedError(
        'network',
        `The runtime asked for ${url}, which is not one of the model's files.`,
      );
    }
    const path = decodeURIComponent(url.slice((STORE_HOST + STORE_FOLDER).length));
    try {
      const { bytes } = await this.#get(path);
      return new globalThis.Response(bytes, {
        headers: { 'content-length': String(bytes.length) },
      });
    } catch (error) {
      if (error instanceof UnmockedError && error.code === 'file-not-found')
        return new globalThis.Response('', { status: 404 });
      throw error;
    }
  };

  /** Lets go of the bytes once the session has its own copy. */
  release(): void {
    this.#files.clear();
    this.runtime = undefined;
  }

  async #getRuntime(url: string): Promise<void> {
    if (await isInHttpCache(url)) return;
    const path = RUNTIME_NAME;
    const { bytes } = await download({
      url,
      path,
      signal: this.#signal,
      onProgress: (loaded, total) => this.#progress(path, loaded, total),
    });
    this.runtime = bytes.buffer;
  }

  async #get(path: string): Promise<Downloaded> {
    const known = this.#files.get(path);
    if (known) return known;
    const { model } = this.#spec;
    const { bytes, sha256, pin } = this.#expect(path);
    const file = await download({
      url: model.files[path]?.url ?? new URL(path, this.#spec.modelBase).href,
      path,
      bytes,
      sha256,
      cache: this.#cache,
      signal: this.#signal,
      onProgress: (loaded, total) => this.#progress(path, loaded, total),
    });
    if (path.endsWith('.json')) checkJson(path, file.bytes, this.#spec.modelBase);
    this.#files.set(path, file);
    this.used.push({
      path,
      bytes: file.bytes.length,
      sha256: file.sha256,
      ...(sha256 ? { expected: sha256 } : {}),
      pin,
      fromCache: file.fromCache,
    });
    return file;
  }

  /** The registry's word counts for the hub itself; a mirror that lists its files is believed about its own. */
  #expect(path: string): Expectation {
    const listed = this.#tree?.get(path);
    if (listed)
      return { bytes: listed.bytes, sha256: listed.sha256, pin: listed.sha256 ? 'source' : 'none' };
    const pinned = this.#spec.model.files[path];
    return {
      bytes: pinned?.bytes,
      sha256: pinned?.sha256,
      pin: pinned?.sha256 ? 'registry' : 'none',
    };
  }

  /** A mirror is asked about its own files; of the hub itself the registry's pins are enough. */
  async #readTree(): Promise<Map<string, ListedFile> | undefined> {
    const { treeUrl, model } = this.#spec;
    const isMirror = model.source.kind === 'hub' && model.source.host !== undefined;
    if (!treeUrl || (!isMirror && Object.keys(model.files).length > 0)) return undefined;
    return readHubTree(treeUrl, this.#signal);
  }

  /** ONNX files over 2 GB keep their weights beside them, as `<file>_data`, `<file>_data_1`, … */
  #externalData(file: string): string[] {
    return [...(this.#tree?.keys() ?? [])].filter(
      (path) => path === `${file}_data` || path.startsWith(`${file}_data_`),
    );
  }

  #progress(path: string, loaded: number, total: number | undefined): void {
    this.#sizes.set(path, { loaded, total: Math.max(total ?? 0, loaded) });
    let loadedBytes = 0;
    let totalBytes = 0;
    for (const size of this.#sizes.values()) {
      loadedBytes += size.loaded;
      totalBytes += size.total;
    }
    // A download that had to begin again does not count backwards.
    this.#loadedBytes = Math.max(this.#loadedBytes, loadedBytes);
    if (this.#quiet) return;
    this.#onProgress({
      phase: 'download',
      loadedBytes: this.#loadedBytes,
      totalBytes: Math.max(totalBytes, this.#loadedBytes),
      file: path,
    });
  }

  #notFound(error: unknown): unknown {
    if (!(error instanceof UnmockedError)) return error;
    const { model, modelBase } = this.#spec;
    if (error.code === 'file-not-found') {
      return new UnmockedError(
        'model-not-found',
        `There is no model "${model.id}": looked for ${modelBase}config.json (status ${String(error.details['status'])}). Check the id, or give a mirror or a folder.`,
        {
          cause: error,
          details: { model: model.id, lookedFor: [`${modelBase}config.json`] },
        },
      );
    }
    return new UnmockedError(error.code, `Model "${model.id}" cannot be loaded: ${error.message}`, {
      cause: error,
      details: { ...error.details, model: model.id, lookedFor: [`${modelBase}config.json`] },
    });
  }
}

async function isInHttpCache(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { cache: 'only-if-cached', mode: 'same-origin' });
    void response.body?.cancel();
    return response.ok;
  } catch {
    return false; // not cached, or on another origin, where nobody may ask
  }
}

function checkJson(path: string, bytes: Uint8Array, base: string): void {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UnmockedError(
      'integrity',
      `${path} from ${base} is not JSON: ${(cause as Error).message}`,
      { cause, details: { path } },
    );
  }
}
