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

let schedule: ((callback: () => void) => void) | undefined;

/** Resolves in a task of its own, so that messages, timers and other promises come first. */
export const nextTask = (): Promise<void> => new Promise((schedule ??= taskScheduler()));

/**
 * Returns a function that calls back in a task of its own. A browser uses a message channel,
 * because timers are clamped to four milliseconds, longer than a token of a small model takes. Node
 * uses `setImmediate`: an open port would keep the process alive, and an unreferenced one would let
 * it exit too early.
 */
function taskScheduler(): (callback: () => void) => void {
  if (typeof setImmediate === 'function') return (callback) => void setImmediate(callback);
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    channel.port2.postMessage(null);
  };
}
