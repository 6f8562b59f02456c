/** Whether JSON can hold a value. Circular objects and BigInts do not fit. */
export function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** A value that fits into the report, which is JSON. Anything that JSON lacks becomes a string. */
export function toPlain(value: unknown): unknown {
  if (value === undefined) return undefined;
  return isJson(value) && !(typeof value === 'number' && !Number.isFinite(value))
    ? value
    : String(value);
}

/** Equal as JSON. Values that JSON cannot hold are equal only to themselves. */
export const isSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (isJson(a) && isJson(b) && JSON.stringify(a) === JSON.stringify(b));
