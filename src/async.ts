import { abortError } from './errors.js';

/**
 * Waits for a while.
 *
 * @param milliseconds how long to wait.
 * @param signal ends the wait early.
 * @throws the signal's reason, or an `AbortError`, as soon as `signal` aborts.
 */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(abortError(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
  });
}
