import { checkSettings } from '../settings/check-settings.js';
import type { AgentSettings } from '../settings/settings.js';
import type { ResolvedSettings } from '../settings/resolve.js';
import type { Attempt, RequestedDevice } from '../engine/ladder.js';
import { ledger } from '../engine/ledger.js';
import { UnmockedError } from '../errors.js';
import { models } from '../models/registry.js';
import type {
  Agent,
  AgentDevice,
  AgentModel,
  AgentPayload,
  AgentResponse,
  AgentStream,
  InvokeOptions,
  Message,
  TokenPiece,
  Tool,
  Usage,
} from './agent.js';
import { pickSettings } from './invoke-settings.js';
import { checkPayload } from './payload.js';
import { newTurn, toMessages } from './prompt.js';
import { type Completion, readCompletion, readStream } from './remote/completion.js';
import { Connection } from './remote/connection.js';
import { readModels, type ServedModel } from './remote/models.js';
import { toChatMessages, toRequestBody } from './remote/messages.js';
import { parseReply } from './reply.js';
import { Sessions } from './sessions.js';
import { streamOf } from './stream.js';

export interface RemoteRequest extends ResolvedSettings {
  /** What was asked for; `auto` where the server is but the first rung. */
  requested: RequestedDevice;
  signal?: AbortSignal | undefined;
}

/** A first rung has no time to wake up: the next one waits. */
const GREETING_SECONDS = 10;

/** An agent whose model runs on an OpenAI-compatible server. It keeps its conversations itself; the server is told all of them each time. */
export class RemoteAgent implements Agent {
  readonly backend = 'remote';
  readonly supportsStreaming = true;
  readonly model: AgentModel;
  readonly device: AgentDevice;
  readonly contextWindow: number | undefined;
  readonly #connection: Connection;
  readonly #models: readonly string[];
  readonly #resolved: ResolvedSettings;
  readonly #sessions = new Sessions();
  /** Aborts when the agent is disposed of. */
  readonly #end = new AbortController();

  private constructor(
    request: RemoteRequest,
    connection: Connection,
    served: readonly ServedModel[],
    attempt: Attempt,
  ) {
    this.#connection = connection;
    this.#models = served.map(({ id }) => id);
    this.#resolved = { settings: request.settings, origins: request.origins };
    const id = chooseModel(request, this.#models);
    this.model = { id, title: id, capabilities: ['chat', 'tools'] };
    this.contextWindow = served.find((model) => model.id === id)?.contextWindow;
    this.device = {
      requested: request.requested,
      actual: 'remote',
      attempts: [attempt],
      url: connection.url,
    };
  }

  /**
   * Asks the server for its models, to know that it is there and takes the key.
   *
   * @throws UnmockedError `invalid-config` without a URL, or where it is not clear which model is meant; what `Connection.send` throws; `AbortError`.
   */
  static async load(request: RemoteRequest): Promise<RemoteAgent> {
    const { apiUrl, apiKey, timeoutSeconds, maxRetries } = request.settings;
    if (apiUrl === undefined) {
      throw new UnmockedError(
        'invalid-config',
        'The backend is "remote", but no API URL is set. Set api_url in config.toml, OPENAI_API_URL, or the URL in the settings, such as "http://127.0.0.1:11434/v1".',
      );
    }
    const startedAt = performance.now();
    const connection = new Connection({ apiUrl, apiKey, timeoutSeconds, maxRetries });
    // As a rung of the ladder it is there at once or not at all; retries would only keep the next rung waiting.
    const greeting =
      request.requested === 'auto'
        ? new Connection({
            apiUrl,
            apiKey,
            timeoutSeconds,
            maxRetries: 0,
            patience: GREETING_SECONDS,
          })
        : connection;
    const served = await readModels(greeting, request.signal);
    if (request.requested === 'auto')
      assertServed(
        request,
        served.map(({ id }) => id),
      );
    return new RemoteAgent(request, connection, served, {
      device: 'remote',
      url: connection.url,
      outcome: 'loaded',
      durationMs: performance.now() - startedAt,
    });
  }

  get disposed(): boolean {
    return this.#end.signal.aborted;
  }

  invoke(payload: AgentPayload | string, options: InvokeOptions = {}): Promise<AgentResponse> {
    return this.#invoke(payload, options, false);
  }

  invokeWithTools(
    payload: AgentPayload | string,
    tools: Tool[],
    options?: InvokeOptions,
  ): Promise<AgentResponse> {
    return this.invoke(
      {
        ...(typeof payload === 'string' ? { userMessage: payload } : payload),
        toolsAvailable: tools,
      },
      options,
    );
  }

  stream(payload: AgentPayload | string, options: InvokeOptions = {}): AgentStream {
    return streamOf(
      (onToken, signal) => this.#invoke(payload, { ...options, onToken, signal }, true),
      options,
    );
  }

  async forget(sessionId: string): Promise<void> {
    this.#assertUsable();
    this.#sessions.forget(sessionId);
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.#end.abort(this.#disposedError());
    this.#sessions.clear();
  }

  async #invoke(
    payload: AgentPayload | string,
    options: InvokeOptions,
    stream: boolean,
  ): Promise<AgentResponse> {
    this.#assertUsable();
    const said = checkPayload(payload);
    const settings = {
      ...this.#resolved.settings,
      ...checkSettings(pickSettings(options)),
      ...(said.reasoningEffort ? { reasoningEffort: said.reasoningEffort } : {}),
    };
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#end.signal])
      : this.#end.signal;
    return this.#sessions.inTurn(
      said.sessionId,
      () => this.#answer(said, settings, options, stream, signal),
      signal,
    );
  }

  async #answer(
    said: AgentPayload,
    settings: AgentSettings,
    options: InvokeOptions,
    stream: boolean,
    signal: AbortSignal,
  ): Promise<AgentResponse> {
    const recalled = this.#sessions.recall(said);
    const { memory } = recalled;
    const { toolsAvailable: tools = [], ...rest } = recalled.payload;
    // Tools and effort have fields of their own; the server puts them into the prompt.
    const payload: AgentPayload = { ...rest, reasoningEffort: undefined };
    const messages = toChatMessages(toMessages(payload, memory, settings.system));
    const { id: model } = this.model;
    const body = toRequestBody({
      url: this.#connection.url,
      model,
      messages,
      tools,
      settings,
      origins: this.#resolved.origins,
      options,
      stream,
    });
    const startedAt = performance.now();
    let firstToken: number | undefined;
    const onPiece = (piece: TokenPiece) => {
      firstToken ??= performance.now() - startedAt;
      options.onToken?.(piece);
    };
    const { completion, retries } = await this.#connection.send(
      'chat/completions',
      {
        body,
        accept: stream ? 'text/event-stream' : 'application/json',
        facts: { model, models: this.#models },
        signal,
      },
      async (answer) => ({
        completion: stream
          ? await readStream(answer, settings.maxTokens, onPiece)
          : await readCompletion(answer),
        retries: answer.retries,
      }),
    );
    if (!stream) onPiece({ index: 0, text: completion.text });
    const total = performance.now() - startedAt;
    const response = this.#response(completion, {
      prompt: JSON.stringify(messages),
      seed: settings.seed,
      retries,
      firstToken: stream && firstToken !== undefined ? firstToken : total,
      total,
    });
    // Calls that stood in the text itself (a server that knows no tools) are in `toolCalls`, and must not be told twice.
    const reply: Message = {
      role: 'assistant',
      content: response.toolCalls.length > 0 ? response.response : completion.content.trim(),
      ...(response.toolCalls.length > 0 ? { toolCalls: response.toolCalls } : {}),
    };
    this.#sessions.remember(recalled, [...memory, ...newTurn(payload, memory), reply]);
    return response;
  }

  #response(
    completion: Completion,
    {
      prompt,
      seed,
      retries,
      firstToken,
      total,
    }: { prompt: string; seed: number; retries: number; firstToken: number; total: number },
  ): AgentResponse {
    const reply = parseReply(completion.text);
    const usage = readUsage(completion);
    ledger.remoteTokens += usage.completionTokens;
    const toolCalls = [...completion.toolCalls, ...reply.toolCalls];
    return {
      ...reply,
      toolCalls,
      problems: [...completion.problems, ...reply.problems],
      metadata: {
        modelId: this.model.id,
        device: 'remote',
        finishReason:
          completion.finishReason === 'stop' && toolCalls.length > 0
            ? 'tool_calls'
            : completion.finishReason,
        text: completion.text,
        rawText: completion.text,
        prompt,
        promptTokenIds: completion.promptTokenIds,
        outputTokenIds: completion.outputTokenIds,
        usage,
        seed,
        retries,
        timings: {
          queued: 0,
          firstToken,
          total,
          tokensPerSecond: rate(usage.completionTokens, firstToken, total),
        },
      },
    };
  }

  #assertUsable(): void {
    if (this.disposed) throw this.#disposedError();
  }

  #disposedError(): UnmockedError {
    return new UnmockedError(
      'disposed',
      `This agent ("${this.model.id}" at ${this.#connection.url}) was disposed of. Load a new one.`,
    );
  }
}

