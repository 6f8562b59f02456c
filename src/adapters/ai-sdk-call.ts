import type { JsonSchema } from '../agents/messages.js';
import { type ChatMessage, toChatMessages } from '../agents/remote/chat-messages.js';
import type { FunctionRequest } from './function-backend.js';

/** The options of `doGenerate` and `doStream`, as versions 2 to 4 have them. */
export interface AISDKCallOptions {
  prompt: AISDKMessage[];
  maxOutputTokens: number;
  temperature: number;
  topP?: number;
  topK?: number;
  stopSequences?: string[];
  seed: number;
  responseFormat?: { type: 'json'; schema?: JsonSchema; name?: string };
  tools?: { type: 'function'; name: string; description?: string; inputSchema: JsonSchema }[];
  toolChoice?: { type: 'auto' | 'none' | 'required' } | { type: 'tool'; toolName: string };
  abortSignal: AbortSignal;
}

type TextPart = { type: 'text'; text: string };
type CallPart = { type: 'tool-call'; toolCallId: string; toolName: string; input: unknown };

export type AISDKMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: TextPart[] }
  | { role: 'assistant'; content: (TextPart | CallPart)[] }
  | {
      role: 'tool';
      content: {
        type: 'tool-result';
        toolCallId: string;
        toolName: string;
        output: { type: 'text'; value: string };
      }[];
    };

export function toCallOptions({
  messages,
  tools,
  toolChoice,
  responseFormat,
  settings,
  signal,
}: FunctionRequest): AISDKCallOptions {
  const { maxTokens, temperature, topP, topK, stop, seed } = settings;
  return {
    prompt: toPrompt(toChatMessages(messages)),
    maxOutputTokens: maxTokens,
    temperature,
    seed,
    abortSignal: signal,
    ...(topP < 1 ? { topP } : {}),
    ...(topK > 0 ? { topK } : {}),
    ...(stop.length > 0 ? { stopSequences: stop } : {}),
    ...(responseFormat ? { responseFormat: { ...responseFormat, type: 'json' } } : {}),
    ...(tools.length > 0
      ? {
          tools: tools.map(({ name, description, parameters = NO_PARAMETERS }) => ({
            type: 'function',
            name,
            ...(description ? { description } : {}),
            inputSchema: parameters,
          })),
          toolChoice:
            typeof toolChoice === 'object'
              ? { type: 'tool', toolName: toolChoice.name }
              : { type: toolChoice ?? 'auto' },
        }
      : {}),
  };
}

const NO_PARAMETERS: JsonSchema = { type: 'object', properties: {} };

/** A result names its tool here, and OpenAI's names only the call. */
function toPrompt(messages: readonly ChatMessage[]): AISDKMessage[] {
  const toolNames = new Map<string, string>();
  return messages.map(({ role, content, tool_calls: calls = [], tool_call_id: id = '' }) => {
    const text = content ?? '';
    const parts: TextPart[] = text ? [{ type: 'text', text }] : [];
    switch (role) {
      case 'system':
        return { role, content: text };
      case 'user':
        return { role, content: [{ type: 'text', text }] };
      case 'tool': {
        const output = { type: 'text' as const, value: text };
        const toolName = toolNames.get(id) ?? 'unknown';
        return { role, content: [{ type: 'tool-result', toolCallId: id, toolName, output }] };
      }
      case 'assistant':
        for (const call of calls) toolNames.set(call.id, call.function.name);
        return { role, content: [...parts, ...calls.map(toCallPart)] };
    }
  });
}

const toCallPart = ({
  id,
  function: { name, arguments: json },
}: NonNullable<ChatMessage['tool_calls']>[number]): CallPart => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: name,
  input: JSON.parse(json) as unknown,
});
