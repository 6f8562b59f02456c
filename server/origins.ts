const LOOPBACK = /^https?:\/\/(?:localhost|(?:[\w-]+\.)+localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/**
 * Which pages may read this server's answers: those of the origins given, `*` for all. Where none is given, those on this machine's
 * loopback addresses.
 */
export function originFilter(origins: readonly string[]): (origin: string) => string | null {
  if (origins.includes('*')) return () => '*';
  const allowed = new Set(origins);
  return (origin) =>
    (allowed.size === 0 ? LOOPBACK.test(origin) : allowed.has(origin)) ? origin : null;
}
