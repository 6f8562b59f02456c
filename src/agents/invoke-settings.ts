import type { AgentSettings } from '../config/options.js';
import type { InvokeOptions } from './agent.js';

/** The settings that one call may have of its own. */
export function pickSettings(options: InvokeOptions): Partial<AgentSettings> {
  const { maxNewTokens, temperature, topP, topK, repetitionPenalty, seed, stop } = options;
  return {
    maxNewTokens,
    temperature,
    topP,
    topK,
    repetitionPenalty,
    seed,
    stop,
  } as Partial<AgentSettings>;
}
