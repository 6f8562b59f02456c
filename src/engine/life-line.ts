/**
 * How a page learns at once that a worker is gone. A browser that ends a worker, for instance for want
 * of memory, sends no event. But it takes back the worker's locks (Web Locks API): the worker holds one
 * while it lives, and the page waits for it.
 *
 * Web Locks need a secure context. Without them, a dead worker is noticed by its silence alone.
 */

/** The worker's side. `tell` is called with the lock's name once the worker holds it. */
export function holdLifeLine(tell: (lock: string) => void): void {
  if (!navigator.locks) return;
  const lock = `unmocked-engine-${crypto.randomUUID()}`;
  void navigator.locks.request(lock, () => {
    tell(lock);
    return new Promise(() => undefined);
  });
}

/** The page's side: calls `onDeath` when whoever holds the lock is gone, unless `signal` aborts first. */
export function watchLifeLine(lock: string, signal: AbortSignal, onDeath: () => void): void {
  navigator.locks.request(lock, { signal }, () => onDeath()).catch(() => undefined);
}
