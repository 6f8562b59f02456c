import { checkSettings } from '../settings/check-settings.js';
import type { AgentSettings } from '../settings/settings.js';
import type { Engine } from '../engine/engine.js';
import type { AcquireRequest, EngineLease, EnginePool } from '../engine/engine-pool.js';
import type { Attempt, RequestedDevice } from '../engine/ladder.js';
import type { EngineInfo, GenerateResult } from '../engine/protocol.js';
import { UnmockedError, untilAborted } from '../errors.js';
import type {
  Agent,
  AgentDevice,
  AgentModel,
  AgentPayload,
  AgentResponse,
  AgentStream,
  InvokeOptions,
  Message,
  Tool,
} from './agent.js';
import { pickSettings } from './invoke-settings.js';
import { checkPayload } from './payload.js';
import { newTurn, toMessages, transcript, TURN_STOP } from './prompt.js';
import { parseReply } from './reply.js';
import { Sessions } from './sessions.js';
import { streamOf } from './stream.js';

let agents = 0;

/** An agent whose model runs in this page. If its engine dies, the next call gets a new one. */
export class LocalAgent implements Agent {
  readonly backend = 'local';
  readonly supportsStreaming = true;
  readonly #id = `agent-${++agents}`;
  readonly #pool: EnginePool;
  readonly #request: AcquireRequest;
  readonly #settings: AgentSettings;
  readonly #sessions = new Sessions();
  readonly #earlierAttempts: readonly Attempt[];
  /** Aborts when the agent is disposed of. */
  readonly #end = new AbortController();
  #lease: EngineLease;
  #renewal: Promise<void> | undefined;

  private constructor(
    pool: EnginePool,
    request: AcquireRequest,
    settings: AgentSettings,
    earlierAttempts: readonly Attempt[],
    lease: EngineLease,
  ) {
    this.#pool = pool;
    this.#request = { model: request.model, device: request.device, dtype: request.dtype };
    this.#settings = settings;
    this.#earlierAttempts = earlierAttempts;
    this.#lease = lease;
  }

  /** @param earlierAttempts rungs above those of the pool that were tried before: a server. */
  static async load(
    pool: EnginePool,
    request: AcquireRequest,
    settings: AgentSettings,
    earlierAttempts: readonly Attempt[] = [],
  ): Promise<LocalAgent> {
    return new LocalAgent(pool, request, settings, earlierAttempts, await pool.acquire(request));
  }

  get engineInfo(): EngineInfo {
    return this.#lease.engine.info;
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
      requested: this.#request.device satisfies RequestedDevice,
      actual: rung.device,
      attempts: [...this.#earlierAttempts, ...this.#lease.attempts],
      adapter,
      threads,
    };
  }

  get contextWindow(): number {
    return this.engineInfo.contextWindow;
  }

  get disposed(): boolean {
    return this.#end.signal.aborted;
  }

  async invoke(
    payload: AgentPayload | string,
    options: InvokeOptions = {},
  ): Promise<AgentResponse> {
    this.#assertUsable();
    const said = checkPayload(payload);
    const settings = { ...this.#settings, ...checkSettings(pickSettings(options)) };
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#end.signal])
      : this.#end.signal;
    return this.#sessions.inTurn(
      said.sessionId,
      () => this.#answer(said, settings, options, signal),
      signal,
    );
  }

