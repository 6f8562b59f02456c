import { fileLock } from '../file-lock.js';

/**
 * One download of a file for all tabs and workers of this origin. The others wait, and hear how far it
 * is; when it is over, they find the file in the cache.
 */

/** Bytes so far, and all bytes if they are known. */
type Tell = (loaded: number, total: number | undefined) => void;

/**
 * Runs `download` when nobody else of this origin downloads the file. Without the Web Locks API, which
 * needs a secure context, it runs at once.
 *
 * @param sha256 names the file.
 * @param onProgress hears of somebody else's download meanwhile.
 * @param download passes its own progress to `tell`.
 * @throws what `download` throws; `AbortError`.
 */
export async function downloadOnce<T>(
  sha256: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: Tell },
  download: (tell: Tell) => Promise<T>,
): Promise<T> {
  if (!navigator.locks) return download(() => undefined);
  const channel = new BroadcastChannel(`unmocked-download-${sha256}`);
  channel.onmessage = ({ data: [loaded, total] }: MessageEvent<[number, number | undefined]>) =>
    onProgress(loaded, total);
  try {
    return await navigator.locks.request(fileLock(sha256), { signal }, () => {
      channel.onmessage = null;
      return download((loaded, total) => channel.postMessage([loaded, total]));
    });
  } finally {
    channel.close();
  }
}
