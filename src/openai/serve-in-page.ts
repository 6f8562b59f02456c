import { Hono } from 'hono';
import { registerPageServer } from '../agents/remote/page-servers.js';
import { type EnginePool, sharedPool } from '../engine/engine-pool.js';
import type { PageDevice } from '../engine/ladder.js';
import type { LoadProgress } from '../engine/protocol.js';
import { untilAborted } from '../errors.js';
import type { Dtype, Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { ApiError } from './api-error.js';
import { answerError, apiDefaults, createApi, logToConsole, nothingThere } from './api.js';
import { PageModel } from './page-model.js';
import { Slots } from './slots.js';

export interface ServeInPageOptions {
  /** A registry id, a hub id, a folder's URL or a model entry. Default: `unmocked-tiny`. */
  model?: string | Model;
  /** Default: `auto`, which tries WebGPU and then WASM. */
  device?: PageDevice;
  /** Default: the best that the device can compute. */
  dtype?: Dtype;
  /** Base URL of a mirror in the hub's layout. Default: the hub. */
  hubUrl?: string;
  /** Engines to share. Default: the page's, so that agents and clients share an engine. */
  pool?: EnginePool;
  /** Requests that may wait. More are refused with 429. Default: 64. */
  maxQueue?: number;
  /** Aborts the load. */
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
}

/** OpenAI's API, answered by a model of this page. */
export interface ServedInPage {
  /**
   * Answers requests like `globalThis.fetch`, but in this page. Ignores the origin and what comes
   * before `/v1/` in the path, so that the base URL of an app works too. Accepts any key.
   *
   * Rejects with the signal's reason when the request is aborted, and then stops computing.
   */
  readonly fetch: typeof globalThis.fetch;
  /**
   * For clients that want one. The network does not know this address: pass `fetch` to the client. A
   * remote agent of this page (`loadAgent({ backend: 'remote', apiUrl: baseURL })`) needs no `fetch`.
   */
  readonly baseURL: string;
  /** The ids of the models. */
  readonly models: readonly string[];
  /** Ends running requests and gives the engine back. After that, requests are answered with 410. */
  dispose(): void;
}

/**
 * Loads a model and answers requests to OpenAI's API with it. No server, no socket.
 *
 * @example
 * const { fetch, baseURL } = await serveInPage();
 * const client = new OpenAI({ fetch, baseURL, apiKey: 'none', dangerouslyAllowBrowser: true });
 *
 * @example
 * // MSW: the app keeps its own base URL.
 * http.all('https://api.openai.com/v1/*', ({ request }) => served.fetch(request));
 *
 * @throws UnmockedError `unknown-model`; what `EnginePool.acquire` throws; `AbortError`.
 */
export async function serveInPage({
  model = 'unmocked-tiny',
  device = 'auto',
  dtype,
  hubUrl,
  pool = sharedPool,
  maxQueue = apiDefaults.maxQueue,
  signal,
  onProgress,
}: ServeInPageOptions = {}): Promise<ServedInPage> {
  const loaded = await PageModel.load(pool, {
    model: resolveModel(model, { hub: hubUrl }),
    device,
    dtype,
    signal,
    onProgress,
  });
  const disposed = new AbortController();
  const app = new Hono({ getPath });
  app.use(async (_, next) => {
    disposed.signal.throwIfAborted();
    await next();
  });
  app.route(
    '/',
    createApi({
      models: [loaded],
      slots: new Slots(maxQueue),
      // The page is one client. The engine's other users, such as agents, take turns with it.
      clientOf: () => 'page',
    }),
  );
  app.notFound((c) => nothingThere(c));
  app.onError((error, c) => answerError(c, error, logToConsole));
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    // A caller's reason can be anything. The API knows clients that left by an AbortError.
    const left = new AbortController();
    request.signal.addEventListener('abort', () => left.abort(), { once: true });
    const signal = AbortSignal.any([left.signal, disposed.signal]);
    const answer = Promise.resolve(app.fetch(new Request(request, { signal })));
    return withAbort(await untilAborted(answer, request.signal), request.signal);
  };
  const registered = registerPageServer(fetch);
  return {
    fetch,
    baseURL: registered.baseURL,
    models: [loaded.id],
    dispose() {
      if (disposed.signal.aborted) return;
      disposed.abort(
        new ApiError(410, `"${loaded.id}" is no longer served. Call serveInPage() again.`, {
          code: 'disposed',
        }),
      );
      registered.end();
      loaded.dispose();
    },
  };
}

/** The path from its last `/v1/` on. */
function getPath(request: Request): string {
  const { pathname } = new URL(request.url);
  return pathname.slice(Math.max(0, pathname.lastIndexOf('/v1/')));
}

/** Makes the body fail when the request is aborted, as the body of a real response does. */
function withAbort(response: Response, signal: AbortSignal): Response {
  if (!response.body) return response;
  return new Response(response.body.pipeThrough(new TransformStream(), { signal }), response);
}
