import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Hono } from 'hono';
import { bearerKey } from './auth.js';
import { ApiError, invalid } from './errors.js';
import { type FaultOptions, FAULTS, parseFaults } from './fault-options.js';
import { breakBody, breakStream, LONGEST } from './faulty-answers.js';
import type { Connection } from './handler.js';

const PREFIX = /^\/fault:([^/]*)(?=\/)/;
const LOG_LENGTH = 1000;
const INDEX_PAGE =
  '<!doctype html><html lang="en"><title>App</title><body><div id="root"></div></body></html>\n';

/** A request's path for the routes: the prefix that asks for faults is no part of it. */
export function pathWithoutFaults(pathname: string, allowed: boolean): string {
  return allowed ? pathname.replace(PREFIX, '') : pathname;
}

interface LogEntry {
  key: string | undefined;
  /** Without the prefix. */
  path: string;
  /** `null` until it is answered, and for ever where it never is. */
  status: number | null;
  /** All of the answer was sent: false while it is under way, and where the client left or the connection was destroyed. */
  finished: boolean;
}

/** A real server that misbehaves on request: what there is stands in fault-options.ts. */
export class Faults {
  readonly #log: LogEntry[] = [];
  /** Those `-once` faults that were given. */
  readonly #given = new Set<string>();
  /** How many requests there were under a key, for faults that wait for one of them. */
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
          (options.all || (c.req.method === 'POST' && c.req.path === '/v1/chat/completions')) &&
          this.#isTurn(options);
        const answer = async () => {
          await next();
          return c.res;
        };
        const response = touches
          ? await this.#misbehave(this.#withOnce(options), c.req.raw, c.env, answer)
          : await answer();
        if (response !== c.res) c.res = response;
        entry.status = c.res.status === 499 ? null : c.res.status;
      } catch (error) {
        entry.status = error instanceof ApiError ? error.status : null;
        throw error;
      }
    });
  }

  #isTurn({ only }: FaultOptions): boolean {
    if (!only) return true;
    const turn = (this.#turns.get(only.key) ?? 0) + 1;
    this.#turns.set(only.key, turn);
    return turn === only.n;
  }

  #withOnce(options: FaultOptions): FaultOptions {
    const { once } = options;
    if (!once || this.#given.has(`${once.name} ${once.key}`)) return options;
    this.#given.add(`${once.name} ${once.key}`);
    return { ...options, [once.name]: once.value };
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
    if (options.slow) await wait(options.slow, undefined, { signal });
    if (options.lost) {
      connection.destroy?.();
      throw new DOMException('The connection was destroyed, as was asked for.', 'AbortError');
    }
    if (options.stall === true) {
      await wait(LONGEST, undefined, { signal });
      throw new ApiError(503, 'This answer stalled, as was asked for, for as long as it may.');
    }
    if (options.status)
      throw new ApiError(options.status, `This status, ${options.status}, was asked for.`, {
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

/** A port of this machine on which nothing listens: it was free a moment ago. */
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
      `The fault ${JSON.stringify(text.slice(0, 80))} is not percent-encoded text.`,
      'unknown_fault',
    );
  }
}
