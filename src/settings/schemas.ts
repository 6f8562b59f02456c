import * as v from 'valibot';

/** What a setting accepts: the schema for the code, and the same in words for error messages. */
export interface Accepts<T> {
  schema: v.GenericSchema<T>;
  /** Completes the sentence "Allowed: …". */
  allowed: string;
}

export const oneOf = <const T extends string>(...values: T[]): Accepts<T> => ({
  schema: v.picklist(values),
  allowed: values.map((value) => `"${value}"`).join(', '),
});

export const number = (min: number, max: number): Accepts<number> => ({
  schema: v.pipe(v.number(), v.minValue(min), v.maxValue(max)),
  allowed: `a number from ${min} to ${max}`,
});

export const numberAbove = (min: number, max: number, unit = ''): Accepts<number> => ({
  schema: v.pipe(
    v.number(),
    v.check((value) => value > min),
    v.maxValue(max),
  ),
  allowed: `a number ${unit}above ${min}, up to ${max}`,
});

export const integer = (min: number, max: number): Accepts<number> => ({
  schema: v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)),
  allowed: `a whole number from ${min} to ${max}`,
});

export const text = (allowed: string, test?: (value: string) => boolean): Accepts<string> => ({
  schema: test ? v.pipe(v.string(), v.check(test)) : v.string(),
  allowed,
});

export const textList: Accepts<string[]> = {
  schema: v.array(v.pipe(v.string(), v.minLength(1))),
  allowed: 'a list of non-empty strings',
};

export function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  // The URL parser repairs "http:host" and "http:///host". Both are typos, so refuse them.
  return (
    /^https?:\/\/[^/]/i.test(value.trim()) && /^https?:$/.test(protocol) && !username && !password
  );
}

export const isBaseUrl = (value: string): boolean => isHttpUrl(value) && !/[?#]/.test(value);
