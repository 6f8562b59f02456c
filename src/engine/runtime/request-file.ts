import { UnmockedError } from '../../errors.js';
import { fetchOrKept } from '../kept-answers.js';

export interface FileRequest {
  url: string;
  /** Names the file in errors. */
  path: string;
  /** Ends the error about a missing file. */
  ifMissing?: string;
  signal: AbortSignal;
  /** First byte to ask for; above 0 a range is requested. */
  offset: number;
  /** Sent as `If-Range`, so that a changed file arrives from its beginning. */
  etag: string | null;
  /** How the browser's HTTP cache is used. */
  cache: RequestCache;
  /** Keeps the answer, and uses it where the network fails. For small files. */
  keeps?: boolean;
}

/**
 * Requests a file, or the rest of it.
 *
 * @throws UnmockedError `file-not-found`, `network` or `integrity`. `details.retry` is true if
 *   another try may help. A `TypeError` if the server cannot be reached.
 */
export async function requestFile(request: FileRequest): Promise<Response> {
  const { url, path, ifMissing, signal, offset, etag, cache, keeps } = request;
  if (url.startsWith('data:')) return inlined(url);
  const headers = new Headers();
  if (offset > 0) {
    headers.set('Range', `bytes=${offset}-`);
    if (etag) headers.set('If-Range', etag);
  }
  const response = await (keeps ? fetchOrKept : fetch)(url, { headers, signal, cache });
  const { status } = response;
  const details = { path, url, status };
  if ([401, 403, 404, 410].includes(status))
    throw new UnmockedError(
      'file-not-found',
      sentences(`${path} is not at ${url} (status ${status}).`, ifMissing),
      { details },
    );
  if (status === 416)
    throw new UnmockedError(
      'integrity',
      `${url} has fewer bytes than were already downloaded (status 416).`,
      { details: { ...details, retry: true } },
    );
  if (!response.ok)
    throw new UnmockedError('network', `${url} answered with status ${status}. Try again later.`, {
      details: { ...details, retry: status === 429 || status >= 500 },
    });
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    void response.body?.cancel();
    throw new UnmockedError(
      'integrity',
      sentences(
        `${url} answered with a web page in place of ${path}.`,
        ifMissing,
        'Make the server answer a missing model file with 404, not with its index page.',
      ),
      { details },
    );
  }
  return response;
}

const sentences = (...all: (string | undefined)[]): string => all.filter(Boolean).join(' ');

/**
 * The answer of a file that a bundler has put into the code, as they do with small ones. A policy
 * may forbid to request such a URL, and there is no need to.
 */
function inlined(url: string): Response {
  const [, base64, data = ''] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url) ?? [];
  const text = decodeURIComponent(data);
  const bytes = base64
    ? Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    : new TextEncoder().encode(text);
  return new Response(bytes, { headers: { 'content-length': String(bytes.length) } });
}

/** Whether a response goes on at `offset`; if not, it starts at the beginning of the file. */
export function continuesAt(response: Response, offset: number): boolean {
  if (response.status !== 206) return false;
  const start = /bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return start === undefined || Number(start) === offset;
}

/** Bytes of the body; undefined if the header is missing or counts compressed bytes. */
export function contentLength({ headers }: Response): number | undefined {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? undefined : Number(length);
}
