import { UnmockedError } from '../../errors.js';
import { Automaton, type State } from './automaton.js';
import { NOTHING, type ByteState, type Expression } from './expression.js';
import type { ByteRange } from './utf8.js';

/** A product of this many states takes about a second. */
const MAX_STATES = 20_000;

/** Matches what all of the expressions match. They must be regular: no rule may contain itself. */
export const intersection = (first: Expression, ...others: Expression[]): Expression =>
  others.reduce((a, b) => product(a, b, (inA, inB) => inA && inB), first);

/** What matches `expression`, but none of the others. */
export const difference = (expression: Expression, ...others: Expression[]): Expression =>
  others.reduce((a, b) => product(a, b, (inA, inB) => inA && !inB), expression);

/**
 * Runs two automata side by side. The second state is null once its automaton cannot match; the
 * text may still be in the difference.
 */
function product(
  a: Expression,
  b: Expression,
  accepts: (inA: boolean, inB: boolean) => boolean,
): Expression {
  const left = Automaton.from(a);
  const right = Automaton.from(b);
  if (!left) return NOTHING;
  const ranges = commonRanges(left.classOf, right?.classOf);
  const ids = new Map<State, Map<State | null, number>>();
  const pairs: [State, State | null][] = [];
  const idOf = (one: State, other: State | null): number => {
    let row = ids.get(one);
    if (!row) ids.set(one, (row = new Map()));
    let id = row.get(other);
    if (id === undefined) {
      id = pairs.push([one, other]) - 1;
      if (id >= MAX_STATES)
        throw new UnmockedError(
          'invalid-constraint',
          'The constraint is too large: combining a pattern with a length or with other ' +
            `patterns needs more than ${MAX_STATES} states. ` +
            'Lower maxLength, or drop one of them.',
        );
      row.set(other, id);
    }
    return id;
  };
  idOf(left.start, right?.start ?? null);
  const states: ByteState[] = [];
  for (let index = 0; index < pairs.length; index++) {
    const [one, other] = pairs[index]!;
    const state: ByteState = {
      accepting: accepts(one.accepting, other?.accepting ?? false),
      edges: [],
    };
    for (const [first, last] of ranges) {
      const nextOne = left.step(one, first);
      if (!nextOne) continue;
      const nextOther = other && right!.step(other, first);
      // Once the second has failed, only a difference can still match.
      if (!nextOther && !accepts(true, false)) continue;
      const to = idOf(nextOne, nextOther);
      const before = state.edges.at(-1);
      if (before?.to === to && before.last === first - 1) before.last = last;
      else state.edges.push({ first, last, to });
    }
    states.push(state);
  }
  return trimmed(states);
}

/** Ranges of bytes that neither automaton tells apart. */
function commonRanges(a: Uint8Array, b: Uint8Array = a): ByteRange[] {
  const firsts = [...a.keys()].filter(
    (byte) => byte === 0 || a[byte] !== a[byte - 1] || b[byte] !== b[byte - 1],
  );
  return firsts.map((first, index) => [first, (firsts[index + 1] ?? 256) - 1]);
}

/** Drops the states that cannot reach an accepting state: generation would get stuck in them. */
function trimmed(states: ByteState[]): Expression {
  const sources = states.map((): number[] => []);
  for (const [index, { edges }] of states.entries())
    for (const { to } of edges) sources[to]!.push(index);
  const alive = new Set<number>();
  const waiting = states.flatMap(({ accepting }, index) => (accepting ? [index] : []));
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (alive.has(index)) continue;
    alive.add(index);
    waiting.push(...sources[index]!);
  }
  if (!alive.has(0)) return NOTHING;
  const kept = [...alive].toSorted((a, b) => a - b);
  const renumbered = new Map(kept.map((old, index) => [old, index]));
  return {
    kind: 'bytes',
    states: kept.map((old) => ({
      accepting: states[old]!.accepting,
      edges: states[old]!.edges.filter(({ to }) => alive.has(to)).map((edge) => ({
        ...edge,
        to: renumbered.get(edge.to)!,
      })),
    })),
  };
}
