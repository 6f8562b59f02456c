import { isAbortError } from '../errors.js';
import type { Agent, AgentResponse } from './agent.js';

export const VALIDATION_PROMPT = "Please say 'Hello world' and 5 words about yourself";
/** A reply counts when it has more characters than this. */
export const VALIDATION_MIN_CHARACTERS = 5;

export type Validation =
  | { valid: true; reply: string; response: AgentResponse }
  | { valid: false; reply: string; /** Why not. */ reason: string; error?: Error };

/** Asks an agent something and says whether it answers. Never throws but for an abort: a failing agent is an answer. */
export async function validateAgent(
  agent: Agent,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Validation> {
  try {
    const response = await agent.invoke(VALIDATION_PROMPT, {
      signal: options.signal,
      maxTokens: 32,
    });
    // A model that thinks first may not be done with that yet; it answers all the same.
    const reply = response.response || response.thinking;
    if (reply.length > VALIDATION_MIN_CHARACTERS) return { valid: true, reply, response };
    return {
      valid: false,
      reply,
      reason: `the reply ${reply === '' ? 'is empty' : `"${reply}" has ${reply.length} characters`}; a working agent gives more than ${VALIDATION_MIN_CHARACTERS}`,
    };
  } catch (error) {
    if (isAbortError(error)) throw error;
    return {
      valid: false,
      reply: '',
      reason: `the agent failed: ${(error as Error).message}`,
      error: error as Error,
    };
  }
}
