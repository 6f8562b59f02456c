import { isAbortError } from '../errors.js';
import type { Agent, AgentResponse } from './agent.js';

export const VALIDATION_PROMPT = "Please say 'Hello world' and 5 words about yourself";
/** A valid reply has more characters than this. */
export const VALIDATION_MIN_CHARACTERS = 5;

export type Validation =
  | { valid: true; reply: string; response: AgentResponse }
  | { valid: false; reply: string; /** Why it is not valid. */ reason: string; error?: Error };

/** Asks an agent a question and says whether it answers. A failure is a result; an abort throws. */
export async function validateAgent(
  agent: Agent,
  options: { signal?: AbortSignal } = {},
): Promise<Validation> {
  try {
    const response = await agent.invoke(VALIDATION_PROMPT, {
      signal: options.signal,
      maxTokens: 32,
    });
    // A model that thinks first may still be thinking at the token limit. That is an answer, too.
    const reply = response.response || response.thinking;
    if (reply.length > VALIDATION_MIN_CHARACTERS) return { valid: true, reply, response };
    return {
      valid: false,
      reply,
      reason:
        `the reply ${reply === '' ? 'is empty' : `"${reply}" has ${reply.length} characters`}; ` +
        `a working agent gives more than ${VALIDATION_MIN_CHARACTERS}`,
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
