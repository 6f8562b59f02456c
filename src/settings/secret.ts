/** Shorter ones are placeholders ("ollama", "none"); taking them out would only mangle texts. */
const SHORTEST = 8;

/** Takes a secret out of texts, wherever they come from; some servers repeat the key that they were sent. */
export type Redact = (text: string) => string;

export const redactor = (secret: string | undefined): Redact =>
  secret && secret.length >= SHORTEST ? (text) => text.replaceAll(secret, '…') : (text) => text;

/** Plain data with every text in it redacted; names of properties stay. */
export function redacted<T>(value: T, redact: Redact): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => redacted(item, redact)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redacted(item as unknown, redact)]),
  ) as T;
}
