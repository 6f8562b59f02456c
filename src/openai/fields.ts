import * as v from 'valibot';
import { pathOf } from '../agents/input/schemas.js';
import { invalid, kindOf } from './api-error.js';

/* Schemas of the fields of a request. The message of each says what is allowed, for people. */

export const text = (allowed = 'a string') => v.string(allowed);
/** A field that is checked elsewhere. */
export const anything = v.optional(v.unknown());
export const flag = v.nullish(v.boolean('true or false'), false);

export function number(min: number, max: number, allowed = `a number from ${min} to ${max}`) {
  return v.pipe(v.number(allowed), v.minValue(min, allowed), v.maxValue(max, allowed));
}

export function count(min: number, allowed = `a whole number of at least ${min}`) {
  return v.pipe(v.number(allowed), v.safeInteger(allowed), v.minValue(min, allowed));
}

/** A field of which only values that change nothing are supported. */
export const neutral = (allowed: string, accepts: (value: unknown) => boolean) =>
  v.optional(
    v.custom<unknown>(
      (value) => value === null || accepts(value),
      `${allowed}: this server does not support other values`,
    ),
  );

/**
 * Checks the body of a request, which may only have the schema's fields.
 *
 * @throws ApiError 400 that names the field, the kind of its value and what is allowed.
 */
export function checkBody<E extends v.ObjectEntries>(
  schema: v.LooseObjectSchema<E, v.ErrorMessage<v.LooseObjectIssue>>,
  input: unknown,
): v.InferOutput<typeof schema> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const param = pathOf(issue);
    const value = issue.path?.at(-1)?.value ?? issue.input;
    throw invalid(
      param || undefined,
      `${param || 'The body'} is ${kindOf(value)}, but has to be ${issue.message}.`,
    );
  }
  const unknown = Object.keys(input as object).find((key) => !Object.hasOwn(schema.entries, key));
  if (unknown === undefined) return result.output;
  const name = unknown.slice(0, 100);
  throw invalid(
    name,
    `Unknown parameter: ${JSON.stringify(name)}. Allowed: ${Object.keys(schema.entries).join(', ')}.`,
    'unknown_parameter',
  );
}
