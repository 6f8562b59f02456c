import type { Message, Tool } from '../agent.js';
import type { Conversation } from './prompt-format.js';

/**
 * Puts the system prompt in front, with notes at its end. A conversation that has a system message
 * keeps it, with the notes.
 */
export const withSystem = (
  messages: readonly Message[],
  system: string,
  notes: string | undefined,
): Message[] => extendSystem(messages, notes, system);

/** Lists the tools in the system message, for models that read nothing else. */
export const withTools = ({ messages, tools }: Conversation): Message[] =>
  extendSystem(messages, tools.length > 0 ? `Tools: ${tools.map(signature).join(', ')}` : '');

/** Extends the first system message, or else a new one that starts with `fallback`. */
function extendSystem(
  messages: readonly Message[],
  addition: string | undefined,
  fallback = '',
): Message[] {
  const first = messages.findIndex(({ role }) => role === 'system');
  const content = [messages[first]?.content ?? fallback, addition].filter(Boolean).join(' ');
  if (first >= 0) return messages.with(first, { role: 'system', content });
  return content ? [{ role: 'system', content }, ...messages] : [...messages];
}

function signature({ name, parameters }: Tool): string {
  const { properties } = parameters ?? {};
  return `${name}(${Object.keys((properties as object | undefined | null) ?? {}).join(', ')})`;
}
