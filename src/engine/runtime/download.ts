import { sleep } from '../../async.js';
import { abortError, UnmockedError } from '../../errors.js';
import type { FileCache } from './file-cache.js';
import { ReceivedBytes, sha256Of } from './received-bytes.js';
import { contentLength, continuesAt, requestFile } from './request-file.js';

export interface DownloadOptions {
  url: string;
  /** Names the file in errors. */
  path: string;
  /** Expected length. Default: not checked. */
  bytes?: number;
  /** Expected digest, lower-case hex. Default: not checked. */
  sha256?: string;
  /** Keeps the file, and an incomplete one, by its digest. Needs `sha256`. */
  cache?: FileCache;
  signal: AbortSignal;
  /** Bytes of this file so far, and its length if it is known. */
  onProgress(loaded: number, total: number | undefined): void;
}

export interface Downloaded {
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
  fromCache: boolean;
}

/** A broken download is resumed this often before it fails. */
const RESUMES = 3;
const BACK_OFF_MS = 250;

/**
 * Downloads one file and checks its length and SHA-256. Resumes a broken download, and with a cache
 * also one that an earlier call left behind.
 *
 * @throws UnmockedError `file-not-found`, `network` or `integrity`; `AbortError`.
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  const { sha256, path, url } = options;
  const cache = sha256 ? options.cache : undefined;
  const cached = await cache?.read(sha256!);
  if (cached && (await sha256Of(cached)) === sha256) {
    options.onProgress(cached.length, cached.length);
    return { bytes: cached, sha256, fromCache: true };
  }
  if (cached) await cache!.delete(sha256!);
  const partial = await cache?.openPartial(sha256!);
  let complete = false;
  try {
    const received = await ReceivedBytes.resume(partial);
    await receiveAll(options, received);
    const file = received.finish();
    if (sha256 && file.sha256 !== sha256) {
      partial?.reset();
      throw new UnmockedError(
        'integrity',
        `${path} from ${url} is damaged: its SHA-256 is ${file.sha256}, expected ${sha256}. ` +
          'It was discarded. Load again to download it anew.',
        { details: { path, url, sha256: file.sha256, expected: sha256 } },
      );
    }
    complete = true;
    return { ...file, fromCache: false };
  } finally {
    await partial?.close(complete);
  }
}

async function receiveAll(options: DownloadOptions, received: ReceivedBytes): Promise<void> {
  const { path, url, bytes, signal, onProgress } = options;
  if (bytes !== undefined && received.length > bytes) received.reset();
  if (received.length > 0) onProgress(received.length, bytes);
  const isComplete = () => received.length > 0 && received.length === bytes;

  for (let attempt = 0; !isComplete(); attempt++) {
    try {
      await receive(options, received, attempt);
      break;
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      const known = error instanceof UnmockedError ? error : undefined;
      if (known && known.details['retry'] !== true) throw known;
      if (attempt >= RESUMES)
        throw (
          known ??
          new UnmockedError(
            'network',
            `${path} could not be downloaded from ${url}: ${(error as Error).message}. ` +
              'Check the connection and load again. The download continues where it stopped.',
            { cause: error, details: { path, url, loadedBytes: received.length } },
          )
        );
      // Without a digest or an etag, nothing would notice that the file changed between two
      // attempts.
      const canResume = Boolean(options.sha256 || received.etag);
      if (known?.details['status'] === 416 || !canResume) received.reset();
      await sleep(BACK_OFF_MS * 2 ** attempt, signal);
    }
  }
  if (bytes !== undefined && received.length !== bytes) throw discard(options, received);
  onProgress(received.length, received.length);
}

/** Receives the rest of the file in one request. */
async function receive(
  options: DownloadOptions,
  received: ReceivedBytes,
  attempt: number,
): Promise<void> {
  const { path, url, bytes, signal, onProgress } = options;
  const response = await requestFile({
    url,
    path,
    signal,
    offset: received.length,
    // A digest already catches a file that changed, and If-Range costs a CORS preflight.
    etag: options.sha256 ? null : received.etag,
    cache: httpCacheMode(options, received.length, attempt),
  });
  if (!continuesAt(response, received.length)) received.reset();
  received.etag = response.headers.get('etag');
  const length = contentLength(response);
  const promised = length === undefined ? undefined : received.length + length;
  if (bytes !== undefined && promised !== undefined && promised !== bytes)
    throw wrongLength(options, promised);
  const total = bytes ?? promised;
  onProgress(received.length, total);
  const reader = response.body!.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    received.add(next.value);
    if (bytes !== undefined && received.length > bytes) {
      void reader.cancel();
      throw discard(options, received);
    }
    onProgress(received.length, total);
  }
  if (promised !== undefined && received.length < promised)
    throw new TypeError(`the connection ended after ${received.length} of ${promised} bytes`);
}

/**
 * A file that our own cache keeps need not be in the browser's cache too. And Chromium answers a
 * repeated request, or a range, from its cache: even an error 503, and ranges in pieces.
 */
function httpCacheMode(
  { cache, sha256 }: DownloadOptions,
  offset: number,
  attempt: number,
): RequestCache {
  return (cache && sha256) || offset > 0 || attempt > 0 ? 'no-store' : 'no-cache';
}

function discard(options: DownloadOptions, received: ReceivedBytes): UnmockedError {
  const error = wrongLength(options, received.length);
  received.reset();
  return error;
}

function wrongLength({ path, url, bytes }: DownloadOptions, actual: number): UnmockedError {
  return new UnmockedError(
    'integrity',
    `${path} from ${url} has ${actual} bytes, expected ${bytes}. It was discarded.`,
    { details: { path, url, bytes: actual, expected: bytes } },
  );
}
