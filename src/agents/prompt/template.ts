import type { Message } from '../agent.js';
import { withReasoning } from './reasoning.js';
import type { PromptFormat } from './prompt-format.js';
import { withTools } from './system-message.js';
import { writeToolCalls } from './tool-call-text.js';

/** Renders the tokenizer's own chat template, ready for the assistant's reply. */
export type RenderTemplate = (
  messages: { role: Message['role']; content: string }[],
) => string | Promise<string>;

/**
 * The model's own chat template. Tools are listed in the system message and calls are written as
 * text, because not every template takes them apart from the messages.
 */
export const templateFormat = (render: RenderTemplate): PromptFormat => ({
  stop: [],
  render: (conversation) =>
    render(
      withTools(conversation).map((message) => ({
        role: message.role,
        content: message.role === 'assistant' ? writeToolCalls(message) : withReasoning(message),
      })),
    ),
});
