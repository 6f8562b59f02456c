import type { AcquireRequest, EnginePool } from '../../engine/engine-pool.js';
import type { Attempt } from '../../engine/ladder.js';
import type { EngineInfo } from '../../engine/protocol.js';
import { hasCode } from '../../errors.js';
import type { AgentDevice, AgentModel } from '../agent.js';
import type {
  ChatBackend,
  Completion,
  CompletionOptions,
  CompletionRequest,
  Tokenizer,
} from '../backend.js';
import type { Claim } from '../claims.js';
import { chooseFormat } from '../prompt/choose-format.js';
import { toConstraint } from '../prompt/forced-output.js';
import { LiveEngine } from './live-engine.js';

let backends = 0;

/** What the engine of this page can do with any model. */
const ENGINE_CLAIMS: readonly Claim[] = [
  'streaming',
  'abort',
  'limits',
  'stop',
  'temperature',
  'seed',
  'usage',
  'tokens',
  'tokenizer',
  'prompt',
  'tool-choice',
  'structured-output',
  'kv-cache',
  'engine-info',
  'context-overflow',
];

/** A model that runs in this page. */
export class LocalBackend implements ChatBackend {
  readonly kind = 'local';
  readonly tokenizer: Tokenizer;
  /** The engine's queue takes turns between the ids. */
  readonly #id = `agent-${++backends}`;
  readonly #request: AcquireRequest;
  readonly #earlierAttempts: readonly Attempt[];
  readonly #engine: LiveEngine;
  /** Conversations that may have a KV cache. */
  readonly #conversations = new Set<string>();

  private constructor(
    request: AcquireRequest,
    earlierAttempts: readonly Attempt[],
    engine: LiveEngine,
  ) {
    this.#request = request;
    this.#earlierAttempts = earlierAttempts;
    this.#engine = engine;
    this.tokenizer = {
      encode: async (text) => (await engine.get()).encode(text),
      decode: async (tokenIds) => (await engine.get()).decode(tokenIds),
      streamTokens: async (tokenIds) => (await engine.get()).streamTokens(tokenIds),
    };
  }

  /**
   * @param earlierAttempts what was tried before the pool's ladder: a server.
   * @throws as `EnginePool.acquire`.
   */
  static async load(
    pool: EnginePool,
    request: AcquireRequest,
    earlierAttempts: readonly Attempt[] = [],
  ): Promise<LocalBackend> {
    return new LocalBackend(request, earlierAttempts, await LiveEngine.acquire(pool, request));
  }

  get engineInfo(): EngineInfo {
    return this.#engine.current.info;
  }

  get model(): AgentModel {
    const { model } = this.#request;
    const { files, rung } = this.engineInfo;
    return {
      id: model.id,
      title: model.title,
      capabilities: model.capabilities,
      digest: files.find((file) => file.path === rung.file)?.sha256 ?? '',
      dtype: rung.dtype,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    };
  }

  get device(): AgentDevice {
    const { rung, adapter, threads } = this.engineInfo;
    return {
      requested: this.#request.device,
      actual: rung.device,
      attempts: [...this.#earlierAttempts, ...this.#engine.attempts],
      adapter,
      threads,
    };
  }

  get claims(): readonly Claim[] {
    return [...this.#request.model.capabilities, ...ENGINE_CLAIMS];
  }

  get contextWindow(): number {
    return this.engineInfo.contextWindow;
  }

  async complete(
    request: CompletionRequest,
    { signal, onToken }: CompletionOptions,
  ): Promise<Completion> {
    const { result, prompt, format } = await this.#generate(request, { signal, onToken });
    const { text, rawText, promptTokenIds, outputTokenIds, stopSequence, timings } = result;
    // The caller's stop sequence is not part of the reply. The format's is part of the prompt.
    const stoppedByCaller = stopSequence !== undefined && !format.stop.includes(stopSequence);
    return {
      facts: {
        finishReason: result.finishReason,
        ...(result.limitedBy ? { limitedBy: result.limitedBy } : {}),
        text,
        rawText,
        prompt,
        promptTokenIds,
        outputTokenIds,
        usage: {
          promptTokens: promptTokenIds.length,
          prefilledTokens: result.prefilledTokens,
          completionTokens: outputTokenIds.length,
          countedBy: 'engine',
        },
      },
      timings,
      message: { content: text, raw: stoppedByCaller ? text : rawText },
      toolCalls: [],
      problems: [],
    };
  }

  async forget(conversation: string): Promise<void> {
    this.#conversations.delete(conversation);
    const { current } = this.#engine;
    if (!current.closed) await current.forget(`${this.#id}:${conversation}`);
  }

  dispose(): void {
    // Other agents may hold the engine, and this one's KV caches are of no use to them.
    for (const conversation of this.#conversations)
      this.forget(conversation).catch(() => undefined);
    this.#engine.release();
  }

  /**
   * Asks the engine. If its worker or its GPU device dies before anything was shown, a new engine is asked, once: nobody
   * can tell the difference.
   */
  async #generate(request: CompletionRequest, { signal, onToken }: CompletionOptions) {
    let shown = false;
    const watched: CompletionOptions['onToken'] = (token) => {
      shown = true;
      onToken?.(token);
    };
    try {
      return await this.#generateOnce(request, { signal, onToken: watched });
    } catch (error) {
      if (shown || signal?.aborted || !hasCode(error, 'engine-crashed', 'device-lost')) throw error;
      return this.#generateOnce(request, { signal, onToken });
    }
  }

  async #generateOnce(request: CompletionRequest, { signal, onToken }: CompletionOptions) {
    const { messages, toolChoice, settings, options, conversation } = request;
    const tools = toolChoice === 'none' ? [] : request.tools;
    const constraint = toConstraint(request);
    const engine = await this.#engine.get(signal);
    const format = chooseFormat(
      { ...engine.info, wanted: this.#request.model.promptFormat },
      (spoken, template) => engine.renderTemplate(spoken, template),
    );
    const prompt = await format.render({ messages, tools });
    const { maxTokens, temperature, topP, topK, repetitionPenalty, seed } = settings;
    const result = await engine.generate(
      {
        prompt,
        maxTokens,
        temperature,
        topP,
        topK,
        repetitionPenalty,
        seed,
        stop: [...settings.stop, ...format.stop],
        ...(constraint ? { constraint } : {}),
        client: this.#id,
        conversation: options.useCache === false ? undefined : this.#cacheKey(conversation),
      },
      { signal, onToken },
    );
    return { result, prompt, format };
  }

  #cacheKey(conversation: string | undefined): string | undefined {
    if (!conversation) return undefined;
    this.#conversations.add(conversation);
    return `${this.#id}:${conversation}`;
  }
}
