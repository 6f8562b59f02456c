/**
 * Counts the tokens that were computed. It is written only where a token arrives from a worker, or a server's own count with its answer,
 * so that a run in which nothing was inferred shows, whatever its scenarios say.
 */
export const ledger = {
  /** Computed in this page. */
  tokens: 0,
  /** Computed elsewhere, as servers say. */
  remoteTokens: 0,
};
