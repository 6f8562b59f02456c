import type { Message, Tool } from '../agents/agent.js';
import type { LiveEngine } from '../agents/local/live-engine.js';
import { chooseFormat } from '../agents/prompt/choose-format.js';
import { type PromptFormat, usesTemplate } from '../agents/prompt/prompt-format.js';
import { transcriptFormat } from '../agents/prompt/transcript.js';
import type { OutputConstraint } from '../engine/constraint/constraint.js';
import type { Engine } from '../engine/engine.js';
import type { GenerateResult } from '../engine/protocol.js';
import { breakSpecialTokens } from '../engine/special-tokens.js';
import { untilAborted } from '../errors.js';
import type { Host } from './host.js';
import type { Sampling } from './sampling.js';

export type { Message };

export interface Generation {
  messages: readonly Message[];
  /** The beginning of the reply, as `replyStart` gives it and as far as it was generated. */
  start: string;
  maxTokens: number;
  constraint: OutputConstraint | undefined;
}

let conversations = 0;

/**
 * One conversation's view of the model: messages in, text out. Only this file knows prompt formats
 * and what an engine's request looks like. If the engine dies, the next call gets a new one.
 */
export class ConversationModel {
  readonly #id = `language-model-${++conversations}`;
  readonly #host: Host;
  readonly #sampling: Sampling;
  readonly #tools: readonly Tool[];
  readonly #engine: LiveEngine;

  constructor(host: Host, engine: LiveEngine, sampling: Sampling, tools: readonly Tool[]) {
    this.#host = host;
    this.#engine = engine;
    this.#sampling = sampling;
    this.#tools = tools;
  }

  /** Tokens. */
  get contextWindow(): number {
    return this.#engine.current.info.contextWindow;
  }

  /** Tokens that a reply may have. */
  get maxTokens(): number {
    return this.#host.maxTokens ?? this.contextWindow;
  }

  /** The same model for another conversation. */
  async fork(signal: AbortSignal): Promise<ConversationModel> {
    const engine = await this.#host.acquire(signal);
    return new ConversationModel(this.#host, engine, this.#sampling, this.#tools);
  }

  /** Tokens of a whole conversation, including the descriptions of its tools. */
  async countAll(messages: readonly Message[], signal: AbortSignal): Promise<number> {
    const isEmpty = messages.length === 0 && this.#tools.length === 0;
    return isEmpty ? 0 : this.countPrompt({ messages, start: '' }, signal);
  }

  /** Tokens that these messages alone need. */
  async count(messages: readonly Message[], signal: AbortSignal): Promise<number> {
    const engine = await this.#engine.get(signal);
    const prompt = await this.#format(engine).render({ messages, tools: [] });
    return (await untilAborted(engine.encode(prompt), signal)).length;
  }

  /** Tokens of the prompt for a reply. */
  async countPrompt(
    { messages, start }: Pick<Generation, 'messages' | 'start'>,
    signal: AbortSignal,
  ): Promise<number> {
    const engine = await this.#engine.get(signal);
    const prompt = await this.#format(engine).render({ messages, tools: this.#tools });
    return (await untilAborted(engine.encode(prompt + start), signal)).length;
  }

  /** A reply's first characters as the model would have written them. */
  async replyStart(prefix: string): Promise<string> {
    const { info } = this.#engine.current;
    if (usesTemplate({ ...info, wanted: this.#host.model.promptFormat }))
      return breakSpecialTokens(prefix, info.specialTokens);
    const [end = ''] = info.eosTokens;
    const turn = await transcriptFormat(end).render({
      messages: [{ role: 'assistant', content: prefix }],
      tools: [],
    });
    return turn.slice('Assistant:'.length, turn.lastIndexOf(`${end}\nAssistant:`));
  }

  /** @throws what the engine throws; an abort's error after the worker has stopped. */
  async generate(
    { messages, start, maxTokens, constraint }: Generation,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const engine = await this.#engine.get(signal);
    const format = this.#format(engine);
    const request = {
      prompt: (await format.render({ messages, tools: this.#tools })) + start,
      maxTokens,
      temperature: this.#sampling.temperature,
      topK: this.#sampling.topK,
      topP: 1,
      repetitionPenalty: 1,
      seed: this.#host.seed,
      stop: [...format.stop],
      client: this.#id,
      conversation: this.#id,
      ...(constraint ? { constraint } : {}),
    };
    return engine.generate(request, { signal, onToken: ({ text }) => onText(text) });
  }

  /** Gives the engine back; its last session terminates the worker. */
  release(): void {
    const { current } = this.#engine;
    // Others may hold the engine, and have no use for this KV cache.
    if (!current.closed) current.forget(this.#id).catch(() => undefined);
    this.#engine.release();
  }

  #format(engine: Engine): PromptFormat {
    const facts = { ...engine.info, wanted: this.#host.model.promptFormat };
    return chooseFormat(facts, (messages, options) => engine.renderTemplate(messages, options));
  }
}
