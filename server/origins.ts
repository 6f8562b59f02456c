const LOOPBACK = /^https?:\/\/(?:localhost|(?:[\w-]+\.)+localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/**
 * Decides which pages may read the server's answers: pages of the given origins, or all of them for
 * `*`. Without origins, pages on this machine's loopback addresses.
 */
export function originFilter(origins: readonly string[]): (origin: string) => string | null {
  if (origins.includes('*')) return () => '*';
  const allowed = new Set(origins);
  return (origin) =>
    (allowed.size === 0 ? LOOPBACK.test(origin) : allowed.has(origin)) ? origin : null;
}
