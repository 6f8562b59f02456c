/**
 * Tokens per second after the first token.
 *
 * @param {number} tokens All of them.
 * @param {number} firstAt When the first one came. Milliseconds.
 * @param {number} lastAt
 */
export const steadyRate = (tokens, firstAt, lastAt) => ((tokens - 1) / (lastAt - firstAt)) * 1000;
