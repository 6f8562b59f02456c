import { isInHttpCache } from '../http-cache.js';
import { ortBytes } from '../ort-files.js';
import { UnmockedError } from '../../errors.js';
import { type ListedFile, LISTING_PAGE, readHubTree } from '../hub-listing.js';
import type { DigestPin, EngineInfo, LoadProgress, LoadSpec } from '../protocol.js';
import { checkConfig } from './check-model.js';
import { download, type Downloaded } from './download.js';
import { DownloadProgress } from './download-progress.js';
import { isStored } from '../stored-files.js';
import { FileCache } from './file-cache.js';
import { MOST_JSON_BYTES, readJson } from './read-json.js';
import { guardMemory, readDeviceMemory } from './resource-guard.js';
import { compileCached } from './runtime-code.js';

/** A file's expected length and digest, and where the digest comes from. */
interface Expectation {
  bytes?: number;
  sha256?: string;
  pin: DigestPin;
}

/** Every model has these files and its weights. */
const REQUIRED = ['config.json', 'tokenizer.json'];
/** Some models have these files. */
const OPTIONAL = ['tokenizer_config.json', 'generation_config.json'];

/** Files of external data. Of 2 GB each, they would fill no browser's memory. */
const MOST_PARTS = 100;

/** Names the runtime's WASM in progress and errors. */
const RUNTIME_NAME = 'ONNX Runtime';

/**
 * The address of the model for transformers.js. The host does not exist: `ModelStore.fetch`
 * answers.
 */
export const STORE_HOST = 'https://model-store.invalid/';
export const STORE_FOLDER = 'files/';

/**
 * Downloads and checks the files of one model, and gives them to transformers.js through
 * `env.fetch`.
 */
export class ModelStore {
  /** When the first file was asked for; `performance.now()`. */
  readonly startedAt = performance.now();
  /** The files so far, for the report. */
  readonly used: EngineInfo['files'] = [];
  /** ONNX Runtime's WASM, as soon as its bytes are there. Compiling goes on beside downloads. */
  runtime: Promise<WebAssembly.Module> | undefined;
  /** Downloaded bytes of the runtime's WASM. */
  runtimeBytes = 0;
  readonly #spec: LoadSpec;
  readonly #signal: AbortSignal;
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #onCompiled: (module: WebAssembly.Module) => void;
  readonly #files = new Map<string, Downloaded>();
  readonly #progress: DownloadProgress;
  #tree: Map<string, ListedFile> | undefined;
  #cache: FileCache | undefined;

  constructor(
    spec: LoadSpec,
    options: {
      signal: AbortSignal;
      onProgress: (progress: LoadProgress) => void;
      /** The runtime's WASM was compiled here. */
      onCompiled: (module: WebAssembly.Module) => void;
    },
  ) {
    this.#spec = spec;
    this.#signal = options.signal;
    this.#onProgress = options.onProgress;
    this.#onCompiled = options.onCompiled;
    this.#progress = new DownloadProgress(options.onProgress);
  }

