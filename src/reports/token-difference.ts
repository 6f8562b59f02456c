import type { Exchange } from '../harness/report.js';

/** The first place at which two runs computed different tokens. */
export interface TokenDifference {
  /** What was asked, as the user said it. */
  message: string;
  /**
   * `output`: the same prompt has another reply. `missing` and `added`: only the first, or only the
   * second, of the two asked this prompt.
   */
  kind: 'output' | 'missing' | 'added';
  /** Position in the reply, in tokens from 0. Missing unless the replies differ. */
  position?: number;
  /** The token id there, in each of the two; undefined where one reply is over. */
  tokenIds?: readonly [number | undefined, number | undefined];
  /** The two replies as text. */
  texts?: readonly [string, string];
}

export interface TokenComparison {
  /** Output tokens that were compared and are the same. */
  same: number;
  /** Undefined if all are the same. */
  difference?: TokenDifference;
}

/**
 * Compares the tokens of two runs of a scenario. Requests are matched by their prompt and seed, not by
 * their order: some scenarios ask several things at once. What is left is matched by the prompt alone,
 * because greedy replies do not depend on the seed. Requests whose token ids nobody told, such as a
 * server's, are left out.
 */
export function compareTokens(
  before: readonly Exchange[],
  after: readonly Exchange[],
): TokenComparison {
  const pairs = pair(before.filter(hasIds), after.filter(hasIds));
  let same = 0;
  let difference: TokenDifference | undefined;
  for (const [first, second] of pairs) {
    const found = differenceOf(first, second);
    same += found?.position ?? (found ? 0 : first!.outputTokenIds.length);
    difference ??= found;
  }
  return { same, ...(difference ? { difference } : {}) };
}

type Pair = [first: Exchange | undefined, second: Exchange | undefined];

/** In the order of the first run; then what only the second has. */
function pair(before: readonly Exchange[], after: readonly Exchange[]): Pair[] {
  const pairs = before.map((first): Pair => [first, undefined]);
  const left = [...after];
  for (const isMatch of [isSameRequest, hasSamePrompt])
    for (const one of pairs) {
      const index = one[1] ? -1 : left.findIndex((second) => isMatch(one[0]!, second));
      if (index >= 0) [one[1]] = left.splice(index, 1);
    }
  return [...pairs, ...left.map((second): Pair => [undefined, second])];
}

const hasSamePrompt = (a: Exchange, b: Exchange): boolean =>
  a.promptTokenIds.length === b.promptTokenIds.length &&
  a.promptTokenIds.every((id, index) => id === b.promptTokenIds[index]);
const isSameRequest = (a: Exchange, b: Exchange): boolean =>
  a.seed === b.seed && hasSamePrompt(a, b);

const hasIds = ({ promptTokenIds, outputTokenIds }: Exchange): boolean =>
  promptTokenIds.length > 0 && outputTokenIds.length > 0;

const only = (kind: 'missing' | 'added', { message }: Exchange): TokenDifference => ({
  message,
  kind,
});

function differenceOf(
  first: Exchange | undefined,
  second: Exchange | undefined,
): TokenDifference | undefined {
  if (!first || !second) return only(second ? 'added' : 'missing', (first ?? second)!);
  const [a, b] = [first.outputTokenIds, second.outputTokenIds];
  const length = Math.max(a.length, b.length);
  for (let position = 0; position < length; position++)
    if (a[position] !== b[position])
      return {
        message: first.message,
        kind: 'output',
        position,
        tokenIds: [a[position], b[position]],
        texts: [first.text, second.text],
      };
  return undefined;
}
