import { sleep } from '../../async.js';
import { abortError, UnmockedError } from '../../errors.js';
import { redacted, type Redact, redactor } from '../../settings/secret.js';
import { connectionError, reach } from './connection-error.js';
import { fetchFor } from './page-servers.js';
import { remoteError } from './remote-error.js';
import { afterRetries, pauseBefore, withRetryAfter } from './retry.js';
import { SilenceWatch } from './silence-watch.js';
import { type ServerFacts, statusError } from './status-error.js';

export interface ConnectionOptions {
  /** Base URL, `/v1` included. */
  apiUrl: string;
  apiKey?: string;
  timeoutSeconds: number;
  maxRetries: number;
  /** Upper limit of the timeout. Seconds. Default: none. */
  patience?: number;
}

export interface SendOptions {
  /** A JSON body makes the request a POST. */
  body?: object;
  /** Media type that the answer must have. */
  accept: 'application/json' | 'text/event-stream';
  facts: Omit<ServerFacts, 'url'>;
  signal: AbortSignal;
}

/** A server's answer, while it is read. */
export interface Answer {
  response: Response;
  /** Requests that failed before this one. */
  retries: number;
  /** Aborts when the caller leaves, or when the server was silent for too long. */
  signal: AbortSignal;
  /** Apply it to everything that the server says before it is shown. */
  redact: Redact;
  /** Call it when something came. The server's time starts again. */
  alive(): void;
  /** Call it when something was passed on. There is no retry after that. */
  begun(): void;
}

/**
 * A server's base URL and key. Sends requests, watches for silence, and says what went wrong. The
 * key leaves it in a header only.
 */
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
   * Sends a request and passes its answer to `read`. Tries both again after 429, 503 and a lost
   * connection, but never after `answer.begun()`: what was shown cannot be taken back.
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
      const watch = new SilenceWatch(
        this.#timeoutMs,
        this.#mayRaiseTimeout,
        facts.url,
        options.signal,
      );
      let begun = false;
      try {
        const response = await this.#fetch(facts, options, watch.signal);
        return await read({
          response,
          retries,
          signal: watch.signal,
          redact: this.#redact,
          alive: () => watch.alive(),
          begun: () => (begun = true),
        });
      } catch (thrown) {
        if (options.signal.aborted) throw abortError(options.signal);
        const error = watch.timedOut ?? thrown;
        if (!(error instanceof UnmockedError)) throw error; // from a listener of the caller
        const failure = this.#withoutKey(error);
        const isFinal = begun || retries >= this.#maxRetries;
        const pause = isFinal ? undefined : pauseBefore(failure, retries);
        if (pause === undefined) throw afterRetries(failure, retries);
        watch.end();
        await sleep(pause, options.signal);
      } finally {
        watch.end();
      }
    }
  }

  /** A successful answer of the right type. */
  async #fetch(facts: ServerFacts, options: SendOptions, signal: AbortSignal): Promise<Response> {
    const { url } = facts;
    const response = await this.#request(url, options, signal);
    // Browsers show nothing of a redirect but that it is one.
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
      throw remoteError(
        'remote-error',
        'redirect',
        `${url} redirects to another address. Use that address as the API URL.`,
        { url },
      );
    if (!response.ok) {
      const text = await response.text().catch(() => ''); // the status says enough
      throw withRetryAfter(statusError(response.status, this.#redact(text), facts), response);
    }
    assertMediaType(response, options.accept, url);
    return response;
  }

  async #request(
    url: string,
    { body, accept }: SendOptions,
    signal: AbortSignal,
  ): Promise<Response> {
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
      return await fetchFor(url)(url, init);
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw connectionError(cause, url, await reach(url, headers, signal));
    }
  }

  /** Readers redact a server's words before they cut them. This redacts the rest, and causes. */
  #withoutKey(error: UnmockedError): UnmockedError {
    return new UnmockedError(error.code, this.#redact(error.message), {
      details: redacted(error.details, this.#redact),
    });
  }
}

function assertMediaType(response: Response, accept: SendOptions['accept'], url: string): void {
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === accept) return;
  if (type === 'text/html') {
    throw remoteError(
      'remote-invalid',
      'html',
      `${url} answered with a web page instead of ${accept}. ` +
        'The API URL seems to be that of a website. Most API URLs end in /v1.',
      { url },
    );
  }
  throw remoteError(
    'remote-invalid',
    'content-type',
    `${url} answered with the type "${type || 'none'}" instead of ${accept}. ` +
      'Is it an OpenAI-compatible server?',
    { url, contentType: type },
  );
}
