/** @typedef {import('./side.js').Asked} Asked */

/**
 * Checks that two sides read the same prompt.
 *
 * @param {Pick<Asked, 'prompt'>} ours
 * @param {Pick<Asked, 'prompt'>} raw
 * @throws {Error} if not: ratios of different work mean nothing.
 */
export function assertSamePrompt(ours, raw) {
  if (ours.prompt !== raw.prompt) throw differ('prompts', ours.prompt, raw.prompt);
}

/**
 * Checks that two sides read the same prompt and gave the same greedy tokens.
 *
 * @param {Pick<Asked, 'prompt' | 'tokens'>} ours
 * @param {Pick<Asked, 'prompt' | 'tokens'>} raw
 * @throws {Error} if not, or if there is no token.
 */
export function assertSameTokens(ours, raw) {
  assertSamePrompt(ours, raw);
  if (ours.tokens.length === 0 || String(ours.tokens) !== String(raw.tokens))
    throw differ('greedy tokens', ours.tokens, raw.tokens);
}

/** @param {string} what @param {unknown} ours @param {unknown} raw */
const differ = (what, ours, raw) =>
  new Error(
    `Ours and raw do not do the same work. Their ${what} differ: ` +
      `${JSON.stringify(ours)} and ${JSON.stringify(raw)}`,
  );
