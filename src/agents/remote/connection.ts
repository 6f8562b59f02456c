import { sleep } from '../../async.js';
import { redacted, type Redact, redactor } from '../../settings/secret.js';
import { abortError, UnmockedError } from '../../errors.js';
import {
  connectionError,
  type Reach,
  remoteError,
  type ServerFacts,
  statusError,
} from './remote-errors.js';

export interface ConnectionOptions {
  /** Base URL, `/v1` included. */
  apiUrl: string;
  apiKey?: string | undefined;
  timeoutSeconds: number;
  maxRetries: number;
  /** Seconds that are waited at most, whatever the timeout. */
  patience?: number | undefined;
}

export interface SendOptions {
  /** A JSON body makes it a POST. */
  body?: object | undefined;
  /** Media type that the answer must have. */
  accept: 'application/json' | 'text/event-stream';
  facts: Omit<ServerFacts, 'url'>;
  signal: AbortSignal;
}

/** Milliseconds before the first retry; each further one waits twice as long, up to the limit. */
const BACK_OFF = { first: 500, limit: 8000 };
/** A server that wants a longer pause than this, in seconds, is given up at once. */
const LONGEST_RETRY_AFTER = 30;

/** A server's base URL and key: sends requests, watches over their time, and says what went wrong. The key leaves it in a header only. */
export class Connection {
  readonly url: string;
  readonly #key: string | undefined;
  readonly #redact: Redact;
  readonly #timeoutMs: number;
  readonly #mayRaiseTimeout: boolean;
  readonly #maxRetries: number;

