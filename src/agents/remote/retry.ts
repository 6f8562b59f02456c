import { UnmockedError } from '../../errors.js';
import type { RemoteFault } from './remote-error.js';

/** Milliseconds before the first retry. Each further wait is twice as long, up to the limit. */
const BACK_OFF = { first: 500, limit: 8000 };
/** If a server asks for a longer pause than this, the request fails at once. Seconds. */
const LONGEST_RETRY_AFTER = 30;

const PASSING: readonly (RemoteFault | undefined)[] = [
  'rate-limited',
  'unavailable',
  'refused',
  'unresolved',
  'connection-lost',
  'cut',
];

/** Milliseconds to wait before another try; undefined if another try would not help. */
export function pauseBefore({ details }: UnmockedError, retries: number): number | undefined {
  if (!PASSING.includes(details['fault'] as RemoteFault | undefined)) return undefined;
  const wanted = details['retryAfterSeconds'] as number | undefined;
  if (wanted !== undefined) return wanted <= LONGEST_RETRY_AFTER ? wanted * 1000 : undefined;
  const backOff = Math.min(BACK_OFF.limit, BACK_OFF.first * 2 ** retries);
  return backOff * (0.75 + Math.random() / 4); // spreads clients that failed at the same time
}

/** Adds the server's `Retry-After` to an error. */
export function withRetryAfter(error: UnmockedError, response: Response): UnmockedError {
  const header = response.headers.get('retry-after');
  if (header === null) return error;
  const seconds = /^\d+(\.\d+)?$/.test(header)
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds)
    ? new UnmockedError(error.code, error.message, {
        details: { ...error.details, retryAfterSeconds: Math.max(0, seconds) },
      })
    : error;
}

/** The error after the last try. */
export const afterRetries = (error: UnmockedError, retries: number): UnmockedError =>
  retries === 0
    ? error
    : new UnmockedError(error.code, `${error.message} (Tried ${retries + 1} times.)`, {
        details: { ...error.details, retries },
      });
