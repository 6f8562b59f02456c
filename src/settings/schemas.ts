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

const numeric = (test: (value: number) => boolean, allowed: string): Accepts<number> => ({
  schema: v.pipe(v.number(), v.check(test)),
  allowed,
});

export const number = (min: number, max: number): Accepts<number> =>
  numeric((value) => value >= min && value <= max, `a number from ${min} to ${max}`);

export const numberAbove = (min: number, max: number, unit = ''): Accepts<number> =>
  numeric((value) => value > min && value <= max, `a number ${unit}above ${min}, up to ${max}`);

export const integer = (min: number, max: number): Accepts<number> =>
  numeric(
    (value) => Number.isInteger(value) && value >= min && value <= max,
    `a whole number from ${min} to ${max}`,
  );

export const text = (allowed: string, test = (_value: string) => true): Accepts<string> => ({
  schema: v.pipe(v.string(), v.check(test)),
  allowed,
});

export const textList: Accepts<string[]> = {
  schema: v.pipe(
    v.array(v.string()),
    v.check((list) => !list.includes('')),
  ),
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
