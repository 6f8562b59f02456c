import * as v from 'valibot';
import { UnmockedError } from '../../errors.js';
import { show } from '../../settings/check-settings.js';
import { reasoningEfforts } from '../../settings/settings.js';
import type { Message, ResponseFormat, Tool, ToolChoice } from '../agent.js';

/*
 * Schemas of what callers pass to an agent. The message of each schema says what is allowed, for
 * people.
 */

/**
 * The message of an object's issues. That of a missing field says what is allowed there; valibot
 * would only say that the key is missing.
 */
export const ofFields =
  (entries: v.ObjectEntries, allowed = 'an object') =>
  (issue: v.BaseIssue<unknown>): string => {
    const key = issue.path?.at(-1)?.key;
    const isMissing = typeof key === 'string' && issue.expected === `"${key}"` && key in entries;
    return isMissing ? String((entries[key] as { message?: unknown }).message ?? 'given') : allowed;
  };

/** An object schema that ignores other keys. */
export const object = <E extends v.ObjectEntries>(entries: E, allowed?: string) =>
  v.looseObject(entries, ofFields(entries, allowed));

/** The place of an issue, such as `messages[1].role`. Empty for the whole value. */
export const pathOf = (issue: v.BaseIssue<unknown>): string =>
  (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');

export const text = v.string('a string');
export const record = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
);

const oneOf = (values: readonly string[]) => values.map((value) => `"${value}"`).join(', ');
export const reasoningEffort = v.picklist(reasoningEfforts, oneOf(reasoningEfforts));

const toolCall = object({
  name: text,
  arguments: record,
  id: v.optional(text),
  raw: v.optional(text),
});
const ROLES = ['system', 'user', 'assistant', 'tool'] as const;
const message: v.GenericSchema<unknown, Message> = v.variant(
  'role',
  [
    object({ role: v.literal('system'), content: text }),
    object({
      role: v.literal('user'),
      content: text,
      reasoningEffort: v.optional(reasoningEffort),
    }),
    object({
      role: v.literal('assistant'),
      content: text,
      toolCalls: v.optional(v.array(toolCall, 'an array of { name, arguments }')),
      raw: v.optional(text),
    }),
    object({ role: v.literal('tool'), content: text, toolCallId: v.optional(text) }),
  ],
  (issue) => (issue.path?.at(-1)?.key === 'role' ? oneOf(ROLES) : 'an object { role, content }'),
);

export const messages = v.array(message, 'an array of { role, content }');
export const tools: v.GenericSchema<unknown, Tool[]> = v.array(
  object({
    name: text,
    description: v.optional(text),
    parameters: v.optional(record),
  }),
  'an array of { name, description, parameters }, with a JSON Schema as parameters',
);

const TOOL_CHOICES = ['auto', 'none', 'required'] as const;
const TOOL_CHOICE = `${oneOf(TOOL_CHOICES)} or { name }`;
export const toolChoice: v.GenericSchema<unknown, ToolChoice> = v.union(
  [v.picklist(TOOL_CHOICES), v.strictObject({ name: v.string() })],
  TOOL_CHOICE,
);
export const responseFormat: v.GenericSchema<unknown, ResponseFormat> = v.union(
  [
    v.strictObject({ type: v.literal('json') }),
    v.strictObject({
      type: v.literal('json-schema'),
      schema: record,
      name: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/))),
    }),
  ],
  '{ type: "json" }, or { type: "json-schema", schema, name } with a JSON Schema and, if you like, ' +
    'a name of up to 64 letters, digits, "_" and "-"',
);

/**
 * Checks a value.
 *
 * @throws UnmockedError `invalid-argument`, naming the place, the value and what is allowed.
 */
export function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = pathOf(issue) || 'The input';
  const wrong: unknown = issue.path?.at(-1)?.value ?? issue.input;
  throw new UnmockedError(
    'invalid-argument',
    `${path} is ${show(wrong)}. Allowed: ${issue.message}.`,
    { details: { field: path } },
  );
}
