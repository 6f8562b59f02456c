import { LiveEngine } from '../agents/local/live-engine.js';
import { chooseFormat } from '../agents/prompt/choose-format.js';
import type { Conversation } from '../agents/prompt/prompt-format.js';
import type { AcquireRequest, EnginePool } from '../engine/engine-pool.js';
import type { OutputConstraint } from '../engine/constraint/constraint.js';
import type { Vocabulary } from '../engine/constraint/vocabulary.js';
import type { Engine } from '../engine/engine.js';
import type { GenerateRequest, GenerateResult, TokenEvent } from '../engine/protocol.js';
import type { Dtype } from '../models/model.js';
import type { Prompt, ServedModel } from './served-model.js';

let served = 0;

/** A model of this page that answers OpenAI's API. If its engine dies, the next call gets a new one. */
export class PageModel implements ServedModel {
  readonly id: string;
  readonly created = Math.floor(Date.now() / 1000);
  readonly #request: AcquireRequest;
  readonly #engine: LiveEngine;
  /** The engine's queue takes turns between agents and servers. */
  readonly #name = `openai-${++served}`;

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
    const digest = files.find(({ path }) => path === rung.file)?.sha256 ?? '';
    return `fp_${digest.slice(0, 10)}_${rung.device}`;
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

  /** A conversation that a client continues keeps its KV cache. */
  async generate(
    request: GenerateRequest,
    onToken: (token: TokenEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const engine = await this.#engine.get(signal);
    const conversation = `${this.#name}:${request.client}`;
    return engine.generate({ ...request, client: this.#name, conversation }, { signal, onToken });
  }

  /** Ends the hold on the engine. The last one terminates the worker. */
  release(): void {
    this.#engine.release();
  }

  #format(engine: Engine) {
    const facts = { ...engine.info, wanted: this.#request.model.promptFormat };
    return chooseFormat(facts, (messages) => engine.renderTemplate(messages));
  }
}
