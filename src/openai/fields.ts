import * as v from 'valibot';
import { ofFields, pathOf } from '../agents/input/schemas.js';
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

const STOP = 'a string that is not empty';
const stopText = v.pipe(text(STOP), v.nonEmpty(STOP));
const stopTexts = v.pipe(
  v.array(stopText),
  v.maxLength(4, 'an array of at most 4 strings that are not empty'),
);
/** Stop sequences. An issue in one of several names its place. */
export const stop = v.nullish(
  v.lazy((input): v.GenericSchema<unknown, string | string[]> =>
    Array.isArray(input)
      ? stopTexts
      : v.pipe(
          text(`${STOP}, or an array of at most 4 of them`),
          v.nonEmpty(`${STOP}, or an array of at most 4 of them`),
        ),
  ),
);

/** An object that has only these fields. An issue of another field says that it is unknown. */
export const strict = <E extends v.ObjectEntries>(entries: E, allowed = 'an object') =>
  v.strictObject(entries, (issue) =>
    isUnknown(issue) ? listOf(entries) : ofFields(entries, allowed)(issue),
  );

const isUnknown = ({ type, expected }: v.BaseIssue<unknown>) =>
  type === 'strict_object' && expected === 'never';
const listOf = (entries: object) => Object.keys(entries).join(', ');

/** @param allowed the names of the fields that there are. */
const unknownParameter = (name: string, allowed: string) =>
  invalid(
    name,
    `Unknown parameter: ${JSON.stringify(name)}. Allowed: ${allowed}.`,
    'unknown_parameter',
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
    const param = pathOf(issue).slice(0, 200);
    if (isUnknown(issue)) throw unknownParameter(param, issue.message);
    const value = issue.path?.at(-1)?.value ?? issue.input;
    throw invalid(
      param || undefined,
      `${param || 'The body'} is ${kindOf(value)}, but has to be ${issue.message}.`,
    );
  }
  const unknown = Object.keys(input as object).find((key) => !Object.hasOwn(schema.entries, key));
  if (unknown === undefined) return result.output;
  throw unknownParameter(unknown.slice(0, 100), listOf(schema.entries));
}
