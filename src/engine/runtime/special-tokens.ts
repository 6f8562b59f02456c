/** Nobody's text may end a turn or begin another's: special tokens in it become ordinary characters. */
export function takeApart(text: string, specialTokens: readonly string[]): string {
  return specialTokens.reduce(
    (result, token) => result.replaceAll(token, token.split('').join(' ')),
    text.toWellFormed(),
  );
}
