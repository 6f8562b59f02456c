import * as v from 'valibot';
import { UnmockedError } from '../../errors.js';
import type { AgentInput, Tool } from '../agent.js';
import { readGamePayload } from './game-payload.js';
import {
  check,
  messages,
  reasoningEffort,
  responseFormat,
  text,
  toolChoice,
  tools,
} from './schemas.js';
import type { Turn } from './turn.js';

/** In UTF-16 code units, far beyond any context window. Refuses long messages before tokenizing. */
const MESSAGE_LIMIT = 1_000_000;

const KEYS = [
  'messages',
  'system',
  'tools',
  'toolChoice',
  'responseFormat',
  'sessionId',
  'reasoningEffort',
];
const INPUT = `a string, an array of messages, or an object { ${KEYS.join(', ')} }`;
const chatInput = v.strictObject(
  {
    messages,
    system: v.optional(text),
    tools: v.optional(tools),
    toolChoice: v.optional(toolChoice),
    responseFormat: v.optional(responseFormat),
    sessionId: v.optional(text),
    reasoningEffort: v.optional(reasoningEffort),
  },
  (issue) => {
    const key = issue.path?.at(-1)?.key;
    if (key === undefined) return INPUT;
    return key === 'messages' ? messages.message.toString() : `only ${KEYS.join(', ')}`;
  },
);

/**
 * Checks an input and brings it into one form.
 *
 * @param override tools in place of the input's own.
 * @throws UnmockedError `invalid-argument`, naming the place, the value and what is allowed;
 *   `context-overflow` for a message longer than any context window.
 */
export function readInput(input: AgentInput, override?: readonly Tool[]): Turn {
  const turn = isGamePayload(input) ? readGamePayload(input) : check(chatInput, toChatInput(input));
  assertSpoken(turn);
  return override === undefined
    ? turn
    : { ...turn, ...check(v.object({ tools }), { tools: override }) };
}

/** The text of an input's last message, to show it. Works for inputs that are not valid, too. */
export function lastText(input: AgentInput): string {
  const chat = toChatInput(input) as { messages?: unknown; userMessage?: unknown } | null;
  const last = Array.isArray(chat?.messages)
    ? (chat.messages.at(-1) as { content?: unknown } | undefined)?.content
    : chat?.userMessage;
  return typeof last === 'string' ? last : '';
}

/** Only the game framework's payload has a `userMessage`. */
const isGamePayload = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'userMessage' in input;

function toChatInput(input: unknown): unknown {
  if (typeof input === 'string') return { messages: [{ role: 'user', content: input }] };
  return Array.isArray(input) ? { messages: input } : input;
}

function assertSpoken({ messages: spoken, system }: Turn): void {
  const last = spoken.at(-1);
  if (!last)
    throw new UnmockedError('invalid-argument', 'There are no messages. Send at least one.');
  if (last.role === 'user' && last.content.trim() === '')
    throw new UnmockedError('invalid-argument', 'The message is empty. Write something in it.');
  if (system !== undefined && spoken.some(({ role }) => role === 'system'))
    throw new UnmockedError(
      'invalid-argument',
      'The system prompt is in `system` and in a system message. Use one of the two.',
    );
  const tooLong = spoken.find(({ content }) => content.length > MESSAGE_LIMIT);
  if (tooLong)
    throw new UnmockedError(
      'context-overflow',
      `A message has ${tooLong.content.length} characters. ` +
        `At most ${MESSAGE_LIMIT} are allowed. Shorten it.`,
    );
}
