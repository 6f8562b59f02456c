import type { UnmockedError } from '../../errors.js';
import { type RemoteFault, remoteError } from './remote-error.js';

/** Error codes of Node's sockets. Browsers only say that a request failed. */
const SOCKET_FAULTS: Record<string, RemoteFault> = {
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'connection-lost',
  UND_ERR_SOCKET: 'connection-lost',
};

/** What a second request shows: no server, one that CORS closes to this page, or an open one. */
export type Reach = 'nothing' | 'opaque' | 'readable';

/** The error for a request without an answer. */
export function connectionError(cause: unknown, url: string, reach: Reach): UnmockedError {
  const { host, hostname, origin } = new URL(url);
  const page = globalThis.location?.origin;
  if (
    globalThis.location?.protocol === 'https:' &&
    url.startsWith('http:') &&
    !isLoopback(hostname)
  ) {
    return remoteError(
      'network',
      'mixed-content',
      `A page on https may not call ${host} over plain http. ` +
        'Give the server an https address, or open the page over http.',
      { url },
    );
  }
  if (reach === 'opaque') {
    return remoteError(
      'network',
      'cors',
      `${origin} answers, but does not allow pages of ${page} (CORS). ` +
        'Allow that origin on the server (OLLAMA_ORIGINS for Ollama).',
      { url },
    );
  }
  const socketCode = (cause as { cause?: { code?: string } }).cause?.code ?? '';
  // With an IP address, name resolution cannot be the cause.
  const isAddress = hostname === 'localhost' || /^[\d.]+$|^\[.*\]$/.test(hostname);
  const fault =
    reach === 'readable'
      ? 'connection-lost'
      : (SOCKET_FAULTS[socketCode] ?? (isAddress ? 'refused' : 'unresolved'));
  // A cross-origin isolated page cannot tell a missing server from one that refuses it.
  const orCors =
    page && page !== origin
      ? ` If it is running, allow pages of ${page} on it (CORS; OLLAMA_ORIGINS for Ollama).`
      : '';
  const messages: Partial<Record<RemoteFault, string>> = {
    unresolved:
      `${hostname} was not found or could not be reached. Check the name and your connection.` +
      (socketCode ? '' : ` Or nothing listens there.${orCors}`),
    'connection-lost': `${host} closed the connection without an answer. Check the server's log.`,
  };
  return remoteError(
    'network',
    fault,
    messages[fault] ??
      `Nothing answers at ${host}. Start the server there, or correct the API URL.${orCors}`,
    { url },
  );
}

const isLoopback = (hostname: string): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/**
 * Finds out more about a failed request. A browser only says that it failed; a request without CORS
 * shows whether there is a server, and another one whether this page may read its answers. (A page
 * with COEP `require-corp` only sees servers with `Cross-Origin-Resource-Policy: cross-origin`.)
 */
export async function reach(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Reach> {
  // Node has no CORS, and its errors say more.
  if (globalThis.location === undefined) return 'nothing';
  const init: RequestInit = {
    signal,
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  };
  const answers = (options: RequestInit) =>
    fetch(url, { ...init, ...options }).then(
      () => true,
      () => false,
    );
  if (!(await answers({ mode: 'no-cors' }))) return 'nothing';
  return (await answers({ headers })) ? 'readable' : 'opaque';
}
