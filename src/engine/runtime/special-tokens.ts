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
