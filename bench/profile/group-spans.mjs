/** @typedef {import('./span.js').Span} Span */

/**
 * Spans of one name as one: from the first to the last, with the time in which at least one of them
 * ran. In the order of their beginnings.
 *
 * @param {readonly Span[]} spans
 * @returns {(Span & { busy: number })[]}
 */
export function groupSpans(spans) {
  /** @type {Map<string, Span & { busy: number }>} */
  const groups = new Map();
  for (const { name, from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const group = groups.get(name);
    if (!group) {
      groups.set(name, { name, from, to, busy: to - from });
      continue;
    }
    group.busy += Math.max(0, to - Math.max(from, group.to));
    group.to = Math.max(group.to, to);
  }
  return [...groups.values()];
}
