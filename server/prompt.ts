import type { AgentPayload, Message } from '../src/agents/agent.js';
import { newTurn, transcript, withSystemLine } from '../src/agents/prompt.js';
import type { ChatMessage, ChatRequest, ChatTool } from './chat-request.js';

/** The messages of a request as the local agent would have them: tools in the system line, reasoning asked for in the last user message. */
export function toMessages({ messages, tools, reasoningEffort }: ChatRequest): Message[] {
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  const memory = messages.map((message, index) =>
    toMessage(message, index === lastUser ? reasoningEffort : 'none'),
  );
  return withSystemLine({ toolsAvailable: tools.map(toTool) }, memory, '');
}

/** A transcript that ends where the assistant is to speak, whoever spoke last. */
export function toTranscript(messages: readonly Message[], eosToken: string): string {
  const prompt = transcript(messages, eosToken);
  return prompt.endsWith('\nAssistant:') ? prompt : `${prompt}\nAssistant:`;
}

function toMessage(message: ChatMessage, effort: AgentPayload['reasoningEffort']): Message {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: message.content };
    case 'user':
      return newTurn({ userMessage: message.content, reasoningEffort: effort }, [])[0]!;
    case 'assistant':
      return {
        role: 'assistant',
        content: [message.content, ...(message.tool_calls ?? []).map(writeCall)]
          .filter(Boolean)
          .join('\n'),
      };
    case 'tool':
      return { role: 'tool', content: message.content };
  }
}

function toTool({ function: { name, parameters } }: ChatTool) {
  return { name, parameters: Object.keys(parameters?.properties ?? {}) };
}

/** A call as the model writes it. Arguments that are no JSON object, which a client may send back as it got them, are written as they are. */
function writeCall({
  function: { name, arguments: json },
}: {
  function: { name: string; arguments: string };
}): string {
  let args = json;
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      args = Object.entries(parsed)
        .map(([key, value]) => `${key}=${writeValue(value)}`)
        .join(', ');
    }
  } catch {
    // as it is
  }
  return `TOOL_CALL: ${name}(${args})`;
}

/** Quoted only where it could be misread. */
function writeValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!/[,=]|^\s|\s$|^["']|^$/.test(text)) return text;
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
