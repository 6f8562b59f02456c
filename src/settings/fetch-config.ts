import { UnmockedError } from '../errors.js';

/**
 * Fetches the text of a `config.toml`; by default, the one beside the page. The parser is in
 * another module, because most pages have no config.toml and never need it.
 *
 * @returns undefined if there is none (404).
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
      `Fetching the configuration from ${url} failed: ${(cause as Error).message}.`,
      { cause },
    );
  }
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new UnmockedError(
      'network',
      `Fetching the configuration from ${url} failed: ` +
        `the server answered with status ${response.status}.`,
    );
  // Some servers answer with their index page instead of a 404.
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) return undefined;
  return response.text();
}
