import type {
  Agent,
  AgentInput,
  AgentResponse,
  ChatInput,
  InvokeOptions,
  Message,
} from '../agents/agent.js';

/* What agent scenarios say, and how they read the answers. */

/** Tokens. Enough for any short reply, also of a model that thinks first. */
export const ROOMY = 256;

export const user = (content: string): Message => ({ role: 'user', content });

/** The next turn of a session. */
export const turn = (sessionId: string, content: string): ChatInput => ({
  messages: [user(content)],
  sessionId,
});

/** Names and arguments of the calls, without ids. */
export const callsOf = ({ toolCalls }: AgentResponse): unknown[] =>
  toolCalls.map(({ name, arguments: args }) => [name, args]);

/** A streamed reply: the pieces of its text that are not empty, and the response. */
export async function read(
  agent: Agent,
  input: AgentInput,
  options: InvokeOptions,
): Promise<{ pieces: string[]; response: AgentResponse }> {
  const stream = agent.stream(input, options);
  const pieces: string[] = [];
  for await (const { text } of stream) if (text) pieces.push(text);
  return { pieces, response: await stream.response };
}
