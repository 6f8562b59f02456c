import * as v from 'valibot';
import type { AssistantMessage, GamePayload, JsonSchema, Tool } from '../agent.js';
import { check, messages, object, record, reasoningEffort, text } from './schemas.js';
import type { Turn } from './turn.js';

const schema: v.GenericSchema<unknown, GamePayload> = object({
  userMessage: text,
  thinkingBlob: v.optional(text),
  systemContext: v.optional(text),
  userProfile: v.optional(
    v.pipe(
      record,
      v.custom<Record<string, string | number | boolean>>(
        (profile) =>
          Object.values(profile as object).every((fact) =>
            ['string', 'number', 'boolean'].includes(typeof fact),
          ),
        'an object of strings, numbers and booleans',
      ),
    ),
  ),
  toolsAvailable: v.optional(
    v.array(
      object({
        name: text,
        parameters: v.array(text, 'an array of parameter names'),
        description: v.optional(text),
      }),
      'an array of { name, parameters: [names] }',
    ),
  ),
  sessionId: v.optional(text),
  memory: v.optional(messages),
  reasoningEffort: v.optional(reasoningEffort),
});

/**
 * Translates the game framework's payload. No other file knows its words.
 *
 * @throws UnmockedError `invalid-argument`, naming the field, the value and what is allowed.
 */
export function readGamePayload(payload: unknown): Turn {
  const { userMessage, thinkingBlob, systemContext, userProfile, toolsAvailable, memory, ...same } =
    check(schema, payload);
  const { sessionId, reasoningEffort: effort } = same;
  const thinking: AssistantMessage[] = thinkingBlob
    ? [{ role: 'assistant', content: `<think>${thinkingBlob}</think>` }]
    : [];
  return {
    messages: [...thinking, { role: 'user', content: userMessage }],
    history: memory,
    system: systemContext,
    systemNotes: userProfile && describeUser(userProfile),
    tools: toolsAvailable?.map(({ name, description, parameters }): Tool => ({
      name,
      ...(description === undefined ? {} : { description }),
      parameters: stringsOnly(parameters),
    })),
    sessionId,
    reasoningEffort: effort,
  };
}

function describeUser(profile: NonNullable<GamePayload['userProfile']>): string {
  const facts = Object.entries(profile).map(([name, value]) => `${name}=${value}`);
  return facts.length > 0 ? `User profile: ${facts.join(', ')}.` : '';
}

/** The framework only knows the names of parameters. All of them are required strings. */
function stringsOnly(names: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    required: names,
  };
}
