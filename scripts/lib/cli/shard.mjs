import { UsageError } from '../command.mjs';

/**
 * One part of a run that is split.
 *
 * @typedef {object} Shard
 * @property {number} index From 1.
 * @property {number} count
 */

/**
 * Reads `2/4`.
 *
 * @param {string} text
 * @returns {Shard | undefined}
 */
export function parseShard(text) {
  const [, index = 0, count = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  return index >= 1 && index <= count ? { index, count } : undefined;
}

/**
 * The ids of one shard. They are dealt like cards, in the page's order: long scenarios stand
 * together in it (those about a server, those about loading), so every shard gets its share.
 *
 * @param {readonly string[]} ids
 * @param {Shard} shard
 * @throws {UsageError} if there is none for it. A shard without a scenario would fail as a run in
 *   which nothing was computed.
 */
export function shardOf(ids, { index, count }) {
  const own = ids.filter((_, position) => position % count === index - 1);
  if (own.length > 0) return own;
  throw new UsageError(
    `--shard ${index}/${count} has no scenario to run: there are ${ids.length}. ` +
      `Use at most ${ids.length} shards`,
  );
}
