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
 * their order: some scenarios ask several things at once. Requests whose token ids nobody told, such as
 * a server's, are left out.
 */
export function compareTokens(
  before: readonly Exchange[],
  after: readonly Exchange[],
): TokenComparison {
  const waiting = new Map<string, Exchange[]>();
  for (const exchange of after.filter(hasIds)) {
    const key = keyOf(exchange);
    waiting.set(key, [...(waiting.get(key) ?? []), exchange]);
  }
  let same = 0;
  let difference: TokenDifference | undefined;
  for (const exchange of before.filter(hasIds)) {
    const other = waiting.get(keyOf(exchange))?.shift();
    const found = other ? differenceOf(exchange, other) : only('missing', exchange);
    same += found?.position ?? (found ? 0 : exchange.outputTokenIds.length);
    difference ??= found;
  }
  const [added] = [...waiting.values()].flat();
  difference ??= added && only('added', added);
  return { same, ...(difference ? { difference } : {}) };
}

const hasIds = ({ promptTokenIds, outputTokenIds }: Exchange): boolean =>
  promptTokenIds.length > 0 && outputTokenIds.length > 0;

const keyOf = ({ promptTokenIds, seed }: Exchange): string => `${seed} ${promptTokenIds.join(' ')}`;

const only = (kind: 'missing' | 'added', { message }: Exchange): TokenDifference => ({
  message,
  kind,
});

function differenceOf(first: Exchange, second: Exchange): TokenDifference | undefined {
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
