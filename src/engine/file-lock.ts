/**
 * The lock of one file in the model store, by its SHA-256, for all tabs and workers of this origin. Who
 * writes or deletes the file holds it alone; who reads it shares it.
 */
export const fileLock = (sha256: string): string => `unmocked-download-${sha256}`;

/**
 * Reads while nobody writes or deletes the file.
 *
 * @returns undefined if somebody does: the file is not complete, or about to go. Without Web Locks,
 *   which need a secure context, it reads at once.
 */
export async function whileReading<T>(
  sha256: string,
  read: () => Promise<T>,
): Promise<T | undefined> {
  if (!navigator.locks) return read();
  return navigator.locks.request(
    fileLock(sha256),
    { mode: 'shared', ifAvailable: true },
    async (lock) => (lock ? read() : undefined),
  );
}

/**
 * Works while nobody else reads or writes any of these files.
 *
 * @returns false if somebody does. Then nothing was done.
 */
export async function whileUnused(
  digests: readonly string[],
  work: () => Promise<void>,
): Promise<boolean> {
  const [first, ...rest] = digests;
  if (first === undefined || !navigator.locks) {
    await work();
    return true;
  }
  return navigator.locks.request(fileLock(first), { ifAvailable: true }, async (lock) =>
    lock ? whileUnused(rest, work) : false,
  );
}