  /**
   * Downloads all files of the rung and the runtime's WASM, which is larger than a small model and
   * belongs into the progress. WASM that the browser's HTTP cache has is compiled while it is read.
   *
   * @param compiled the runtime's WASM, if an earlier worker of the page has compiled it.
   * @throws UnmockedError `model-not-found` if the model does not exist, `invalid-model` if its
   *   configuration cannot be right, `out-of-memory` if the weights cannot fit, `file-not-found` if it lacks this rung's weights, `integrity`,
   *   `network`; `AbortError`.
   */
  async fetchAll(compiled?: WebAssembly.Module): Promise<void> {
    const spec = this.#spec;
    // Every model needs the runtime, so it does not wait for the configuration.
    this.#progress.silent = true;
    const runtime = this.#getRuntime(compiled);
    runtime.catch(() => undefined); // it is awaited below
    const { kind } = spec.model.source;
    if (kind === 'kept' || (spec.cache && kind === 'hub')) this.#cache = await FileCache.open();
    this.#tree = await this.#readTree();
    // The configuration comes first: without it there is no model, and no large download is wasted.
    const { bytes: config } = await this.#get('config.json').catch((error: unknown) => {
      throw this.#modelError(error);
    });
    const json = readJson('config.json', config, spec.modelBase);
    checkConfig(spec.model.id, json);
    this.#progress.silent = false;
    const weights = [spec.rung.file, ...this.#externalData(spec.rung.file)];
    const lengths = weights.map((path) => this.#expect(path).bytes);
    if (lengths.every((bytes) => bytes !== undefined))
      guardMemory({
        model: spec.model,
        rung: spec.rung,
        config: json,
        weightsBytes: lengths.reduce((sum, bytes) => sum + bytes, 0),
        has: await readDeviceMemory(),
      });
    for (const path of [...REQUIRED, ...OPTIONAL, ...weights]) {
      const bytes = this.#expect(path).bytes;
      if (bytes !== undefined) this.#progress.expect(path, bytes);
    }
    await Promise.all([
      runtime,
      ...[...REQUIRED, ...weights].map((path) => this.#get(path)),
      ...OPTIONAL.map((path) =>
        this.#get(path).catch((error: unknown) => {
          if (!(error instanceof UnmockedError && error.code === 'file-not-found')) throw error;
          this.#progress.drop(path);
        }),
      ),
    ]);
    this.enter('verify');
  }

  /**
   * For `env.fetch`. Downloads a file that `fetchAll` did not; answers 404 if it does not exist.
   */
  readonly fetch = async (input: string | URL | Request): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith(STORE_HOST + STORE_FOLDER)) {
      throw new UnmockedError(
        'network',
        `The runtime requested ${url}, which is not a file of the model. ` +
          "Only the model's own files can be loaded.",
      );
    }
    const path = decodeURIComponent(url.slice((STORE_HOST + STORE_FOLDER).length));
    try {
      const { bytes } = await this.#get(path);
      return new Response(bytes, { headers: { 'content-length': String(bytes.length) } });
    } catch (error) {
      if (error instanceof UnmockedError && error.code === 'file-not-found')
        return new Response('', { status: 404 });
      throw error;
    }
  };

  /** Says that all bytes are there and what is done with them. */
  enter(phase: 'verify' | 'session' | 'warm-up'): void {
    const bytes = this.#progress.loadedBytes;
    this.#onProgress({ phase, loadedBytes: bytes, totalBytes: bytes });
  }

  /** Frees the bytes. Call it once the session has its own copy. */
  release(): void {
    this.#files.clear();
    this.runtime = undefined;
  }

  /** Resolves when the bytes are there. */
  async #getRuntime(compiled: WebAssembly.Module | undefined): Promise<void> {
    if (compiled) {
      this.runtime = Promise.resolve(compiled);
      return;
    }
    const url = this.#spec.ort.wasm;
    this.runtime = (await isInHttpCache(url))
      ? compileCached(url)
      : WebAssembly.compile(await this.#downloadRuntime(url));
    this.runtime.then(this.#onCompiled, () => undefined); // the session will fail with it
  }

  async #downloadRuntime(url: string): Promise<Uint8Array<ArrayBuffer>> {
    const path = RUNTIME_NAME;
    this.#progress.expect(path, ortBytes[this.#spec.rung.ort]);
    const { bytes } = await download({
      url,
      path,
      signal: this.#signal,
      stallLimit: this.#spec.stallLimit,
      onProgress: (loaded, total) => this.#progress.update(path, loaded, total),
      onWaiting: () => this.#progress.waitFor(path),
    });
    this.#progress.update(path, bytes.length, bytes.length);
    this.runtimeBytes = bytes.length;
    return bytes;
  }

  async #get(path: string): Promise<Downloaded> {
    const known = this.#files.get(path);
    if (known) return known;
    const { model } = this.#spec;
    this.#assertListed(path);
    const { bytes, sha256, pin } = this.#expect(path);
    const { url, ifMissing } = model.files[path] ?? {};
    if (model.source.kind === 'kept') await this.#assertKept(path, sha256);
    const isJson = path.endsWith('.json');
    const file = await download({
      url: url ?? new URL(path, this.#spec.modelBase).href,
      path,
      ifMissing,
      bytes,
      ...(isJson ? { most: MOST_JSON_BYTES } : {}),
      sha256,
      cache: this.#cache,
      keeps: this.#cache !== undefined && !sha256,
      signal: this.#signal,
      stallLimit: this.#spec.stallLimit,
      onProgress: (loaded, total) => this.#progress.update(path, loaded, total),
      onWaiting: () => this.#progress.waitFor(path),
    });
    if (isJson) readJson(path, file.bytes, this.#spec.modelBase);
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

  /**
   * A file that the source does not list is not asked for.
   *
   * @throws UnmockedError `file-not-found`.
   */
  #assertListed(path: string): void {
    if (!this.#tree || this.#tree.size >= LISTING_PAGE || this.#tree.has(path)) return;
    const { model, treeUrl } = this.#spec;
    throw new UnmockedError('file-not-found', `${path} is not one of the files of "${model.id}".`, {
      details: { path, url: treeUrl, status: 404 },
    });
  }

  /**
   * A file that the user gave this browser has no address to be downloaded from.
   *
   * @throws UnmockedError `file-not-found`.
   */
  async #assertKept(path: string, sha256: string | undefined): Promise<void> {
    if (sha256 && (await isStored(sha256))) return;
    const { model } = this.#spec;
    throw new UnmockedError(
      'file-not-found',
      sha256
        ? `This browser does not keep ${path} of "${model.id}" any more. Choose its folder again.`
        : `${path} is not one of the files of "${model.id}".`,
      { details: { path, status: 404 } },
    );
  }

  /**
   * A listing of the source wins, because a mirror may hold other files. Next come the registry's
   * pins.
   */
  #expect(path: string): Expectation {
    const listed = this.#tree?.get(path);
    if (listed)
      return { bytes: listed.bytes, sha256: listed.sha256, pin: listed.sha256 ? 'source' : 'none' };
    const pinned = this.#spec.model.files[path];
    return {
      bytes: pinned?.bytes,
      sha256: pinned?.sha256,
      // The digest of a kept file is from the folder that it came from.
      pin: !pinned?.sha256
        ? 'none'
        : this.#spec.model.source.kind === 'kept'
          ? 'source'
          : 'registry',
    };
  }

  /** Reads the listing of a mirror, and of a hub model without pins in the registry. */
  async #readTree(): Promise<Map<string, ListedFile> | undefined> {
    const { treeUrl, model } = this.#spec;
    const isMirror = model.source.kind === 'hub' && model.source.host !== undefined;
    if (!treeUrl || (!isMirror && Object.keys(model.files).length > 0)) return undefined;
    return readHubTree(treeUrl, this.#signal, { keeps: this.#spec.cache });
  }

  /** ONNX models over 2 GB keep their weights in `<file>_data`, `<file>_data_1`, … */
  #externalData(file: string): string[] {
    const parts = [...(this.#tree?.keys() ?? [])].filter(
      (path) => path === `${file}_data` || path.startsWith(`${file}_data_`),
    );
    if (parts.length <= MOST_PARTS) return parts;
    const { model } = this.#spec;
    throw new UnmockedError(
      'invalid-model',
      `"${model.id}" lists ${parts.length} files with weights of ${file}; the limit is ${MOST_PARTS}. ` +
        'Choose another model.',
      { details: { model: model.id, file } },
    );
  }

  /** Names the model in an error about its configuration. */
  #modelError(error: unknown): unknown {
    if (!(error instanceof UnmockedError)) return error;
    const { model, modelBase } = this.#spec;
    if (error.code === 'file-not-found') {
      return new UnmockedError(
        'model-not-found',
        model.source.kind === 'kept'
          ? error.message
          : `There is no model "${model.id}" at ${modelBase}config.json ` +
              `(status ${String(error.details['status'])}). ` +
              'Check the id, or use a mirror or a folder.',
        {
          cause: error,
          details: { model: model.id, lookedFor: [`${modelBase}config.json`] },
        },
      );
    }
    return new UnmockedError(
      error.code,
      `The model "${model.id}" could not be loaded: ${error.message}`,
      {
        cause: error,
        details: { ...error.details, model: model.id, lookedFor: [`${modelBase}config.json`] },
      },
    );
  }
}