  constructor({
    apiUrl,
    apiKey,
    timeoutSeconds,
    maxRetries,
    patience = Infinity,
  }: ConnectionOptions) {
    this.url = apiUrl.trim().replace(/\/*$/, '/');
    this.#key = apiKey;
    this.#redact = redactor(apiKey);
    this.#timeoutMs = Math.min(timeoutSeconds, patience) * 1000;
    this.#mayRaiseTimeout = timeoutSeconds <= patience;
    this.#maxRetries = maxRetries;
  }

  /**
   * Sends a request and gives its answer to `read`. Both are tried again after 429, 503 and a lost connection, but never once
   * `answer.begun()` was called: what was shown cannot be taken back.
   *
   * @throws UnmockedError with `details.fault`, a `RemoteFault`; `AbortError`; what `read` throws.
   */
  async send<T>(
    path: string,
    options: SendOptions,
    read: (answer: Answer) => Promise<T>,
  ): Promise<T> {
    const facts: ServerFacts = { ...options.facts, url: `${this.url}${path}` };
    for (let retries = 0; ; retries++) {
      const watch = new Watch(this.#timeoutMs, this.#mayRaiseTimeout, facts.url, options.signal);
      let begun = false;
      try {
        const response = await this.#fetch(facts.url, options, watch.signal);
        if (isRedirect(response))
          throw remoteError(
            'remote-error',
            'redirect',
            `${facts.url} redirects to another address. Give that address as the API URL.`,
            { url: facts.url },
          );
        if (!response.ok)
          throw withRetryAfter(
            statusError(response.status, this.#redact(await readText(response)), facts),
            response,
          );
        assertMediaType(response, options.accept, facts.url);
        return await read({
          response,
          retries,
          redact: this.#redact,
          alive: () => watch.alive(),
          begun: () => (begun = true),
        });
      } catch (error) {
        if (options.signal.aborted) throw abortError(options.signal);
        const said = watch.timedOut ?? error;
        if (!(said instanceof UnmockedError)) throw said; // not the server's doing: a caller's listener threw
        const failure = this.#withoutKey(said);
        const pause =
          begun || retries >= this.#maxRetries ? undefined : pauseBefore(failure, retries);
        if (pause === undefined) throw retries > 0 ? afterRetries(failure, retries) : failure;
        watch.end();
        await sleep(pause, options.signal);
      } finally {
        watch.end();
      }
    }
  }

  async #fetch(url: string, { body, accept }: SendOptions, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept };
    if (this.#key) headers['Authorization'] = `Bearer ${this.#key}`;
    if (body) headers['Content-Type'] = 'application/json';
    const init: RequestInit = {
      headers,
      signal,
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'manual',
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    };
    try {
      return await fetch(url, init);
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw connectionError(cause, url, await reach(url, headers, signal));
    }
  }

  /** What servers say was redacted where it was read, before anything was cut; this is for what is left. A cause has texts of its own. */
  #withoutKey(error: UnmockedError): UnmockedError {
    return new UnmockedError(error.code, this.#redact(error.message), {
      details: redacted(error.details, this.#redact),
    });
  }
}

/** A server's answer, while it is read. */
export interface Answer {
  response: Response;
  /** Requests before this one that failed. */
  retries: number;
  /** For what the server says, before it is shown. */
  redact: Redact;
  /** Something came: the server's time begins anew. */
  alive(): void;
  /** Something was handed on: no retry from now on. */
  begun(): void;
}

/** Aborts a request when its server is silent for too long, or its caller wants no more. */
class Watch {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #limit: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  timedOut: UnmockedError | undefined;

  constructor(limit: number, mayRaise: boolean, url: string, signal: AbortSignal) {
    this.#limit = limit;
    this.signal = AbortSignal.any([signal, this.#controller.signal]);
    this.#onSilence = () => {
      this.timedOut = remoteError(
        'timeout',
        'timeout',
        `${new URL(url).host} was silent for ${limit / 1000} s. It may be loading its model: try again${mayRaise ? ', or raise timeout_seconds' : ''}.`,
        { url: url },
      );
      this.#controller.abort(this.timedOut);
    };
    this.alive();
  }

  readonly #onSilence: () => void;

  alive(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onSilence, this.#limit);
  }

  /** Also lets go of an answer that nobody reads any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

/** Browsers show no more of a redirect than that it is one. */
const isRedirect = ({ type, status }: Response): boolean =>
  type === 'opaqueredirect' || (status >= 300 && status < 400);

async function readText(response: Response): Promise<string> {
  return response.text().catch(() => ''); // the status says enough
}

function assertMediaType(response: Response, accept: SendOptions['accept'], url: string): void {
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === accept) return;
  if (type === 'text/html') {
    throw remoteError(
      'remote-invalid',
      'html',
      `${url} answered with a web page in place of ${accept}. The API URL is that of a site, not of its API: most end in /v1.`,
      { url },
    );
  }
  throw remoteError(
    'remote-invalid',
    'content-type',
    `${url} answered with the type "${type || 'none'}"; ${accept} was asked for. Is it an OpenAI-compatible server?`,
    { url, contentType: type },
  );
}

function withRetryAfter(error: UnmockedError, response: Response): UnmockedError {
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

/** Milliseconds to wait before the next try; undefined where another try would not help. */
function pauseBefore({ details }: UnmockedError, retries: number): number | undefined {
  if (
    !['rate-limited', 'unavailable', 'refused', 'unresolved', 'connection-lost', 'cut'].includes(
      details['fault'] as string,
    )
  )
    return undefined;
  const wanted = details['retryAfterSeconds'] as number | undefined;
  if (wanted !== undefined) return wanted <= LONGEST_RETRY_AFTER ? wanted * 1000 : undefined;
  const backOff = Math.min(BACK_OFF.limit, BACK_OFF.first * 2 ** retries);
  return backOff * (0.75 + Math.random() / 4); // apart from one another, or all clients come back at once
}

function afterRetries(error: UnmockedError, retries: number): UnmockedError {
  return new UnmockedError(error.code, `${error.message} (Tried ${retries + 1} times.)`, {
    details: { ...error.details, retries },
  });
}

/**
 * A browser says only that a request failed; asked differently, it shows whether the server is there, and whether this page may read it.
 * (A page with COEP `require-corp` learns that only of servers which send `Cross-Origin-Resource-Policy: cross-origin`.)
 */
async function reach(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Reach> {
  if (globalThis.location === undefined) return 'nothing'; // no CORS in Node, and its errors say more
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
