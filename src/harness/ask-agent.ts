import type { Agent, AgentResponse } from '../agents/agent.js';
import { ReasoningStream } from '../agents/reply/reasoning-stream.js';
import { validateAgent } from '../agents/validate-agent.js';
import { observe } from './observe.js';

export interface AskOptions {
  /** Empty: the question of `validateAgent`, which must be answered. */
  prompt: string;
  /** The system message. Default: none. Not for an empty prompt. */
  system?: string;
  seed: number;
  signal: AbortSignal;
  /** Called with each piece of thinking and reply as it arrives. */
  onText: (thinking: string, reply: string) => void;
}

/**
 * Asks an agent one question and streams its answer.
 *
 * @throws Error if the agent does not answer; what `Agent.stream` throws.
 */
export async function askAgent(
  agent: Agent,
  { prompt, system, seed, signal, onText }: AskOptions,
): Promise<AgentResponse> {
  if (prompt) {
    const input = { messages: [{ role: 'user', content: prompt } as const], system };
    const stream = agent.stream(system ? input : prompt, { signal, seed });
    for await (const { thinking, response } of stream) onText(thinking, response);
    return stream.response;
  }
  const reasoning = new ReasoningStream();
  const watched = observe(agent, () => ({
    onToken: ({ text }) => {
      const { thinking, response } = reasoning.push(text);
      onText(thinking, response);
    },
    onResponse: () => undefined,
  }));
  const validation = await validateAgent(watched, { signal });
  if (validation.valid) return validation.response;
  throw validation.error ?? new Error(`The model does not answer: ${validation.reason}.`);
}
