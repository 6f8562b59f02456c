import type { AgentSettings } from '../settings/options.js';
import type { InvokeOptions } from './agent.js';

/** The settings that one call may have of its own. */
export function pickSettings(options: InvokeOptions): Partial<AgentSettings> {
  const { maxTokens, temperature, topP, topK, repetitionPenalty, seed, stop } = options;
  return {
    maxTokens,
    temperature,
    topP,
    topK,
    repetitionPenalty,
    seed,
    stop,
  } as Partial<AgentSettings>;
}
