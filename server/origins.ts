const LOOPBACK = /^https?:\/\/(?:localhost|(?:[\w-]+\.)+localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** `null` is the origin of files and sandboxed frames. Extensions and apps have schemes of their own. */
const PATTERN = /^(?:\*|null|[a-z][a-z\d+.-]*:\/\/[^/\s?#@]+)$/i;

/**
 * Whether a string can be one of the origins of {@link originFilter}: `https://docs.example`,
 * `https://*.example`, `http://localhost:*`, `chrome-extension://abc`, `null`, or `*` for all.
 */
export const isOriginPattern = (text: string): boolean => PATTERN.test(text);

/**
 * Decides which pages may read the server's answers: pages of the given origins, or all of them for
 * `*`. A `*` within an origin stands for one or more characters other than `:` and `/`. Without
 * origins, pages on this machine's loopback addresses.
 */
export function originFilter(origins: readonly string[]): (origin: string) => string | null {
  if (origins.includes('*')) return () => '*';
  const allowed = origins.length === 0 ? [LOOPBACK] : origins.map(toExpression);
  return (origin) => (allowed.some((expression) => expression.test(origin)) ? origin : null);
}

function toExpression(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/:]+')}$`, 'i');
}
