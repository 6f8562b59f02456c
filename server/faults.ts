import { createServer, type AddressInfo } from 'node:net';
import type { Hono } from 'hono';
import { sleep } from '../src/async.js';
import { bearerKey } from './auth.js';
import { ApiError, invalid } from '../src/openai/api-error.js';
import { type FaultOptions, FAULTS, parseFaults } from './fault-options.js';
import { breakBody, breakStream, LONGEST } from './faulty-answers.js';
import type { Connection } from './connection.js';

const PREFIX = /^\/fault:([^/]*)(?=\/)/;
const LOG_LENGTH = 1000;
const INDEX_PAGE =
  '<!doctype html><html lang="en"><title>App</title><body><div id="root"></div></body></html>\n';

/** A request's path without the prefix that asks for faults. */
export function pathWithoutFaults(pathname: string, allowed: boolean): string {
  return allowed ? pathname.replace(PREFIX, '') : pathname;
}

/** Whether a request asks to be hung up on (`lost`), which costs the server nothing. */
export function asksToHangUp({ url, method }: Request): boolean {
  const { pathname } = new URL(url);
  const faults = decode(PREFIX.exec(pathname)?.[1] ?? '').split(',');
  return (
    faults.includes('lost') &&
    (faults.includes('all') || isCompletion(method, pathWithoutFaults(pathname, true)))
  );
}

/** What faults touch if they do not say `all`. */
const isCompletion = (method: string, path: string): boolean =>
  method === 'POST' && path === '/v1/chat/completions';

interface LogEntry {
  key: string | undefined;
  /** Without the prefix. */
  path: string;
  /** `null` until there is an answer. */
  status: number | null;
  /** The whole answer was sent. Stays false if the client left or the connection was destroyed. */
  finished: boolean;
}

/** Makes a real server misbehave on request. The faults are listed in fault-options.ts. */
export class Faults {
  readonly #log: LogEntry[] = [];
  /** How many requests came under each key of `once` and `nth`. */
  readonly #turns = new Map<string, number>();
  #closedPort: Promise<number> | undefined;

  install(app: Hono<{ Bindings: Connection }>): void {
    app.get('/faults', async (c) =>
      c.json({
        faults: Object.keys(FAULTS),
        about: FAULTS,
        closedPort: await (this.#closedPort ??= findClosedPort()),
      }),
    );
    app.get('/faults/log', (c) => {
      const key = c.req.query('key');
      return c.json(
        this.#log
          .filter((entry) => key === undefined || entry.key === key)
          .map(({ path, status, finished }) => ({ path, status, finished })),
      );
    });

    app.use(async (c, next) => {
      const asked = PREFIX.exec(new URL(c.req.url).pathname)?.[1];
      if (asked === undefined) return next();
      const options = parseFaults(decode(asked));
      const entry: LogEntry = { key: options.key, path: c.req.path, status: null, finished: false };
      if (this.#log.push(entry) > LOG_LENGTH) this.#log.shift();
      void c.env.finished?.then((finished) => (entry.finished = finished));
      try {
        const touches =
          (options.all || isCompletion(c.req.method, c.req.path)) && this.#isTurn(options);
        const answer = async () => {
          await next();
          return c.res;
        };
        const response = touches
          ? await this.#misbehave(options, c.req.raw, c.env, answer)
          : await answer();
        if (response !== c.res) c.res = response;
        entry.status = c.res.status === 499 ? null : c.res.status;
      } catch (error) {
        entry.status = error instanceof ApiError ? error.status : null;
        throw error;
      }
    });
  }

  /** Counts a request, and tells whether the faults touch it. */
  #isTurn({ turn }: FaultOptions): boolean {
    if (!turn) return true;
    const count = (this.#turns.get(turn.key) ?? 0) + 1;
    this.#turns.set(turn.key, count);
    return count === turn.n;
  }

  async #misbehave(
    options: FaultOptions,
    request: Request,
    connection: Connection,
    answer: () => Promise<Response>,
  ): Promise<Response> {
    const { signal } = request;
    const headers: Record<string, string> =
      options['retry-after'] === undefined ? {} : { 'retry-after': String(options['retry-after']) };
    if (options.slow) await sleep(options.slow, signal);
    if (options.lost) {
      connection.destroy?.();
      throw new DOMException('The connection was destroyed, as the fault requested.', 'AbortError');
    }
    if (options.stall === true) {
      await sleep(LONGEST, signal);
      throw new ApiError(
        503,
        `This answer stalled for ${LONGEST / 1000} s, as the fault requested.`,
      );
    }
    if (options.status)
      throw new ApiError(options.status, `The fault requested the status ${options.status}.`, {
        code: 'fault',
        headers,
      });
    if (options['echo-key'])
      throw new ApiError(
        401,
        `Incorrect API key provided: ${bearerKey(request.headers) ?? '(none)'}.`,
        { code: 'invalid_api_key', headers },
      );
    if (options.html)
      return new Response(INDEX_PAGE, {
        headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
      });

    const real = await answer();
    if (real.status !== 200 || !real.body) return real;
    const isStream = real.headers.get('content-type')?.startsWith('text/event-stream');
    const response = isStream
      ? new Response(breakStream(real.body, options, connection), real)
      : await breakBody(real, options, connection);
    if (options['content-type']) response.headers.set('content-type', options['content-type']);
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return response;
  }
}

/** A port of this machine that was free a moment ago. */
function findClosedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(
      'fault',
      `The fault ${JSON.stringify(text.slice(0, 80))} has to be percent-encoded.`,
      'unknown_fault',
    );
  }
}
