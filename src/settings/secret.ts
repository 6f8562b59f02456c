/** Shorter keys are placeholders such as "ollama" or "none". Removing them would mangle text. */
const SHORTEST = 8;

/** Removes a secret from a string. Some servers repeat the key that they were sent. */
export type Redact = (text: string) => string;

export const redactor = (secret: string | undefined): Redact =>
  secret && secret.length >= SHORTEST ? (text) => text.replaceAll(secret, '…') : (text) => text;

/** Redacts every string in plain data. Property names stay as they are. */
export function redacted<T>(value: T, redact: Redact): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => redacted(item, redact)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redacted(item as unknown, redact)]),
  ) as T;
}
