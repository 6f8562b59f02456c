/**
 * Counts computed tokens, so that a run without any inference shows. Written only when a token
 * arrives from a worker, or when a server reports its own count with an answer.
 */
export const ledger = {
  /** Computed in this page. */
  tokens: 0,
  /** Computed by servers, by their own count. */
  remoteTokens: 0,
};
