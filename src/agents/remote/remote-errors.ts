import { type ErrorCode, type ErrorDetails, UnmockedError } from '../../errors.js';

/** What exactly went wrong between an agent and its server; in an error's `details.fault`. */
export type RemoteFault =
  | 'refused' // nothing listens there, or it hung up at once
  | 'unresolved' // the name may not exist (a browser does not say whether it was the name or the port)
  | 'cors' // it answers, but not to pages of this origin
  | 'mixed-content' // an https page may not ask a plain http server
  | 'redirect' // it is somewhere else
  | 'connection-lost' // it hung up before its answer was whole
  | 'timeout' // it was silent for too long
  | 'unauthorized' // 401, 403
  | 'no-such-model' // 404 that names the model
  | 'no-such-endpoint' // 404 or 405
  | 'bad-request' // any other 4xx
  | 'context-overflow' // 400 that says so
  | 'rate-limited' // 429
  | 'unavailable' // 503
  | 'server-error' // any other 5xx, or an error in mid-stream
  | 'html' // a web page in place of an answer
  | 'content-type' // a type that was not asked for
  | 'not-json' // JSON that is broken, or cut
  | 'no-choices' // an answer without a reply in it
  | 'malformed' // a reply of the wrong form
  | 'cut' // the stream ended before it was over
  | 'endless'; // the stream goes on past every limit

export interface ServerFacts {
  /** Of the request; it never holds a key. */
  url: string;
  model: string;
  /** What `GET /models` listed. */
  models: readonly string[];
}

export function remoteError(
  code: ErrorCode,
  fault: RemoteFault,
  message: string,
  details: ErrorDetails = {},
  cause?: unknown,
): UnmockedError {
  return new UnmockedError(code, message, { details: { fault, ...details }, cause });
}

/** Error codes of Node's sockets; browsers tell nothing but that it failed. */
const SOCKET_FAULTS: Record<string, RemoteFault> = {
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'connection-lost',
  UND_ERR_SOCKET: 'connection-lost',
};

/** What asking again, without wanting to read the answer, shows: no server, one that this page may not read, or one that it may. */
export type Reach = 'nothing' | 'opaque' | 'readable';

/** A request that got no answer at all. */
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
      `A page on https may not ask ${host} over plain http. Give the server an https address, or open the page over http.`,
      { url },
    );
  }
  if (reach === 'opaque') {
    return remoteError(
      'network',
      'cors',
      `${origin} answers, but does not allow pages of ${page} (CORS). Let the server allow that origin (for Ollama with OLLAMA_ORIGINS).`,
      { url },
    );
  }
  const socketCode = (cause as { cause?: { code?: string } }).cause?.code ?? '';
  // An address needs no name service; with a name it can be either.
  const isAddress = hostname === 'localhost' || /^[\d.]+$|^\[.*\]$/.test(hostname);
  const fault =
    reach === 'readable'
      ? 'connection-lost'
      : (SOCKET_FAULTS[socketCode] ?? (isAddress ? 'refused' : 'unresolved'));
  // A cross-origin isolated page is shown no difference between a server that is away and one that does not allow it.
  const orCors =
    page && page !== origin
      ? ` If it runs, let it allow pages of ${page} (CORS; for Ollama with OLLAMA_ORIGINS).`
      : '';
  const messages: Partial<Record<RemoteFault, string>> = {
    unresolved: `${hostname} could not be found or reached. Check the name for a typo, and your connection.${socketCode ? '' : ` Or nothing listens there.${orCors}`}`,
    'connection-lost': `${host} closed the connection without an answer. Look into the server's log.`,
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

/** The error for an answer with a status of 400 or more. `text` is its body. */
export function statusError(
  status: number,
  text: string,
  { url, model, models }: ServerFacts,
): UnmockedError {
  const { message, code } = readErrorBody(text);
  const said = message ? `: ${sentence(message)}` : '.';
  const details = { url, status };
  const host = new URL(url).host;
  if (status === 401 || status === 403)
    return remoteError(
      'unauthorized',
      'unauthorized',
      `${host} refuses the API key (status ${status})${said} Set the right key (OPENAI_API_KEY, api_key, or in the settings).`,
      details,
    );
  if (
    status === 404 &&
    model !== '' &&
    (/model_not_found/i.test(code) || message.includes(model))
  ) {
    const list =
      models.length > 0
        ? `It has: ${models.slice(0, 20).join(', ')}.`
        : 'Ask it for its models (GET /models).';
    return remoteError(
      'model-not-found',
      'no-such-model',
      `${host} has no model "${model}"${said} ${list}`,
      details,
    );
  }
  if (status === 404 || status === 405)
    return remoteError(
      'remote-error',
      'no-such-endpoint',
      `${url} does not exist (status ${status}). Check the API URL: most end in /v1.`,
      details,
    );
  if (status === 429)
    return remoteError(
      'rate-limited',
      'rate-limited',
      `${host} has too many requests (429)${said} Wait, or send fewer.`,
      details,
    );
  if (status === 503)
    return remoteError(
      'remote-error',
      'unavailable',
      `${host} is not available (503)${said} Try again when it has started.`,
      details,
    );
  if (status >= 500)
    return remoteError(
      'remote-error',
      'server-error',
      `${host} failed (status ${status})${said} Look into the server's log.`,
      details,
    );
  if (/context_length|context.?(length|window|size)|maximum context/i.test(`${code} ${message}`))
    return remoteError(
      'context-overflow',
      'context-overflow',
      `${sentence(message)} Shorten the message or the memory.`,
      details,
    );
  return remoteError(
    'invalid-argument',
    'bad-request',
    `${host} refuses the request (status ${status})${said} Check the settings and the message.`,
    details,
  );
}

/** OpenAI's form, or what other servers make of it. */
function readErrorBody(text: string): { message: string; code: string } {
  try {
    const body = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown };
    const error = (
      typeof body.error === 'object' && body.error !== null
        ? body.error
        : { message: body.error ?? body.message ?? body.detail }
    ) as { message?: unknown; code?: unknown };
    return {
      message: typeof error.message === 'string' ? clip(error.message) : '',
      code: String(error.code ?? ''),
    };
  } catch {
    return { message: /^\s*</.test(text) ? '' : clip(text.trim()), code: '' };
  }
}

/** Ended, so that another can follow. */
const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

export const clip = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
