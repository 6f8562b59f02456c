import { show } from '../settings/check-settings.js';
import { reasoningEfforts } from '../settings/settings.js';
import { UnmockedError } from '../errors.js';
import type { AgentPayload } from './agent.js';

/** Longer messages are refused before they are tokenized; no context window here comes near it. UTF-16 code units. */
const MESSAGE_LIMIT = 1_000_000;
const ROLES = ['system', 'user', 'assistant', 'tool'];

interface Field {
  allowed: string;
  accepts(value: unknown): boolean;
}

const isText = (value: unknown) => typeof value === 'string';
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (accepts: (item: Record<string, unknown>) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every((item) => isRecord(item) && accepts(item));
const text: Field = { allowed: 'a text', accepts: isText };

const fields: Record<keyof AgentPayload, Field> = {
  userMessage: text,
  thinkingBlob: text,
  systemContext: text,
  sessionId: text,
  userProfile: {
    allowed: 'texts, numbers and booleans by name',
    accepts: (value) =>
      isRecord(value) &&
      Object.values(value).every((one) => ['string', 'number', 'boolean'].includes(typeof one)),
  },
  toolsAvailable: {
    allowed: 'a list of { name, parameters: [names] }',
    accepts: listOf(
      ({ name, parameters }) =>
        isText(name) && Array.isArray(parameters) && parameters.every(isText),
    ),
  },
  memory: {
    allowed: `a list of { role, content }, with the role one of ${ROLES.join(', ')}`,
    accepts: listOf(
      ({ role, content, raw }) =>
        ROLES.includes(role as string) && isText(content) && (raw === undefined || isText(raw)),
    ),
  },
  reasoningEffort: {
    allowed: reasoningEfforts.map((effort) => `"${effort}"`).join(', '),
    accepts: (value) => (reasoningEfforts as readonly unknown[]).includes(value),
  },
};

/**
 * What was said to an agent, checked; a text alone is its message.
 *
 * @throws UnmockedError `invalid-argument`, naming the value and what is allowed; `context-overflow` for a message beyond all measure.
 */
export function checkPayload(payload: AgentPayload | string): AgentPayload {
  const said = typeof payload === 'string' || payload == null ? { userMessage: payload } : payload;
  for (const [name, { allowed, accepts }] of Object.entries(fields)) {
    const value: unknown = said[name as keyof typeof said];
    if (accepts(value) || (value === undefined && name !== 'userMessage')) continue;
    throw new UnmockedError('invalid-argument', `${name} is ${show(value)}. Give ${allowed}.`, {
      details: { field: name },
    });
  }
  const { userMessage } = said as AgentPayload;
  if (userMessage.trim() === '')
    throw new UnmockedError('invalid-argument', 'The message is empty. Say something.');
  if (userMessage.length > MESSAGE_LIMIT) {
    throw new UnmockedError(
      'context-overflow',
      `The message has ${userMessage.length} characters; at most ${MESSAGE_LIMIT} are looked at. Shorten it.`,
    );
  }
  return said as AgentPayload;
}
