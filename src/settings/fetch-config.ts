import { UnmockedError } from '../errors.js';

/**
 * Fetches the text of a `config.toml`, by default of the one beside the page. Apart from what reads it, which most pages never need.
 *
 * @returns undefined where there is none (404).
 * @throws UnmockedError `network`; `AbortError`.
 */
export async function fetchConfig(
  url: string | URL = 'config.toml',
  signal?: AbortSignal,
): Promise<string | undefined> {
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null, cache: 'no-cache' });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new UnmockedError(
      'network',
      `The configuration could not be fetched from ${url}: ${(cause as Error).message}.`,
      { cause },
    );
  }
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new UnmockedError(
      'network',
      `The configuration at ${url} answered with status ${response.status}.`,
    );
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) return undefined; // an index page in place of a 404
  return response.text();
}