  async #answer(
    said: AgentPayload,
    settings: AgentSettings,
    options: InvokeOptions,
    signal: AbortSignal,
  ): Promise<AgentResponse> {
    const engine = await this.#engine(signal);
    const { sessionId } = said;
    const recalled = this.#sessions.recall({ reasoningEffort: settings.reasoningEffort, ...said });
    const { payload, memory } = recalled;
    const messages = toMessages(payload, memory, settings.system);
    const usesTemplate =
      this.#request.model.promptFormat === 'template' && engine.info.hasChatTemplate;
    const prompt = usesTemplate
      ? await engine.renderTemplate(messages.map(({ role, content }) => ({ role, content })))
      : transcript(messages, engine.info.eosToken);
    const result = await engine.generate(
      {
        prompt,
        maxTokens: settings.maxTokens,
        temperature: settings.temperature,
        topP: settings.topP,
        topK: settings.topK,
        repetitionPenalty: settings.repetitionPenalty,
        seed: settings.seed,
        // A base model does not know that its turn is over; without this it goes on as the user.
        stop: usesTemplate ? settings.stop : [...settings.stop, TURN_STOP],
        client: this.#id,
        conversation:
          options.useCache === false || !sessionId ? undefined : this.#conversation(sessionId),
      },
      { signal, onToken: options.onToken },
    );
    // The system line is made anew each turn. What came after the caller's own stop sequence was never said.
    const stoppedByCaller = result.stopSequence !== undefined && result.stopSequence !== TURN_STOP;
    const reply: Message = {
      role: 'assistant',
      content: result.text.trim(),
      raw: stoppedByCaller ? result.text : result.rawText,
    };
    this.#sessions.remember(recalled, [...memory, ...newTurn(payload, memory), reply]);
    return this.#response(result, prompt, settings.seed);
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
      (onToken, signal) => this.invoke(payload, { ...options, onToken, signal }),
      options,
    );
  }

  async encode(text: string): Promise<number[]> {
    this.#assertUsable();
    return (await this.#engine()).encode(text);
  }

  async decode(tokenIds: number[]): Promise<string> {
    this.#assertUsable();
    return (await this.#engine()).decode(tokenIds);
  }

  async streamTokens(tokenIds: number[]): Promise<string[]> {
    this.#assertUsable();
    return (await this.#engine()).streamTokens(tokenIds);
  }

  async forget(sessionId: string): Promise<void> {
    this.#assertUsable();
    this.#sessions.forget(sessionId);
    if (!this.#lease.engine.closed) await this.#lease.engine.forget(this.#conversation(sessionId));
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.#end.abort(this.#disposedError());
    // Others may hold the engine; this agent's KV caches are of no use to them.
    const { engine } = this.#lease;
    if (!engine.closed)
      for (const sessionId of this.#sessions.ids)
        engine.forget(this.#conversation(sessionId)).catch(() => undefined);
    this.#lease.release();
    this.#sessions.clear();
  }

  #conversation(sessionId: string): string {
    return `${this.#id}:${sessionId}`;
  }

  #assertUsable(): void {
    if (this.disposed) throw this.#disposedError();
  }

  /** A fresh engine where the last one crashed, was poisoned or was terminated. */
  async #engine(signal?: AbortSignal): Promise<Engine> {
    if (!this.#lease.engine.closed) return this.#lease.engine;
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    await untilAborted(this.#renewal, signal);
    return this.#lease.engine;
  }

  /** One for all the calls that wait for it; it ends with the agent, not with any of them. */
  async #renew(): Promise<void> {
    const lease = await this.#pool.acquire({ ...this.#request, signal: this.#end.signal });
    if (this.disposed) lease.release();
    this.#assertUsable();
    this.#lease = lease;
  }

  #disposedError(): UnmockedError {
    return new UnmockedError(
      'disposed',
      `This agent ("${this.#request.model.id}") was disposed of. Load a new one.`,
    );
  }

  #response(result: GenerateResult, prompt: string, seed: number): AgentResponse {
    const reply = parseReply(result.text);
    const { promptTokenIds, outputTokenIds, timings } = result;
    const decodeMs = timings.total - timings.firstToken;
    return {
      ...reply,
      metadata: {
        modelId: this.model.id,
        device: this.device.actual,
        finishReason:
          result.finishReason === 'stop' && reply.toolCalls.length > 0
            ? 'tool_calls'
            : result.finishReason,
        ...(result.limitedBy ? { limitedBy: result.limitedBy } : {}),
        text: result.text,
        rawText: result.rawText,
        prompt,
        promptTokenIds,
        outputTokenIds,
        usage: {
          promptTokens: promptTokenIds.length,
          prefilledTokens: result.prefilledTokens,
          completionTokens: outputTokenIds.length,
          countedBy: 'engine',
        },
        seed,
        timings: {
          ...timings,
          tokensPerSecond:
            outputTokenIds.length > 1 && decodeMs > 0
              ? ((outputTokenIds.length - 1) / decodeMs) * 1000
              : 0,
        },
      },
    };
  }
}
