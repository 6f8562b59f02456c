/**
 * What a setting accepts: the test for the code, and the same in words for error messages. Plain
 * functions: a page reads its settings before anything else, and a schema library would be a tenth
 * of what it loads first.
 */
export interface Accepts<T> {
  accepts(value: unknown): value is T;
  /** Completes the sentence "Allowed: …". */
  allowed: string;
}

export const oneOf = <const T extends string>(...values: T[]): Accepts<T> => ({
  accepts: (value): value is T => values.some((one) => one === value),
  allowed: values.map((value) => `"${value}"`).join(', '),
});

const numeric = (test: (value: number) => boolean, allowed: string): Accepts<number> => ({
  accepts: (value): value is number => typeof value === 'number' && test(value),
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
  accepts: (value): value is string => typeof value === 'string' && test(value),
  allowed,
});

export const textList: Accepts<string[]> = {
  accepts: (value): value is string[] =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== ''),
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
