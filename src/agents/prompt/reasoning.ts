import type { ReasoningEffort } from '../../settings/settings.js';
import type { Message } from '../agent.js';

/** The bundled model thinks before it answers a message that begins with this. */
const PREFIX = 'Think step by step: ';

/** A message's content, with the request to think if its turn asked for an effort. */
export function withReasoning(message: Message): string {
  if (message.role !== 'user') return message.content;
  const { content, reasoningEffort = 'none' } = message;
  const asksAlready = /^think step by step/i.test(content);
  return reasoningEffort === 'none' || asksAlready ? content : PREFIX + content;
}

/** Notes the effort on the last user message. Only the prompt format says what becomes of it. */
export function noteEffort(
  messages: readonly Message[],
  reasoningEffort: ReasoningEffort | undefined,
): readonly Message[] {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const message = messages[last];
  if (!reasoningEffort || message?.role !== 'user') return messages;
  return messages.with(last, { ...message, reasoningEffort });
}
