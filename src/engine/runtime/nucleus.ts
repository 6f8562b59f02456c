/**
 * Top-p sampling: keeps the smallest set of tokens whose probabilities add up to `topP`, and sets
 * all other logits to -Infinity, in place. Always keeps the likeliest token.
 */
export function keepNucleus(logits: Float32Array, topP: number): void {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logits.map((logit) => Math.exp(logit - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  const order = [...weights.keys()].toSorted((a, b) => weights[b]! - weights[a]!);
  let sum = 0;
  for (const index of order) {
    if (sum >= topP * total) logits[index] = -Infinity;
    sum += weights[index]!;
  }
}
