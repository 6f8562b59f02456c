import type { Agent } from './agent.js';

export interface AgentLoaderOptions {
  /** The run's seed. An agent that claims `seed` uses it by default. */
  seed: number;
  /** Aborts when the scenario ends. */
  signal: AbortSignal;
}

/**
 * Loads an agent to test. A run calls it whenever a scenario asks for an agent, and disposes of each
 * agent. Adapters make one from other libraries' objects.
 */
export type AgentLoader = (options: AgentLoaderOptions) => Agent | Promise<Agent>;