/** Tokens per second after the first; of an answer that came at once, over all of its time. */
function rate(tokens: number, firstToken: number, total: number): number {
  const [count, ms] = firstToken < total ? [tokens - 1, total - firstToken] : [tokens, total];
  return count > 0 && ms > 0 ? (count / ms) * 1000 : 0;
}

function readUsage({ usage }: Completion): Usage {
  if (!Number.isInteger(usage?.completion_tokens) || !Number.isInteger(usage?.prompt_tokens))
    return { promptTokens: 0, prefilledTokens: 0, completionTokens: 0, countedBy: 'nobody' };
  const {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details,
  } = usage!;
  return {
    promptTokens,
    prefilledTokens: promptTokens - (prompt_tokens_details?.cached_tokens ?? 0),
    completionTokens,
    countedBy: 'server',
  };
}

/**
 * A first rung has to have the model; asked for by name, a server may know more names than it lists. One with a single model takes any
 * name for it, as llama.cpp does, but hardly that of a model of this page's own.
 */
function assertServed({ settings, origins }: RemoteRequest, served: readonly string[]): void {
  const { model, apiUrl } = settings;
  const isOwn = models.some(({ id }) => id === model);
  if (
    origins.model === 'default' ||
    served.length === 0 ||
    served.includes(model) ||
    served.includes(`${model}:latest`) ||
    (served.length === 1 && !isOwn)
  )
    return;
  throw new UnmockedError(
    'model-not-found',
    `${apiUrl} has no model "${model}". It has: ${served.slice(0, 20).join(', ')}.`,
    { details: { fault: 'no-such-model', url: apiUrl } },
  );
}

/** The model that was asked for by anybody; where nobody did, the server's only one, or the one that we would take ourselves. */
function chooseModel({ settings, origins }: RemoteRequest, served: readonly string[]): string {
  if (origins.model !== 'default' || served.length === 0 || served.includes(settings.model))
    return settings.model;
  if (served.length === 1) return served[0]!;
  throw new UnmockedError(
    'invalid-config',
    `No model is chosen, and ${settings.apiUrl} has ${served.length}: ${served.slice(0, 20).join(', ')}. Set model in config.toml, AF_LLM_MODEL, or the model in the settings.`,
  );
}
