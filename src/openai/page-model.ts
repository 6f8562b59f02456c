import { LiveEngine } from '../agents/local/live-engine.js';
import { chooseFormat } from '../agents/prompt/choose-format.js';
import type { Conversation, PromptFormat } from '../agents/prompt/prompt-format.js';
import type { OutputConstraint } from '../engine/constraint/constraint.js';
import type { Vocabulary } from '../engine/constraint/vocabulary.js';
import type { Engine } from '../engine/engine.js';
import type { AcquireRequest, EnginePool } from '../engine/engine-pool.js';
import type { GenerateRequest, GenerateResult, TokenEvent } from '../engine/protocol.js';
import { abortError } from '../errors.js';
import type { Dtype } from '../models/model.js';
import { randomId } from './random-id.js';
import type { Prompt, ServedModel } from './served-model.js';

/** A model that an engine of this page computes. If the engine dies, the next call gets a new one. */
export class PageModel implements ServedModel {
  readonly id: string;
  readonly created = Math.floor(Date.now() / 1000);
  readonly #request: AcquireRequest;
  readonly #engine: LiveEngine;
  /** Other holders of the engine have clients and conversations too. */
  readonly #prefix = randomId('served-');
  /** Conversations that may have a KV cache. */
  readonly #conversations = new Set<string>();

  private constructor(request: AcquireRequest, engine: LiveEngine) {
    this.id = request.model.id;
    this.#request = request;
    this.#engine = engine;
  }

  /** @throws as `EnginePool.acquire`. */
  static async load(pool: EnginePool, request: AcquireRequest): Promise<PageModel> {
    return new PageModel(request, await LiveEngine.acquire(pool, request));
  }

  get contextWindow(): number {
    return this.#engine.current.info.contextWindow;
  }

  get dtype(): Dtype {
    return this.#engine.current.info.rung.dtype;
  }

  get fingerprint(): string {
    const { files, rung } = this.#engine.current.info;
    const weights = files.find(({ path }) => path === rung.file)?.sha256 ?? '';
    return `fp_${weights.slice(0, 10)}`;
  }

  get formatStop(): readonly string[] {
    return this.#format(this.#engine.current).stop;
  }

  async prompt(conversation: Conversation): Promise<Prompt> {
    const engine = await this.#engine.get();
    const text = await this.#format(engine).render(conversation);
    return { text, tokenIds: await engine.encode(text) };
  }

  async checkConstraint(constraint: OutputConstraint): Promise<void> {
    await (await this.#engine.get()).checkConstraint(constraint);
  }

  async vocabulary(): Promise<Vocabulary> {
    return (await this.#engine.get()).vocabulary();
  }

  /** A client's last conversation keeps its KV cache, which the next request can continue. */
  async generate(
    request: GenerateRequest,
    onToken: (token: TokenEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const client = `${this.#prefix} ${request.client}`;
    this.#conversations.add(client);
    try {
      const engine = await this.#engine.get(signal);
      return await engine.generate(
        { ...request, client, conversation: client },
        { signal, onToken },
      );
    } catch (error) {
      // `dispose` can end the worker before the worker says that it has stopped.
      throw signal.aborted ? abortError(signal) : error;
    }
  }

  dispose(): void {
    const { current } = this.#engine;
    // Others may hold the engine, and have no use for these KV caches.
    for (const client of current.closed ? [] : this.#conversations)
      current.forget(client).catch(() => undefined);
    this.#engine.release();
  }

  #format(engine: Engine): PromptFormat {
    const facts = { ...engine.info, wanted: this.#request.model.promptFormat };
    return chooseFormat(facts, (messages, options) => engine.renderTemplate(messages, options));
  }
}
