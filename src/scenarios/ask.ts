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

/** An object with its keys in order, so that two with the same values are equal as JSON. */
export const byKey = (object: object): object =>
  Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Names and arguments of the calls, without ids, the arguments by key. */
export const callsOf = ({ toolCalls }: AgentResponse): unknown[] =>
  toolCalls.map(({ name, arguments: args }) => [name, byKey(args)]);

/** Whether a text has all of these words and numbers, each on its own, in any case. */
export const mentions = (text: string, words: readonly (string | number)[]): boolean =>
  words.every((word) =>
    new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'iu').test(text),
  );

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
