import type { ChatMessage, FunctionTool } from '../../engine/protocol.js';
import type { Message, Tool } from '../agent.js';
import { type ChatCall, toChatMessages } from '../remote/chat-messages.js';
import type { Conversation, FormatFacts, PromptFormat } from './prompt-format.js';
import { withReasoning } from './reasoning.js';
import { withTools } from './system-message.js';
import { writeToolCalls } from './tool-call-text.js';

/** Renders the tokenizer's own chat template, ready for the assistant's reply. */
export type RenderTemplate = (
  messages: ChatMessage[],
  options: { tools: FunctionTool[] },
) => string | Promise<string>;

export type TemplateFacts = Pick<FormatFacts, 'templateTakesTools' | 'eosTokens' | 'specialTokens'>;

/**
 * The model's own chat template. A reply that the model generated is rendered as it was, with its
 * calls and its reasoning: so the tokens of a turn stay a prefix of the next prompt, and the KV
 * cache stays usable. A template that refuses this gets calls in their own field, or else as text.
 * One that ignores tools gets them listed in the system message, and calls as text.
 */
export const templateFormat = (render: RenderTemplate, facts: TemplateFacts): PromptFormat => ({
  stop: [],
  render: async (conversation) => {
    const generated = asGenerated(conversation, facts);
    if (!facts.templateTakesTools) return render(asText(generated), { tools: [] });
    const tools = conversation.tools.map(asFunction);
    return firstThatRenders([
      () => render(asCalls(generated.messages), { tools }),
      () => render(asCalls(conversation.messages), { tools }),
      () => render(asText(conversation), { tools: [] }),
    ]);
  },
});

/** @throws the first error if none renders. */
async function firstThatRenders(attempts: readonly (() => string | Promise<string>)[]) {
  const errors: unknown[] = [];
  for (const attempt of attempts) {
    try {
      return await attempt();
    } catch (error) {
      errors.push(error);
    }
  }
  throw errors[0];
}

/**
 * Replies whose exact text is known become that text. The template ends them itself. It would get
 * any other special token as plain characters, so a reply that has one stays as it is.
 */
function asGenerated(conversation: Conversation, facts: TemplateFacts): Conversation {
  const messages = conversation.messages.map((message) => {
    if (message.role !== 'assistant' || message.raw === undefined) return message;
    const content = withoutEnd(message.raw, facts.eosTokens);
    const isPlain = !facts.specialTokens.some((token) => content.includes(token));
    return isPlain ? { role: message.role, content } : message;
  });
  return { ...conversation, messages };
}

function withoutEnd(text: string, ends: readonly string[]): string {
  const end = ends.find((token) => token !== '' && text.endsWith(token));
  return end === undefined ? text : text.slice(0, -end.length);
}

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
