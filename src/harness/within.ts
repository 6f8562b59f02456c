import { abortError } from '../errors.js';

/** How long work may take to stop once its signal aborts. */
const GRACE_MS = 5000;

/** Settles with `work`. When `signal` aborts, `work` gets a moment to stop and is then given up. */
export function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let grace: ReturnType<typeof setTimeout> | undefined;
    const stop = () => (grace = setTimeout(() => reject(abortError(signal)), GRACE_MS));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(grace);
      signal.removeEventListener('abort', stop);
    });
  });
}
