import type { Attempt, RequestedDevice } from '../../engine/ladder.js';
import { ledger } from '../../engine/ledger.js';
import { UnmockedError } from '../../errors.js';
import type { ResolvedSettings } from '../../settings/resolve.js';
import type { AgentDevice, AgentModel, TokenPiece, Usage } from '../agent.js';
import type { ChatBackend, Completion, CompletionOptions, CompletionRequest } from '../backend.js';
import { openAiClaims } from '../claims.js';
import type { TokenCounts } from './answer-body.js';
import { toChatMessages } from './chat-messages.js';
import { assertServed, chooseModel } from './choose-model.js';
import { Connection } from './connection.js';
import { readModels, type ServedModel } from './models.js';
import { readCompletion } from './read-completion.js';
import { readStream } from './read-stream.js';
import { toRequestBody } from './request-body.js';

export interface RemoteRequest extends ResolvedSettings {
  /** `auto` if the server is the first rung of a ladder. */
  requested: RequestedDevice;
  signal?: AbortSignal;
}

/** How long a ladder's first rung may take to answer. Fail fast, so that the fallback can start. */
const FIRST_RUNG_SECONDS = 10;

/** A model on an OpenAI-compatible server. Each request sends the whole conversation. */
export class RemoteBackend implements ChatBackend {
  readonly kind = 'remote';
  readonly claims = openAiClaims;
  readonly model: AgentModel;
  readonly device: AgentDevice;
  readonly contextWindow?: number;
  readonly #connection: Connection;
  readonly #models: readonly string[];
  readonly #origins: ResolvedSettings['origins'];

  private constructor(
    request: RemoteRequest,
    connection: Connection,
    served: readonly ServedModel[],
    attempt: Attempt,
  ) {
    this.#connection = connection;
    this.#models = served.map(({ id }) => id);
    this.#origins = request.origins;
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
   * Asks the server for its models, which shows that it is there and takes the key.
   *
   * @throws UnmockedError `invalid-config` without a URL, or if it is not clear which model to use;
   *   what `Connection.send` throws; `AbortError`.
   */
  static async load(request: RemoteRequest): Promise<RemoteBackend> {
    const { apiUrl, apiKey, timeoutSeconds, maxRetries } = request.settings;
    if (apiUrl === undefined) {
      throw new UnmockedError(
        'invalid-config',
        'The backend is "remote", but no API URL is set. ' +
          'Set api_url in config.toml, OPENAI_API_URL, or the URL in the settings, such as ' +
          '"http://127.0.0.1:11434/v1".',
      );
    }
    const startedAt = performance.now();
    const options = { apiUrl, apiKey, timeoutSeconds, maxRetries };
    const connection = new Connection(options);
    const isFirstRung = request.requested === 'auto';
    const served = await readModels(
      isFirstRung
        ? new Connection({ ...options, maxRetries: 0, patience: FIRST_RUNG_SECONDS })
        : connection,
      request.signal,
    );
    if (isFirstRung)
      assertServed(
        request,
        served.map(({ id }) => id),
      );
    return new RemoteBackend(request, connection, served, {
      device: 'remote',
      url: connection.url,
      outcome: 'loaded',
      durationMs: performance.now() - startedAt,
    });
  }

  async complete(
    request: CompletionRequest,
    { signal, onToken }: CompletionOptions,
  ): Promise<Completion> {
    const { settings, stream } = request;
    const { id: model } = this.model;
    const messages = toChatMessages(request.messages);
    const body = toRequestBody({
      ...request,
      url: this.#connection.url,
      model,
      messages,
      origins: this.#origins,
    });
    const startedAt = performance.now();
    let firstToken: number | undefined;
    const onPiece = (piece: TokenPiece) => {
      firstToken ??= performance.now() - startedAt;
      onToken?.(piece);
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
    const { text, content, toolCalls, problems } = completion;
    if (!stream) onPiece({ index: 0, text });
    const total = performance.now() - startedAt;
    const usage = readUsage(completion.usage);
    ledger.remoteTokens += usage.completionTokens;
    return {
      facts: {
        finishReason: completion.finishReason,
        text,
        rawText: text,
        prompt: JSON.stringify(messages),
        promptTokenIds: completion.promptTokenIds,
        outputTokenIds: completion.outputTokenIds,
        usage,
        retries,
      },
      timings: { queued: 0, firstToken: (stream ? firstToken : undefined) ?? total, total },
      message: { content },
      toolCalls,
      problems,
    };
  }

  dispose(): void {
    // A connection holds nothing between two requests.
  }
}

function readUsage(counts: TokenCounts | undefined): Usage {
  if (!Number.isInteger(counts?.completion_tokens) || !Number.isInteger(counts?.prompt_tokens))
    return { promptTokens: 0, prefilledTokens: 0, completionTokens: 0, countedBy: 'nobody' };
  const {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details: details,
  } = counts!;
  return {
    promptTokens,
    prefilledTokens: promptTokens - (details?.cached_tokens ?? 0),
    completionTokens,
    countedBy: 'server',
  };
}
