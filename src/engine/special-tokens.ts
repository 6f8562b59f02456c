/**
 * Splits the special tokens in a string into plain characters, so that no message can end its turn
 * or start another one.
 */
export function breakSpecialTokens(text: string, specialTokens: readonly string[]): string {
  return specialTokens.reduce(
    (result, token) => result.replaceAll(token, token.split('').join(' ')),
    text.toWellFormed(),
  );
}

/** The same for all strings in plain data: values, and the names of fields too. */
export function breakSpecialTokensIn<T>(data: T, specialTokens: readonly string[]): T {
  const plain = (value: unknown): unknown => {
    if (typeof value === 'string') return breakSpecialTokens(value, specialTokens);
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [plain(name), plain(field)]),
    );
  };
  return plain(data) as T;
}
