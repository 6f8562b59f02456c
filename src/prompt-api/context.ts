import { quotaExceeded } from './exceptions.js';
import type { ConversationModel, Message } from './model.js';

/** What a session remembers, within the model's context window. */
export class Context {
  /** The initial prompts and the system message: they are never evicted. */
  readonly #pinned: Message[];
  /** What one call added, oldest first: a prompt with its reply, or what was appended. */
  readonly #turns: Message[][];
  /** Tokens. */
  #usage = 0;

  constructor(pinned: readonly Message[], turns: readonly Message[][] = [], usage = 0) {
    this.#pinned = [...pinned];
    this.#turns = [...turns];
    this.#usage = usage;
  }

  get messages(): Message[] {
    return [...this.#pinned, ...this.#turns.flat()];
  }

  get usage(): number {
    return this.#usage;
  }

  get isEmpty(): boolean {
    return this.#pinned.length === 0 && this.#turns.length === 0;
  }

  get canEvict(): boolean {
    return this.#turns.length > 0;
  }

  copy(): Context {
    return new Context(this.#pinned, this.#turns, this.#usage);
  }

  /** Counts the tokens anew. */
  async measure(model: ConversationModel, signal: AbortSignal): Promise<void> {
    this.#usage = await model.countAll(this.messages, signal);
  }

  /**
   * Evicts the oldest turns until what is to be added fits.
   *
   * @param count counts the tokens of the given messages and the new ones together.
   * @param window size of the context window, in tokens.
   * @param least tokens that must stay free.
   * @param better tokens that should stay free, if evicting can achieve it.
   * @returns whether anything was evicted.
   * @throws `QuotaExceededError`, with nothing evicted, when it does not fit even then.
   */
  async makeRoom(
    count: (messages: Message[]) => Promise<number>,
    window: number,
    least = 0,
    better = least,
  ): Promise<boolean> {
    let enough: number | undefined;
    for (let evicted = 0; evicted <= this.#turns.length; evicted++) {
      const requested = await count([...this.#pinned, ...this.#turns.slice(evicted).flat()]);
      if (requested + better <= window) return this.#evict(evicted);
      if (requested + least <= window) enough ??= evicted;
      else if (evicted === this.#turns.length) throw quotaExceeded(requested, window);
    }
    return this.#evict(enough!);
  }

  #evict(turns: number): boolean {
    this.#turns.splice(0, turns);
    return turns > 0;
  }

  /** Adds a turn. A session's first message can be its system message, which stays. */
  add(turn: readonly Message[]): void {
    const system = this.isEmpty && turn[0]?.role === 'system' ? 1 : 0;
    this.#pinned.push(...turn.slice(0, system));
    if (turn.length > system) this.#turns.push(turn.slice(system));
  }
}
