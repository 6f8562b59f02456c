/**
 * Conversions of Web IDL, as far as the Prompt API needs them. Each throws a TypeError that names
 * the member.
 */

export type Dictionary = Readonly<Record<string, unknown>>;

/** Missing options are an empty dictionary. */
export function toDictionary(value: unknown, what: string): Dictionary {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' && typeof value !== 'function')
    throw new TypeError(`${what} is ${show(value)}. Allowed: an object.`);
  return value as Dictionary;
}

export function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function'
  );
}

export function toSequence(value: unknown, what: string): unknown[] {
  if (!isIterable(value)) throw new TypeError(`${what} is ${show(value)}. Allowed: an array.`);
  return [...value];
}

export function toEnum<T extends string>(value: unknown, allowed: readonly T[], what: string): T {
  const text = String(value);
  if (!(allowed as readonly string[]).includes(text)) {
    const list = allowed.map((one) => `"${one}"`).join(', ');
    throw new TypeError(`${what} is ${show(value)}. Allowed: ${list}.`);
  }
  return text as T;
}

export function toSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw new TypeError(`signal is ${show(value)}. Allowed: an AbortSignal.`);
}

export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
