/**
 * Checks that two sides were asked the same and answered the same, token by token.
 *
 * @param {readonly import('./side.js').Asked[]} ours
 * @param {readonly import('./side.js').Asked[]} raw
 * @throws {Error} that names the turn and what differs: ratios of different work mean nothing.
 */
export function assertSameTokens(ours, raw) {
  if (ours.length !== raw.length) throw new Error(`${ours.length} answers against ${raw.length}`);
  for (const [index, one] of ours.entries()) {
    const other = /** @type {import('./side.js').Asked} */ (raw[index]);
    const differ = (
      /** @type {string} */ what,
      /** @type {unknown} */ a,
      /** @type {unknown} */ b,
    ) =>
      new Error(
        `Ours and raw do not do the same work. ${what} of turn ${index + 1} differ: ` +
          `${JSON.stringify(a)} and ${JSON.stringify(b)}`,
      );
    if (one.prompt !== other.prompt) throw differ('The prompts', one.prompt, other.prompt);
    if (one.tokens.length === 0 || String(one.tokens) !== String(other.tokens))
      throw differ('The greedy tokens', one.tokens, other.tokens);
  }
}
