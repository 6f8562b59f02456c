import { registerPageServer } from '../agents/remote/page-servers.js';
import { type EnginePool, sharedPool } from '../engine/engine-pool.js';
import type { PageDevice } from '../engine/ladder.js';
import type { LoadProgress } from '../engine/protocol.js';
import { untilAborted } from '../errors.js';
import type { Dtype, Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { ApiError } from './api-error.js';
import { apiDefaults, createApi } from './api.js';
import { PageModel } from './page-model.js';
import { Slots } from './slots.js';

export interface ServeInPageOptions {
  /**
   * A registry id, a hub id, the URL of a folder, or a model. Default: `unmocked-tiny`, which is
   * bundled.
   */
  model?: string | Model;
  /** Base URL of a mirror in the hub's layout. Default: the hub. */
  hubUrl?: string;
  /** Default: `auto`, which tries WebGPU and then WASM. */
  device?: PageDevice;
  /** Default: the best that the device can compute. */
  dtype?: Dtype;
  /** Requests that may wait. More are refused with 429. Default: 64. */
  maxQueue?: number;
  /** Default: the page's pool, so that agents and this server share an engine. */
  pool?: EnginePool;
  /** Ends the loading. */
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
}

/** A model of this page behind OpenAI's API. */
export interface ServedInPage {
  /**
   * Answers a request as a server would. Give it to a client in place of the browser's `fetch`. It
   * looks at the path from `/v1/` on and ignores the rest of the address, so an app's own base URL
   * works too. Nothing leaves the page.
   */
  fetch: typeof globalThis.fetch;
  /**
   * A base URL for clients that need one. It exists in this page only: a remote agent of this page
   * (`loadAgent({ backend: 'remote', apiUrl: baseURL })`) reaches it, the network does not.
   */
  baseURL: string;
  /** Ids of the models. */
  models: readonly string[];
  /** Ends pending requests and releases the engine. Later requests are answered with 503. */
  dispose(): void;
}

/**
 * Loads a model in this page and serves it behind OpenAI's API, without a server.
 *
 * @example
 * const { fetch, baseURL } = await serveInPage();
 * const client = new OpenAI({ fetch, baseURL, apiKey: 'none', dangerouslyAllowBrowser: true });
 *
 * @throws UnmockedError `unknown-model`, `model-not-found`, `network` or `no-device`; `AbortError`.
 */
export async function serveInPage({
  model: reference = 'unmocked-tiny',
  hubUrl,
  device = 'auto',
  dtype,
  maxQueue = apiDefaults.maxQueue,
  pool = sharedPool,
  signal,
  onProgress,
}: ServeInPageOptions = {}): Promise<ServedInPage> {
  const model = await PageModel.load(pool, {
    model: resolveModel(reference, { hub: hubUrl }),
    device,
    dtype,
    signal,
    onProgress,
  });
  const api = createApi({
    models: [model],
    slots: new Slots(maxQueue),
    clientOf: () => 'page',
    getPath: pathFromV1,
  });
  const end = new AbortController();

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const left = AbortSignal.any([request.signal, end.signal]);
    left.throwIfAborted();
    const response = await untilAborted(
      Promise.resolve(api.fetch(new Request(request, { signal: left }))),
      left,
    );
    return endingWith(left, response);
  };
  const answer: typeof fetch = (input, init) => (end.signal.aborted ? gone() : fetch(input, init));
  const registered = registerPageServer(answer);
  return {
    fetch: answer,
    baseURL: registered.baseURL,
    models: [model.id],
    dispose() {
      if (end.signal.aborted) return;
      end.abort(new DOMException('The server in this page was disposed of.', 'AbortError'));
      registered.end();
      model.release();
    },
  };
}

/** The path from `/v1` on, so that `https://api.example/openai/v1/models` is `/v1/models`. */
function pathFromV1({ url }: Request): string {
  const { pathname } = new URL(url);
  const at = pathname.search(/\/v1(\/|$)/);
  return at < 0 ? pathname : pathname.slice(at);
}

/** As with a network, the body of an answer fails when its request is aborted. */
function endingWith(signal: AbortSignal, response: Response): Response {
  if (!response.body) return response;
  return new Response(response.body.pipeThrough(new TransformStream(), { signal }), response);
}

async function gone(): Promise<Response> {
  const { status, body } = new ApiError(
    503,
    'This server was disposed of. Call serveInPage() again.',
    { code: 'shutting_down' },
  );
  return Response.json(body, { status });
}
