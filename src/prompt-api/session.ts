import { FairQueue } from '../engine/fair-queue.js';
import type { Context } from './context.js';
import { promptException } from './exceptions.js';
import type { ConversationModel } from './model.js';
import { checkSystemFirst, type InputMessage, type PromptInput } from './prompt-input.js';
import type { PromptOptions } from './prompt-options.js';
import type { Sampling } from './sampling.js';
import type { SessionTool } from './tools.js';
import { runTurn } from './turn.js';

/**
 * The conversation behind a `LanguageModel`. Prompts and appends wait for one another. One
 * that fails or is aborted leaves the conversation as it was, except that evicted turns do not come
 * back.
 */
export class Session {
  readonly sampling: Sampling;
  /** Called when old turns leave the context. */
  onOverflow: () => void = () => undefined;
  readonly #model: ConversationModel;
  readonly #context: Context;
  readonly #tools: readonly SessionTool[];
  readonly #contextWindow: number;
  readonly #queue = new FairQueue();
  readonly #destruction = new AbortController();

  constructor(
    model: ConversationModel,
    context: Context,
    sampling: Sampling,
    tools: readonly SessionTool[],
  ) {
    this.sampling = sampling;
    this.#model = model;
    this.#context = context;
    this.#tools = tools;
    this.#contextWindow = model.contextWindow;
  }

  /** Tokens. */
  get contextUsage(): number {
    return this.#context.usage;
  }

  /** Tokens. */
  get contextWindow(): number {
    return this.#contextWindow;
  }

  /** Aborts when `signal` does, or when the session is destroyed. */
  combined(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any([this.#destruction.signal, ...(signal ? [signal] : [])]);
  }

  /** @param onText receives the reply in pieces; none after an abort. */
  prompt(
    input: PromptInput,
    { constraint, signal }: PromptOptions,
    onText: (text: string) => void,
  ): Promise<void> {
    return this.#inTurn(signal, async (combined) => {
      checkSystemFirst(input.messages, !this.#context.isEmpty);
      const turn = await runTurn({
        model: this.#model,
        context: this.#context,
        tools: this.#tools,
        input,
        constraint,
        signal: combined,
        onText: (text) => {
          if (!combined.aborted) onText(text);
        },
        onOverflow: () => this.onOverflow(),
      });
      combined.throwIfAborted();
      this.#context.add(turn);
      await this.#context.measure(this.#model, this.#destruction.signal);
    });
  }

  append(messages: readonly InputMessage[], signal: AbortSignal | undefined): Promise<void> {
    return this.#inTurn(signal, async (combined) => {
      checkSystemFirst(messages, !this.#context.isEmpty);
      const evicted = await this.#context.makeRoom(
        (kept) => this.#model.countAll([...kept, ...messages], combined),
        this.#contextWindow,
      );
      if (evicted) this.onOverflow();
      this.#context.add(messages);
      await this.#context.measure(this.#model, this.#destruction.signal);
    });
  }

  /** Tokens that these messages would need. */
  measure(messages: readonly InputMessage[], signal: AbortSignal | undefined): Promise<number> {
    return this.#guarded(signal, (combined) => this.#model.count(messages, combined));
  }

  /** Makes an independent session that continues from here. */
  clone(signal: AbortSignal | undefined): Promise<Session> {
    return this.#guarded(signal, async (combined) => {
      const context = this.#context.copy();
      const model = await this.#model.fork(combined);
      if (combined.aborted) model.release();
      combined.throwIfAborted();
      return new Session(model, context, this.sampling, this.#tools);
    });
  }

  /** @param reason the error of pending and later calls. */
  destroy(reason: unknown): void {
    if (this.#destruction.signal.aborted) return;
    this.#destruction.abort(reason);
    this.#model.release();
  }

  #inTurn<T>(
    signal: AbortSignal | undefined,
    work: (combined: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#guarded(signal, (combined) =>
      this.#queue.run('session', () => work(combined), combined),
    );
  }

  /** Fails with the reason of the abort, or with an exception of the API. */
  async #guarded<T>(
    signal: AbortSignal | undefined,
    work: (combined: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const combined = this.combined(signal);
    combined.throwIfAborted();
    try {
      return await work(combined);
    } catch (error) {
      combined.throwIfAborted();
      throw promptException(error);
    }
  }
}
