import type { Message } from '../agents/agent.js';
import { transcript, TURN_STOP, withSystemLine } from '../agents/prompt.js';
import type { Engine } from '../engine/engine.js';
import type { EngineLease } from '../engine/engine-pool.js';
import type { GenerateResult } from '../engine/protocol.js';
import { untilAborted } from '../errors.js';
import type { Host } from './host.js';
import type { Constraint } from './prompt-options.js';
import type { Sampling } from './sampling.js';
import type { SessionTool } from './tools.js';

export type { Message };

export interface Generation {
  messages: readonly Message[];
  /** The beginning of the reply, as `replyStart` gives it and as far as it was generated. */
  start: string;
  maxTokens: number;
  constraint: Constraint | undefined;
}

/** In a transcript, the reply comes after this label. */
const REPLY_LABEL = '\nAssistant:';

let conversations = 0;

/**
 * One conversation's view of the model: messages in, text out. The only file here that knows prompt
 * formats and engines. If the engine dies, the next call gets a new one.
 */
export class ConversationModel {
  readonly #id = `language-model-${++conversations}`;
  readonly #host: Host;
  readonly #sampling: Sampling;
  readonly #tools: readonly SessionTool[];
  readonly #end = new AbortController();
  #lease: EngineLease;
  #renewal: Promise<void> | undefined;

  constructor(host: Host, lease: EngineLease, sampling: Sampling, tools: readonly SessionTool[]) {
    this.#host = host;
    this.#lease = lease;
    this.#sampling = sampling;
    this.#tools = tools;
  }

  /** Tokens. */
  get contextWindow(): number {
    return this.#lease.engine.info.contextWindow;
  }

  /** Tokens that a reply may have. */
  get maxTokens(): number {
    return this.#host.maxTokens ?? this.contextWindow;
  }

  /** The same model for another conversation. */
  async fork(signal: AbortSignal): Promise<ConversationModel> {
    const lease = await this.#host.acquire(signal);
    return new ConversationModel(this.#host, lease, this.#sampling, this.#tools);
  }

  /** Tokens of a whole conversation, including the descriptions of its tools. */
  async countAll(messages: readonly Message[], signal: AbortSignal): Promise<number> {
    return this.#count(this.#withTools(messages), signal);
  }

  /** Tokens that these messages alone need. */
  count(messages: readonly Message[], signal: AbortSignal): Promise<number> {
    return this.#count(messages, signal);
  }

  /** Tokens of the prompt for a reply. */
  async countPrompt(
    { messages, start }: Pick<Generation, 'messages' | 'start'>,
    signal: AbortSignal,
  ): Promise<number> {
    const engine = await this.#engine(signal);
    const prompt = await this.#prompt(engine, messages, start);
    return (await untilAborted(engine.encode(prompt), signal)).length;
  }

  /** A reply's first characters as the model would have written them. */
  replyStart(prefix: string): string {
    const { engine } = this.#lease;
    if (this.#usesTemplate(engine)) return prefix;
    const { eosToken } = engine.info;
    const turn = transcript([{ role: 'assistant', content: prefix }], eosToken);
    return turn.slice('Assistant:'.length, turn.length - eosToken.length);
  }

  /** @throws what the engine throws; an abort's error after the worker has stopped. */
  async generate(
    { messages, start, maxTokens, constraint }: Generation,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const engine = await this.#engine(signal);
    const request = {
      prompt: await this.#prompt(engine, messages, start),
      maxTokens,
      temperature: this.#sampling.temperature,
      topK: this.#sampling.topK,
      topP: 1,
      repetitionPenalty: 1,
      seed: this.#host.seed,
      // A base model does not know that its turn is over; without this it goes on as the user.
      stop: this.#usesTemplate(engine) ? [] : [TURN_STOP],
      client: this.#id,
      conversation: this.#id,
      ...(constraint ? { constraint } : {}),
    };
    return engine.generate(request, { signal, onToken: ({ text }) => onText(text) });
  }

  /** Gives the engine back; its last session terminates the worker. */
  release(): void {
    this.#end.abort();
    const { engine } = this.#lease;
    // Others may hold the engine, and have no use for this KV cache.
    if (!engine.closed) engine.forget(this.#id).catch(() => undefined);
    this.#lease.release();
  }

  async #count(messages: readonly Message[], signal: AbortSignal): Promise<number> {
    if (messages.length === 0) return 0;
    const engine = await this.#engine(signal);
    const text = await this.#render(engine, messages);
    return (await untilAborted(engine.encode(text), signal)).length;
  }

  /** @param start is the beginning of the reply. */
  async #prompt(engine: Engine, messages: readonly Message[], start: string): Promise<string> {
    const prompt = await this.#render(engine, this.#withTools(messages));
    const hasLabel = this.#usesTemplate(engine) || prompt.endsWith(REPLY_LABEL);
    return (hasLabel ? prompt : prompt + REPLY_LABEL) + start;
  }

  #render(engine: Engine, messages: readonly Message[]): Promise<string> | string {
    return this.#usesTemplate(engine)
      ? engine.renderTemplate(messages.map(({ role, content }) => ({ role, content })))
      : transcript(messages, engine.info.eosToken);
  }

  /** The system message says which tools there are. */
  #withTools(messages: readonly Message[]): Message[] {
    const toolsAvailable = this.#tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      parameters: Object.keys(inputSchema.properties ?? {}),
    }));
    return withSystemLine({ toolsAvailable }, messages, '');
  }

  #usesTemplate(engine: Engine): boolean {
    return this.#host.model.promptFormat === 'template' && engine.info.hasChatTemplate;
  }

  async #engine(signal: AbortSignal): Promise<Engine> {
    if (!this.#lease.engine.closed) return this.#lease.engine;
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    await untilAborted(this.#renewal, signal);
    return this.#lease.engine;
  }

  /**
   * All waiting calls share it, so it ends with the conversation and not with one of them.
   */
  async #renew(): Promise<void> {
    const lease = await this.#host.acquire(this.#end.signal);
    if (this.#end.signal.aborted) lease.release();
    else this.#lease = lease;
  }
}
