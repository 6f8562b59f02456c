/**
 * Which of these files the browser's HTTP cache has. A browser logs each file that is not there as an
 * error, and a worker has a console of its own: the page's stays clean. Without workers from blobs, as
 * a strict policy wants it, the answer is that nothing is there.
 */
export function lookInHttpCache(urls: readonly string[]): Promise<boolean[]> {
  const none = urls.map(() => false);
  return new Promise((resolve) => {
    try {
      const script = URL.createObjectURL(new Blob([LOOK], { type: 'text/javascript' }));
      const worker = new Worker(script);
      const end = (found: boolean[]) => {
        worker.terminate();
        URL.revokeObjectURL(script);
        resolve(found);
      };
      worker.addEventListener('message', ({ data }) => end(data as boolean[]), { once: true });
      worker.addEventListener('error', () => end(none), { once: true });
      worker.postMessage(urls);
    } catch {
      resolve(none);
    }
  });
}

// A blob has no folder, so it cannot import http-cache.ts.
const LOOK = `onmessage = async ({ data }) => postMessage(await Promise.all(data.map((url) =>
  fetch(url, { cache: 'only-if-cached', mode: 'same-origin' }).then(
    (response) => (response.body?.cancel(), response.ok), () => false))));`;
