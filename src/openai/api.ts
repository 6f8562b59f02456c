import { type Context, type Env, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ApiError, isServerFault, toApiError } from './api-error.js';
import { readChatRequest } from './chat-request.js';
import { complete, stream } from './completion.js';
import { completeText, streamText } from './completions/answer.js';
import { readCompletionsRequest } from './completions/request.js';
import { randomId } from './random-id.js';
import { readJson } from './read-body.js';
import { respond, streamResponse } from './responses/answer.js';
import { readResponsesRequest } from './responses/request.js';
import { StoredItems } from './responses/stored-items.js';
import type { ServedModel } from './served-model.js';
import { Slots } from './slots.js';

export const apiDefaults = { maxQueue: 64, maxBodyBytes: 1 << 20 };

export interface ApiOptions {
  models: readonly ServedModel[];
  /** Who may compute when. Default: a queue of 64 requests. */
  slots?: Slots;
  /** Larger bodies are refused with 413. Default: 1 MiB. */
  maxBodyBytes?: number;
  /**
   * The client that a request counts for when clients take turns, if the request names no user.
   * Default: each request is a client of its own.
   */
  clientOf?: (c: Context) => string | undefined;
  /** Receives errors that are this side's own. Default: writes to the console. */
  log?: (error: unknown) => void;
}

const MODELS = '/v1/models';
const MODEL = '/v1/models/:id{.+}';
const CHAT = '/v1/chat/completions';
const RESPONSES = '/v1/responses';
const COMPLETIONS = '/v1/completions';

/**
 * OpenAI's API as an app that maps a `Request` to a `Response`. It needs no port, no socket and no
 * Node, so the same code answers in a page and on a server.
 */
export function createApi({
  models,
  slots = new Slots(apiDefaults.maxQueue),
  maxBodyBytes = apiDefaults.maxBodyBytes,
  clientOf = () => undefined,
  log = logToConsole,
}: ApiOptions): Hono {
  const api = new Hono();
  const stored = new StoredItems();
  api.get(MODELS, (c) => c.json({ object: 'list', data: models.map(describe) }));
  api.get(MODEL, (c) => c.json(describe(find(c.req.param('id')))));
  api.post(CHAT, async (c) => {
    const request = readChatRequest(await readJson(c.req.raw, maxBodyBytes));
    const job = { request, ...placeOf(c, request) };
    return request.stream ? answerEvents(c, await stream(job)) : c.json(await complete(job));
  });
  api.post(RESPONSES, async (c) => {
    const body = stored.resolve(await readJson(c.req.raw, maxBodyBytes));
    const request = readResponsesRequest(body);
    const job = { request, stored, ...placeOf(c, request.chat) };
    return request.stream ? answerEvents(c, await streamResponse(job)) : c.json(await respond(job));
  });
  api.post(COMPLETIONS, async (c) => {
    const request = readCompletionsRequest(await readJson(c.req.raw, maxBodyBytes));
    const job = { request, ...placeOf(c, request) };
    return request.stream
      ? answerEvents(c, await streamText(job))
      : c.json(await completeText(job));
  });
  refuseOtherMethods(api, [MODELS, MODEL], 'GET, HEAD, OPTIONS');
  refuseOtherMethods(api, [CHAT, RESPONSES, COMPLETIONS], 'POST, OPTIONS');
  api.notFound((c) => nothingThere(c));
  api.onError((error, c) => answerError(c, error, log));

  /** Which model computes a request, in whose turn, and until when. */
  function placeOf(c: Context, { model, user }: { model: string; user: string | undefined }) {
    return {
      model: find(model),
      slots,
      client: user === undefined ? (clientOf(c) ?? randomId('request ')) : `user ${user}`,
      signal: c.req.raw.signal,
      log,
    };
  }

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

  return api;
}

const answerEvents = (c: Context, events: ReadableStream<Uint8Array>): Response =>
  c.body(events, 200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no', // nginx would buffer the tokens
  });

/** Answers 405 to every other method. Call it after the routes of the paths were added. */
export function refuseOtherMethods<E extends Env>(
  app: Hono<E>,
  paths: readonly string[],
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

/** Answers 404 with the list of what there is. */
export const nothingThere = (c: Context, more: readonly string[] = []): Response =>
  toResponse(
    c,
    new ApiError(
      404,
      `There is nothing at ${c.req.path.slice(0, 100)}. ` +
        `Use ${[`GET ${MODELS}`, `GET ${MODELS}/{id}`, `POST ${CHAT}`, `POST ${RESPONSES}`, `POST ${COMPLETIONS}`, ...more].join(', ')}.`,
      { code: 'unknown_url' },
    ),
  );

/** Answers with an error in OpenAI's form. Logs it if it is this side's own. */
export function answerError(c: Context, error: unknown, log: (error: unknown) => void): Response {
  const apiError = toApiError(error);
  if (isServerFault(apiError)) log(error);
  return toResponse(c, apiError);
}

function toResponse(c: Context, error: ApiError): Response {
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
  return c.json(error.body, error.status as ContentfulStatusCode);
}

function describe({ id, created, contextWindow }: ServedModel) {
  return { id, object: 'model', created, owned_by: 'unmocked', max_model_len: contextWindow };
}

export function logToConsole(error: unknown): void {
  console.error(error);
}
