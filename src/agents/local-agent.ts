import { type AgentSettings, checkSettings } from '../config/options.js';
import type { Engine } from '../engine/engine.js';
import type { AcquireRequest, EngineLease, EnginePool } from '../engine/engine-pool.js';
import type { RequestedDevice } from '../engine/ladder.js';
import type { EngineInfo, GenerateResult } from '../engine/protocol.js';
import { UnmockedError } from '../errors.js';
import type { Agent, AgentDevice, AgentModel, AgentPayload, AgentResponse, AgentStream, InvokeOptions, Message, Tool } from './agent.js';
import { toMessages, transcript } from './prompt.js';
import { parseReply } from './reply.js';
import { streamOf } from './stream.js';

/** Longer messages are refused before they are tokenized; no context window here comes near it. UTF-16 code units. */
const MESSAGE_LIMIT = 1_000_000;
let agents = 0;

/** An agent whose model runs in this page. If its engine dies, the next call gets a new one. */
export class LocalAgent implements Agent {
  readonly backend = 'local';
  readonly supportsStreaming = true;
  readonly #id = `agent-${++agents}`;
  readonly #pool: EnginePool;
  readonly #request: AcquireRequest;
  readonly #settings: AgentSettings;
  /** Turns of each session, system line included. */
  readonly #sessions = new Map<string, Message[]>();
  #lease: EngineLease;
  #disposed = false;

  private constructor(pool: EnginePool, request: AcquireRequest, settings: AgentSettings, lease: EngineLease) {
    this.#pool = pool;
    this.#request = { model: request.model, device: request.device, dtype: request.dtype };
    this.#settings = settings;
    this.#lease = lease;
  }

  static async load(pool: EnginePool, request: AcquireRequest, settings: AgentSettings): Promise<LocalAgent> {
    return new LocalAgent(pool, request, settings, await pool.acquire(request));
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
    return { requested: this.#request.device satisfies RequestedDevice, actual: rung.device, attempts: this.#lease.attempts, adapter, threads };
  }

  get contextWindow(): number {
    return this.engineInfo.contextWindow;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  async invoke(payload: AgentPayload | string, options: InvokeOptions = {}): Promise<AgentResponse> {
    this.#assertUsable();
    const said = normalize(payload);
    const settings = { ...this.#settings, ...checkSettings(pickSettings(options)) };
    const engine = await this.#engine(options.signal);
    const { sessionId } = said;
    const memory = said.memory ?? (sessionId ? this.#sessions.get(sessionId) : undefined) ?? [];
    const messages = toMessages(said, memory, settings.systemContext);
    const prompt = await this.#render(engine, messages);
    const result = await engine.generate(
      {
        prompt,
        maxNewTokens: settings.maxNewTokens,
        temperature: settings.temperature,
        topP: settings.topP,
        topK: settings.topK,
        repetitionPenalty: settings.repetitionPenalty,
        seed: settings.seed,
        // A base model does not know that its turn is over; without this it goes on as the user.
        stop: [...settings.stop, '\nUser:'],
        client: this.#id,
        conversation: options.useCache === false ? undefined : sessionId && `${this.#id}:${sessionId}`,
      },
      { signal: options.signal, onToken: options.onToken },
    );
    if (sessionId) this.#sessions.set(sessionId, [...messages, { role: 'assistant', content: result.text.trim(), raw: result.rawText }]);
    return this.#response(result, prompt, settings.seed);
  }

  invokeWithTools(payload: AgentPayload | string, tools: Tool[], options?: InvokeOptions): Promise<AgentResponse> {
    return this.invoke({ ...(typeof payload === 'string' ? { userMessage: payload } : payload), toolsAvailable: tools }, options);
  }

  stream(payload: AgentPayload | string, options: InvokeOptions = {}): AgentStream {
    return streamOf((onToken, signal) => this.invoke(payload, { ...options, onToken, signal }), options);
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

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#lease.release();
    this.#sessions.clear();
  }

  #assertUsable(): void {
    if (this.#disposed) throw new UnmockedError('disposed', `This agent ("${this.#request.model.id}") was disposed of. Load a new one.`);
  }

  /** A fresh engine where the last one crashed, was poisoned or was terminated. */
  async #engine(signal?: AbortSignal): Promise<Engine> {
    if (this.#lease.engine.closed) this.#lease = await this.#pool.acquire({ ...this.#request, signal });
    return this.#lease.engine;
  }

  async #render(engine: Engine, messages: Message[]): Promise<string> {
    if (this.#request.model.promptFormat === 'template' && engine.info.hasChatTemplate) {
      return engine.renderTemplate(messages.map(({ role, content }) => ({ role, content })));
    }
    return transcript(messages, engine.info.eosToken);
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
        finishReason: result.finishReason === 'stop' && reply.toolCalls.length > 0 ? 'tool_calls' : result.finishReason,
        ...(result.limitedBy ? { limitedBy: result.limitedBy } : {}),
        text: result.text,
        rawText: result.rawText,
        prompt,
        promptTokenIds,
        outputTokenIds,
        usage: { promptTokens: promptTokenIds.length, prefilledTokens: result.prefilledTokens, completionTokens: outputTokenIds.length },
        seed,
        timings: { ...timings, tokensPerSecond: outputTokenIds.length > 1 && decodeMs > 0 ? ((outputTokenIds.length - 1) / decodeMs) * 1000 : 0 },
      },
    };
  }
}

function normalize(payload: AgentPayload | string): AgentPayload {
  const said = typeof payload === 'string' ? { userMessage: payload } : payload;
  if (typeof said?.userMessage !== 'string') {
    throw new UnmockedError('invalid-argument', `userMessage is ${said === null ? 'null' : typeof said?.userMessage}. Give a text.`);
  }
  if (said.userMessage.trim() === '') throw new UnmockedError('invalid-argument', 'The message is empty. Say something.');
  if (said.userMessage.length > MESSAGE_LIMIT) {
    throw new UnmockedError('context-overflow', `The message has ${said.userMessage.length} characters; at most ${MESSAGE_LIMIT} are looked at. Shorten it.`);
  }
  return said;
}

function pickSettings(options: InvokeOptions): Partial<AgentSettings> {
  const { maxNewTokens, temperature, topP, topK, repetitionPenalty, seed, stop } = options;
  return { maxNewTokens, temperature, topP, topK, repetitionPenalty, seed, stop } as Partial<AgentSettings>;
}
