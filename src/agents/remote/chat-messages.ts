import type { Message, Tool, ToolCall } from '../agent.js';

/** One message in OpenAI's form. */
export interface ChatMessage {
  role: Message['role'];
  content: string | null;
  tool_calls?: ChatCall[];
  tool_call_id?: string;
}

export interface ChatCall {
  id: string;
  type: 'function';
  /** The arguments as JSON. */
  function: { name: string; arguments: string };
}

/** Messages in OpenAI's form: calls apart from content, and each result with its call's id. */
export function toChatMessages(messages: readonly Message[]): ChatMessage[] {
  /** Ids of the calls that have no result yet. */
  let open: string[] = [];
  let made = 0;
  const newId = () => `call_${++made}`;
  return messages.map((message): ChatMessage => {
    const { role, content } = message;
    if (role === 'tool') {
      const id = message.toolCallId ?? open[0] ?? newId();
      open = open.filter((other) => other !== id);
      return { role, content, tool_call_id: id };
    }
    // Any other message ends the calls before it, answered or not.
    open = [];
    if (role !== 'assistant' || !message.toolCalls?.length) return { role, content };
    const calls = message.toolCalls.map((call) => toChatCall(call, call.id ?? newId()));
    open = calls.map(({ id }) => id);
    return { role, content: content || null, tool_calls: calls };
  });
}

const toChatCall = ({ name, arguments: args }: ToolCall, id: string): ChatCall => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});

/** Tools in OpenAI's form. */
export const toFunctionTools = (tools: readonly Tool[]): object[] =>
  tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: {
      name,
      ...(description ? { description } : {}),
      ...(parameters ? { parameters } : {}),
    },
  }));
