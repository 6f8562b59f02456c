import type { Agent } from '../agents/agent.js';

/** Keeps the run's engine loaded between scenarios. Only scenarios about loading reload it. */
export class WarmEngine {
  readonly #load: () => Promise<Agent>;
  #agent: Promise<Agent | undefined> | undefined;

  constructor(load: () => Promise<Agent>) {
    this.#load = load;
  }

  get holds(): boolean {
    return this.#agent !== undefined;
  }

  /** Call it while the engine is loaded: sharing it takes no time. Never fails a scenario. */
  async hold(): Promise<void> {
    this.#agent ??= this.#load().catch(() => undefined);
    await this.#agent;
  }

  async release(): Promise<void> {
    const agent = await this.#agent;
    this.#agent = undefined;
    await agent?.dispose();
  }
}
