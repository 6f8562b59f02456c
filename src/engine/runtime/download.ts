import { createSHA256 } from 'hash-wasm';
import { sleep } from '../../async.js';
import { abortError, UnmockedError } from '../../errors.js';
import type { FileCache, PartialFile } from './file-cache.js';

export interface DownloadOptions {
  url: string;
  /** Shown in errors. */
  path: string;
  bytes?: number | undefined;
  sha256?: string | undefined;
  /** Keeps the file, and half of it, under its digest. Needs `sha256`. */
  cache?: FileCache | undefined;
  signal: AbortSignal;
  /** Bytes of this file that are here now, and how many it will have as far as is known. */
  onProgress(loaded: number, total: number | undefined): void;
}

export interface Downloaded {
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
  fromCache: boolean;
}

/** Connections that break are taken up again this often, then it is an error. */
const RESUMES = 3;
const BACK_OFF_MS = 250;

/**
 * Downloads one file: with progress, resuming where a connection broke (in this call or, with a cache, in an earlier one), and with length
 * and SHA-256 checked before anybody sees it.
 *
 * @throws UnmockedError `file-not-found`, `network` or `integrity`; `AbortError`.
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  const { cache, sha256, path } = options;
  if (cache && sha256) {
    const kept = await cache.read(sha256);
    if (kept && (await digestOf(kept)) === sha256) {
      options.onProgress(kept.length, kept.length);
      return { bytes: kept, sha256, fromCache: true };
    }
    if (kept) await cache.delete(sha256);
  }
  const partial = cache && sha256 ? await cache.openPartial(sha256) : undefined;
  let complete = false;
  try {
    const body = await receive(options, partial);
    if (sha256 && body.sha256 !== sha256) {
      partial?.reset();
      throw new UnmockedError(
        'integrity',
        `${path} from ${options.url} is damaged: its SHA-256 is ${body.sha256}, expected ${sha256}. It was thrown away; loading again fetches it anew.`,
        { details: { path, url: options.url, sha256: body.sha256, expected: sha256 } },
      );
    }
    complete = true;
    return { ...body, fromCache: false };
  } finally {
    await partial?.close(complete);
  }
}

async function receive(
  options: DownloadOptions,
  partial: PartialFile | undefined,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; sha256: string }> {
  const { path, url, signal } = options;
  const hasher = await createSHA256();
  let chunks: Uint8Array[] = partial ? [...partial.existing()] : [];
  for (const chunk of chunks) hasher.update(chunk);
  let loaded = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  let etag: string | null = null;
  const restart = () => {
    chunks = [];
    loaded = 0;
    hasher.init();
    partial?.reset();
  };
  if (options.bytes !== undefined && loaded > options.bytes) restart();
  if (loaded > 0) options.onProgress(loaded, options.bytes);

  for (let attempt = 0; ; attempt++) {
    if (loaded > 0 && loaded === options.bytes) break; // arrived whole in an earlier try
    let total = options.bytes;
    try {
      const response = await request(options, loaded, etag, attempt);
      if (
        response.status !== 206 ||
        Number(/bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? loaded) !==
          loaded
      )
        restart();
      etag = response.headers.get('etag');
      const length = contentLength(response);
      if (total === undefined && length !== undefined) total = loaded + length;
      if (options.bytes !== undefined && length !== undefined && loaded + length !== options.bytes)
        throw wrongLength(options, loaded + length);
      options.onProgress(loaded, total);
      const reader = response.body!.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        hasher.update(value);
        loaded += value.length;
        partial?.append(value);
        if (options.bytes !== undefined && loaded > options.bytes) {
          void reader.cancel();
          partial?.reset();
          throw wrongLength(options, loaded);
        }
        options.onProgress(loaded, total);
      }
      if (total !== undefined && loaded < total && length !== undefined)
        throw new TypeError(`the connection ended after ${loaded} of ${total} bytes`);
      break;
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      if (error instanceof UnmockedError && error.details['retry'] !== true) throw error;
      if (attempt >= RESUMES) {
        if (error instanceof UnmockedError) throw error;
        throw new UnmockedError(
          'network',
          `${path} could not be fetched from ${url}: ${(error as Error).message}. Check the connection and load again; it goes on where it stopped.`,
          {
            cause: error,
            details: { path, url, loadedBytes: loaded },
          },
        );
      }
      const tooMuch = error instanceof UnmockedError && error.details['status'] === 416;
      if (tooMuch || (!options.sha256 && !etag)) restart(); // without either, nothing would notice two different versions glued together
      await sleep(BACK_OFF_MS * 2 ** attempt, signal);
    }
  }
  if (options.bytes !== undefined && loaded !== options.bytes) {
    partial?.reset();
    throw wrongLength(options, loaded);
  }
  options.onProgress(loaded, loaded);
  return { bytes: join(chunks, loaded), sha256: hasher.digest('hex') };
}

async function request(
  options: DownloadOptions,
  offset: number,
  etag: string | null,
  attempt: number,
): Promise<globalThis.Response> {
  const { url, path, signal } = options;
  const headers = new Headers();
  if (offset > 0) {
    headers.set('Range', `bytes=${offset}-`);
    // Only where no digest will catch a file that changed in between: If-Range costs a CORS preflight.
    if (etag && !options.sha256) headers.set('If-Range', etag);
  }
  // What is kept here need not be kept twice. And Chromium answers a second try from its cache, an error 503 too; and a range, in pieces.
  const cache =
    (options.cache && options.sha256) || offset > 0 || attempt > 0 ? 'no-store' : 'no-cache';
  const response = await fetch(url, { headers, signal, cache });
  const details = { path, url, status: response.status };
  if (
    response.status === 404 ||
    response.status === 401 ||
    response.status === 403 ||
    response.status === 410
  ) {
    throw new UnmockedError(
      'file-not-found',
      `${path} is not at ${url} (status ${response.status}).`,
      { details },
    );
  }
  if (response.status === 416) {
    throw new UnmockedError(
      'integrity',
      `${url} has fewer bytes than were already here (status 416).`,
      { details: { ...details, retry: true } },
    );
  }
  if (!response.ok) {
    const retry = response.status === 429 || response.status >= 500;
    throw new UnmockedError(
      'network',
      `${url} answered with status ${response.status}. Try again later.`,
      { details: { ...details, retry } },
    );
  }
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    void response.body?.cancel();
    throw new UnmockedError(
      'integrity',
      `${url} answered with a web page in place of ${path}. A server must answer 404 for a missing model file, not its index page.`,
      { details },
    );
  }
  return response;
}

/** Undefined where the header is missing or counts compressed bytes. */
function contentLength(response: globalThis.Response): number | undefined {
  const header = response.headers.get('content-length');
  if (header === null || response.headers.has('content-encoding')) return undefined;
  return Number(header);
}

function wrongLength(options: DownloadOptions, actual: number): UnmockedError {
  return new UnmockedError(
    'integrity',
    `${options.path} from ${options.url} has ${actual} bytes, expected ${options.bytes}. It was not used.`,
    {
      details: { path: options.path, url: options.url, bytes: actual, expected: options.bytes },
    },
  );
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hasher = await createSHA256();
  // In pieces: hash-wasm copies what it is given into its own memory.
  for (let at = 0; at < bytes.length; at += 1 << 20)
    hasher.update(bytes.subarray(at, at + (1 << 20)));
  return hasher.digest('hex');
}

function join(chunks: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
