import type { Message, Tool, ToolCall } from '../agents/agent.js';
import type { Conversation } from '../agents/prompt/prompt-format.js';
import { noteEffort } from '../agents/prompt/reasoning.js';
import { writeToolCall } from '../agents/prompt/tool-call-text.js';
import type { ChatMessage, ChatRequest, ChatTool } from './chat-request.js';

/** A request's conversation in the agents' words. */
export const toConversation = ({
  messages,
  tools,
  reasoningEffort,
}: ChatRequest): Conversation => ({
  messages: noteEffort(messages.map(toMessage), reasoningEffort),
  tools: tools.map(toTool),
});

function toMessage(message: ChatMessage): Message {
  const { role } = message;
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: message.content };
    case 'user':
      return { role, content: message.content };
    case 'tool':
      return { role, content: message.content, toolCallId: message.tool_call_id };
    case 'assistant':
      return {
        role,
        ...readCalls(message.content ?? message.refusal ?? '', message.tool_calls ?? []),
      };
  }
}

/**
 * A client can send back arguments as the model wrote them, even if they are not a JSON object.
 * Such calls stay text.
 */
function readCalls(
  content: string,
  calls: { id: string; function: { name: string; arguments: string } }[],
): { content: string; toolCalls?: ToolCall[] } {
  const read = calls.map(({ id, function: { name, arguments: json } }) => ({
    id,
    name,
    arguments: readArguments(json),
  }));
  if (read.every((call): call is ToolCall & { id: string } => typeof call.arguments === 'object'))
    return { content, toolCalls: read };
  const lines = read.map(({ name, arguments: args }) => writeToolCall(name, args));
  return { content: [content, ...lines].filter(Boolean).join('\n') };
}

/** The arguments, or the JSON itself if it is not an object. */
function readArguments(json: string): Record<string, unknown> | string {
  try {
    const parsed: unknown = JSON.parse(json);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Record<string, unknown>) : json;
  } catch {
    return json;
  }
}

export const toTool = ({ function: { name, description, parameters } }: ChatTool): Tool => ({
  name,
  ...(description ? { description } : {}),
  ...(parameters ? { parameters } : {}),
});
