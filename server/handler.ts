import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { bearerKey, checkKey } from './auth.js';
import { readChatRequest } from './chat-request.js';
import { complete, stream } from './completion.js';
import type { Connection } from './connection.js';
import { ApiError, isServerFault, toApiError } from './errors.js';
import { Faults, pathWithoutFaults } from './faults.js';
import { originFilter } from './origins.js';
import { readJson } from './read-body.js';
import type { ServedModel } from './served-model.js';
import { Slots } from './slots.js';

export const handlerDefaults = { maxQueue: 64, maxBodyBytes: 1 << 20 };

export interface HandlerOptions {
  models: readonly ServedModel[];
  /** Every request under /v1/ must send this key. Default: no key is required. */
  apiKey?: string;
  /** Origins whose pages may read the answers, or `*`. Default: pages on loopback addresses. */
  origins?: readonly string[];
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

const MODELS = '/v1/models';
const MODEL = '/v1/models/:id{.+}';
const CHAT = '/v1/chat/completions';

/** The whole server as a function. It needs no port, no socket and no Node request. */
export function createHandler(options: HandlerOptions): Handler {
  const {
    models,
    apiKey,
    origins = [],
    maxQueue = handlerDefaults.maxQueue,
    maxBodyBytes = handlerDefaults.maxBodyBytes,
    faults: allowsFaults = false,
    closing,
    log = logToStderr,
  } = options;
  const slots = new Slots(maxQueue);
  const faults = allowsFaults ? new Faults() : undefined;
  const app = new Hono<{ Bindings: Connection }>({
    getPath: (request) => pathWithoutFaults(new URL(request.url).pathname, allowsFaults),
  });

  app.use(
    cors({
      origin: originFilter(origins),
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
  faults?.install(app);
  app.use('/v1/*', async (c, next) => {
    checkKey(c.req.raw.headers, apiKey);
    await next();
  });

  app.get(MODELS, (c) => c.json({ object: 'list', data: models.map(describe) }));
  app.get(MODEL, (c) => c.json(describe(find(c.req.param('id')))));
  app.post(CHAT, async (c) => {
    const request = readChatRequest(await readJson(c.req.raw, maxBodyBytes));
    const job = {
      request,
      model: find(request.model),
      slots,
      client: clientOf(request.user, c),
      signal: c.req.raw.signal,
      log,
    };
    if (!request.stream) return c.json(await complete(job));
    return c.body(await stream(job), 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no', // nginx would buffer the tokens
    });
  });

  refuseOtherMethods(app, ['/health', MODELS, MODEL], 'GET, HEAD, OPTIONS');
  refuseOtherMethods(app, [CHAT], 'POST, OPTIONS');
  app.notFound((c) =>
    answerError(
      c,
      new ApiError(
        404,
        `There is nothing at ${c.req.path.slice(0, 100)}. ` +
          `Use GET ${MODELS}, GET ${MODELS}/{id}, POST ${CHAT} or GET /health.`,
        { code: 'unknown_url' },
      ),
    ),
  );
  app.onError((error, c) => answerError(c, error));

  function find(id: string): ServedModel {
    const model = models.find((one) => one.id === id);
    if (model) return model;
    throw new ApiError(
      404,
      `This server has no model ${JSON.stringify(id.slice(0, 100))}. ` +
        `Models: ${models.map((one) => `"${one.id}"`).join(', ')}.`,
      { param: 'model', code: 'model_not_found' },
    );
  }

  function answerError(c: Context, error: unknown): Response {
    const apiError = toApiError(error);
    if (isServerFault(apiError)) log(error);
    for (const [name, value] of Object.entries(apiError.headers)) c.header(name, value);
    return c.json(apiError.body, apiError.status as ContentfulStatusCode);
  }

  return async (request, connection = {}) => app.fetch(request, connection);
}

function refuseOtherMethods(
  app: Hono<{ Bindings: Connection }>,
  paths: string[],
  allow: string,
): void {
  for (const path of paths) {
    app.all(path, (c) => {
      throw new ApiError(405, `${c.req.method} is not allowed here. Allowed: ${allow}.`, {
        code: 'method_not_allowed',
        headers: { allow },
      });
    });
  }
}

function describe({ id, created, contextWindow }: ServedModel) {
  return { id, object: 'model', created, owned_by: 'unmocked', max_model_len: contextWindow };
}

/**
 * The client that a request counts for when clients take turns: its user, else its key and address.
 * A request with none of these is a client of its own.
 */
function clientOf(user: string | undefined, c: Context<{ Bindings: Connection }>): string {
  if (user !== undefined) return `user ${user}`;
  const { remoteAddress } = c.env;
  const key = bearerKey(c.req.raw.headers);
  return key === undefined && remoteAddress === undefined
    ? `request ${randomUUID()}`
    : `peer ${remoteAddress ?? ''} ${key ?? ''}`;
}

function logToStderr(error: unknown): void {
  console.error(error);
}
