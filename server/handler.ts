import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import {
  answerError,
  apiDefaults,
  createApi,
  logToConsole,
  nothingThere,
  refuseOtherMethods,
} from '../src/openai/api.js';
import { ApiError } from '../src/openai/api-error.js';
import type { ServedModel } from '../src/openai/served-model.js';
import { Slots } from '../src/openai/slots.js';
import { bearerKey, checkKey } from './auth.js';
import type { Connection } from './connection.js';
import { asksToHangUp, Faults, pathWithoutFaults } from './faults.js';
import { hostFilter } from './hosts.js';
import { originFilter } from './origins.js';

export const handlerDefaults = apiDefaults;

export interface HandlerOptions {
  models: readonly ServedModel[];
  /** Every request but GET /health must send this key. Default: no key is required. */
  apiKey?: string;
  /** Origins whose pages may read the answers, or `*`. Default: pages on loopback addresses. */
  origins?: readonly string[];
  /**
   * More host names under which the server may be reached. Default: addresses, `localhost` and names
   * below it.
   */
  hosts?: readonly string[];
  /** Requests that may wait. More are refused with 429. Default: 64. */
  maxQueue?: number;
  /** Larger bodies are refused with 413. Default: 1 MiB. */
  maxBodyBytes?: number;
  /** Lets requests ask for faults: see fault-options.ts. Default: false. */
  faults?: boolean;
  /** Once it aborts, requests are refused with 503. */
  closing?: AbortSignal;
  /** Receives errors that are the server's own. Default: writes to stderr. */
  log?: (error: unknown) => void;
}

export type Handler = (request: Request, connection?: Connection) => Promise<Response>;

/** The whole server as a function: the API, and what only a server on a network needs. */
export function createHandler(options: HandlerOptions): Handler {
  const {
    models,
    apiKey,
    origins = [],
    hosts = [],
    maxQueue = handlerDefaults.maxQueue,
    maxBodyBytes,
    faults: allowsFaults = false,
    closing,
    log = logToConsole,
  } = options;
  const slots = new Slots(maxQueue);
  const faults = allowsFaults ? new Faults() : undefined;
  const app = new Hono<{ Bindings: Connection }>({
    getPath: (request) => pathWithoutFaults(new URL(request.url).pathname, allowsFaults),
  });

  const allowedOrigin = originFilter(origins);
  app.use(
    cors({
      origin: allowedOrigin,
      allowMethods: ['GET', 'POST'],
      exposeHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    }),
  );
  app.use(async (c, next) => {
    c.header('cross-origin-resource-policy', 'cross-origin');
    c.header('x-request-id', `req_${randomUUID()}`);
    await next();
  });
  const isAllowedHost = hostFilter(hosts);
  app.use(async (c, next) => {
    const host = c.req.header('host');
    if (host !== undefined && !isAllowedHost(host))
      throw new ApiError(
        403,
        `The host ${JSON.stringify(host.slice(0, 100))} is not allowed. Use an address or ` +
          'localhost, or start the server with --allow-host NAME.',
        { code: 'host_not_allowed' },
      );
    await next();
  });
  // CORS only keeps a page from reading the answer. The work would be done, or the fault set.
  app.use(async (c, next) => {
    const origin = c.req.header('origin');
    if (origin !== undefined && !isOwn(origin, c) && allowedOrigin(origin) === null)
      throw new ApiError(
        403,
        `Pages of the origin ${JSON.stringify(origin.slice(0, 100))} are not allowed. ` +
          'Start the server with --cors ORIGIN.',
        { code: 'origin_not_allowed' },
      );
    await next();
  });
  app.get('/health', (c) =>
    c.json({
      status: closing?.aborted ? 'closing' : 'ok',
      running: slots.running,
      queued: slots.queued,
    }),
  );
  app.use(async (_, next) => {
    if (closing?.aborted)
      throw new ApiError(503, 'The server is shutting down.', {
        code: 'shutting_down',
        headers: { connection: 'close' },
      });
    await next();
  });
  app.use(async (c, next) => {
    try {
      checkKey(c.req.raw.headers, apiKey);
    } catch (error) {
      // A browser that lost a connection asks again without the key, to learn why. It has to lose
      // that one too, or the server would seem to refuse the page.
      if (faults && asksToHangUp(c.req.raw)) c.env.destroy?.();
      throw error;
    }
    await next();
  });
  faults?.install(app);
  app.route('/', createApi({ models, slots, maxBodyBytes, clientOf, log }));
  refuseOtherMethods(app, ['/health'], 'GET, HEAD, OPTIONS');
  app.notFound((c) => nothingThere(c, ['GET /health']));
  app.onError((error, c) => answerError(c, error, log));

  return async (request, connection = {}) => app.fetch(request, connection);
}

/** Whether a page came from this server's own address, perhaps through a proxy that adds TLS. */
const isOwn = (origin: string, c: Context): boolean =>
  origin.replace(/^https?:\/\//, '') === c.req.header('host');

/** A client is its key and address. A request with neither is a client of its own. */
function clientOf(c: Context<{ Bindings: Connection }>): string | undefined {
  const { remoteAddress } = c.env;
  const key = bearerKey(c.req.raw.headers);
  return key === undefined && remoteAddress === undefined
    ? undefined
    : `peer ${remoteAddress ?? ''} ${key ?? ''}`;
}
