import { abortError, UnmockedError } from '../../errors.js';
import { whileReading } from '../file-lock.js';
import type { FileCache, PartialFile } from './file-cache.js';
import { downloadOnce } from './one-download.js';
import { backOff, OUTAGE_LIMIT, Stalled, StallWatch } from './patience.js';
import { ReceivedBytes, sha256Of } from './received-bytes.js';
import { contentLength, continuesAt, requestFile } from './request-file.js';

export interface DownloadOptions {
  url: string;
  /** Names the file in errors. */
  path: string;
  /** Ends the error about a missing file. */
  ifMissing?: string;
  /** Expected length. Default: not checked. */
  bytes?: number;
  /** A longer file is refused, as soon as that is known. Default: no limit. */
  most?: number;
  /** Expected digest, lower-case hex. Default: not checked. */
  sha256?: string;
  /** Keeps the file, and an incomplete one, by its digest. Needs `sha256`. */
  cache?: FileCache;
  /** Keeps the answer by its URL, for loads without the network. */
  keeps?: boolean;
  signal: AbortSignal;
  /** A server that sends nothing for this long has stalled. Milliseconds. */
  stallLimit: number;
  /** Bytes of this file so far, and its length if it is known. */
  onProgress(loaded: number, total: number | undefined): void;
  /** The connection broke in mid-download, and is waited for. */
  onWaiting?(): void;
}

export interface Downloaded {
  bytes: Uint8Array<ArrayBuffer>;
  sha256: string;
  fromCache: boolean;
}

/** A request that fails from the start is repeated this often, and one that is not answered. */
const REPEATS = 3;
const REPEATS_AFTER_STALL = 1;

/**
 * Downloads one file and checks its length and SHA-256. Resumes a broken download, and with a cache
 * also one that an earlier call left behind. A file for the cache is downloaded once for all tabs.
 *
 * @throws UnmockedError `file-not-found`, `network` or `integrity`; `AbortError`.
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  const { sha256, cache } = options;
  if (!sha256 || !cache) return receiveAndCheck(options);
  return (
    (await whileReading(sha256, () => fromCache(cache, sha256, options))) ??
    downloadOnce(sha256, options, async (tell) => {
      // Another tab may have kept it while this one waited.
      const kept = await fromCache(cache, sha256, options);
      if (kept) return kept;
      const onProgress: DownloadOptions['onProgress'] = (loaded, total) => {
        options.onProgress(loaded, total);
        tell(loaded, total);
      };
      return receiveAndCheck({ ...options, onProgress }, await cache.openPartial(sha256));
    })
  );
}

async function fromCache(
  cache: FileCache,
  sha256: string,
  { onProgress }: DownloadOptions,
): Promise<Downloaded | undefined> {
  const bytes = await cache.read(sha256);
  if (!bytes) return undefined;
  if ((await sha256Of(bytes)) !== sha256) {
    await cache.delete(sha256);
    return undefined;
  }
  onProgress(bytes.length, bytes.length);
  return { bytes, sha256, fromCache: true };
}

async function receiveAndCheck(
  options: DownloadOptions,
  partial?: PartialFile,
): Promise<Downloaded> {
  const { sha256, path, url } = options;
  let complete = false;
  try {
    const received = await ReceivedBytes.resume(partial);
    const wasBegun = received.length > 0;
    await receiveAll(options, received);
    let file = received.finish();
    if (sha256 && file.sha256 !== sha256 && wasBegun) {
      // What an earlier download left was damaged. That says nothing about the server's file.
      received.reset();
      await receiveAll(options, received);
      file = received.finish();
    }
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

  /** Since when no byte has arrived. */
  let quietSince = performance.now();
  /** Failures since then. */
  let failures = 0;
  for (let attempt = 0; !isComplete(); attempt++) {
    const before = received.length;
    try {
      await receive(options, received, attempt);
      break;
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      const known = error instanceof UnmockedError ? error : undefined;
      if (known && known.details['retry'] !== true) throw known;
      if (received.length > before) [quietSince, failures] = [performance.now(), 0];
      // An outage in mid-download is waited out. A server that answers with errors is not.
      const isOutage = !known && received.answered;
      const stalled = error instanceof Stalled ? error : undefined;
      const repeats = stalled ? REPEATS_AFTER_STALL : REPEATS;
      const isOver = isOutage ? performance.now() - quietSince > OUTAGE_LIMIT : failures >= repeats;
      if (isOver)
        throw (
          known ??
          new UnmockedError(
            'network',
            `${path} could not be downloaded from ${url}: ${(error as Error).message}. ` +
              'Check the connection and load again. The download continues where it stopped.',
            {
              cause: error,
              details: {
                path,
                url,
                loadedBytes: received.length,
                ...(stalled ? { phase: stalled.phase } : {}),
              },
            },
          )
        );
      if (isOutage) options.onWaiting?.();
      // Without a digest or an etag, nothing would notice that the file changed between two
      // attempts.
      const canResume = Boolean(options.sha256 || received.etag);
      if (known?.details['status'] === 416 || !canResume) received.reset();
      await backOff(failures++, signal);
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
  const stall = new StallWatch(options.stallLimit);
  try {
    await receiveWithin(options, received, attempt, stall);
  } finally {
    stall.stop();
  }
}

async function receiveWithin(
  options: DownloadOptions,
  received: ReceivedBytes,
  attempt: number,
  stall: StallWatch,
): Promise<void> {
  const { path, url, ifMissing, bytes, onProgress } = options;
  stall.expect('connect');
  const response = await requestFile({
    url,
    path,
    ifMissing,
    signal: AbortSignal.any([options.signal, stall.signal]),
    offset: received.length,
    // A digest already catches a file that changed, and If-Range costs a CORS preflight.
    etag: options.sha256 ? null : received.etag,
    cache: httpCacheMode(options, received.length, attempt),
    keeps: options.keeps,
  });
  received.answered = true;
  if (!continuesAt(response, received.length)) received.reset();
  received.etag = response.headers.get('etag');
  const length = contentLength(response);
  const promised = length === undefined ? undefined : received.length + length;
  if (bytes !== undefined && promised !== undefined && promised !== bytes)
    throw wrongLength(options, promised);
  const total = bytes ?? promised;
  const { most = Infinity } = options;
  if ((total ?? 0) > most) throw tooLong(options);
  onProgress(received.length, total);
  stall.expect('first byte');
  const reader = response.body!.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    stall.expect('silence');
    received.add(next.value);
    if (bytes !== undefined && received.length > bytes) {
      void reader.cancel();
      throw discard(options, received);
    }
    if (received.length > most) {
      void reader.cancel();
      throw tooLong(options);
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

function tooLong({ path, url, most }: DownloadOptions): UnmockedError {
  return new UnmockedError(
    'invalid-model',
    `${path} from ${url} has more than ${most} bytes, and no model needs so many. Choose another model.`,
    { details: { path, url, most } },
  );
}
