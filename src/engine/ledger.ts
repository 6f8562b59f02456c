/**
 * Counts the tokens that engines of this page computed. It is written only where a token arrives from a worker, so that a run in which
 * nothing was inferred shows, whatever its scenarios say.
 */
export const ledger = { tokens: 0 };
