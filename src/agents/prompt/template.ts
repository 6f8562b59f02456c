import type { ChatMessage, FunctionTool } from '../../engine/protocol.js';
import type { Message, Tool } from '../agent.js';
import { type ChatCall, toChatMessages } from '../remote/chat-messages.js';
import type { Conversation, PromptFormat } from './prompt-format.js';
import { withReasoning } from './reasoning.js';
import { withTools } from './system-message.js';
import { writeToolCalls } from './tool-call-text.js';

/** Renders the tokenizer's own chat template, ready for the assistant's reply. */
export type RenderTemplate = (
  messages: ChatMessage[],
  options: { tools: FunctionTool[] },
) => string | Promise<string>;

/**
 * The model's own chat template.
 *
 * @param takesTools whether the template shows tools and calls to the model. If not, tools are
 *   listed in the system message and calls are written as text.
 */
export const templateFormat = (render: RenderTemplate, takesTools = false): PromptFormat => ({
  stop: [],
  render: async (conversation) => {
    if (!takesTools) return render(asText(conversation), { tools: [] });
    const messages = asCalls(conversation.messages);
    try {
      return await render(messages, { tools: conversation.tools.map(asFunction) });
    } catch (error) {
      // Some templates refuse a second call in one message, or ids that their model would not write.
      if (!messages.some((message) => message.tool_calls)) throw error;
      return render(asText(conversation), { tools: [] });
    }
  },
});

const asText = (conversation: Conversation): ChatMessage[] =>
  withTools(conversation).map((message) => ({
    role: message.role,
    content: message.role === 'assistant' ? writeToolCalls(message) : withReasoning(message),
  }));

/** As OpenAI's API has messages, but the arguments are objects: so templates read them. */
const asCalls = (messages: readonly Message[]): ChatMessage[] =>
  toChatMessages(messages.map((message) => ({ ...message, content: withReasoning(message) }))).map(
    ({ content, tool_calls: calls, ...message }) => ({
      ...message,
      content: content ?? '',
      ...(calls ? { tool_calls: calls.map(withObject) } : {}),
    }),
  );

const withObject = ({
  function: { name, arguments: json },
  ...call
}: ChatCall): NonNullable<ChatMessage['tool_calls']>[number] => ({
  ...call,
  function: { name, arguments: JSON.parse(json) as Record<string, unknown> },
});

/** With all fields: a template that reads a missing one would write "undefined" or fail. */
const asFunction = ({
  name,
  description = '',
  parameters = NO_PARAMETERS,
}: Tool): FunctionTool => ({
  type: 'function',
  function: { name, description, parameters },
});
const NO_PARAMETERS = { type: 'object', properties: {} };
