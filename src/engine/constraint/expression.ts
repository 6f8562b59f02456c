/** First and last code point, both included. */
export type CodePointRange = readonly [first: number, last: number];

/** A state of a finite automaton over bytes. State 0 is the start. */
export interface ByteState {
  accepting: boolean;
  edges: { first: number; last: number; to: number }[];
}

/** What all constraints are translated to: a context-free grammar over code points. */
export type Expression =
  /** Matches no text at all. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  /** One code point. */
  | { readonly kind: 'chars'; readonly ranges: readonly CodePointRange[] }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | {
      readonly kind: 'repeat';
      readonly body: Expression;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'bytes'; readonly states: readonly ByteState[] }
  | Rule;

/** A named expression. Rules may refer to each other, and to themselves. */
export class Rule {
  readonly kind = 'rule';
  readonly name: string;
  body: Expression;

  constructor(name: string, body: Expression = NOTHING) {
    this.name = name;
    this.body = body;
  }
}

export const NOTHING: Expression = { kind: 'nothing' };
export const EMPTY: Expression = { kind: 'text', text: '' };
export const ANY_CHAR: Expression = { kind: 'chars', ranges: [[0, 0x10ffff]] };

export const text = (value: string): Expression => ({ kind: 'text', text: value });

export const chars = (...ranges: CodePointRange[]): Expression =>
  ranges.length === 0 ? NOTHING : { kind: 'chars', ranges };

export function sequence(...parts: Expression[]): Expression {
  if (parts.some(isNothing)) return NOTHING;
  const used = parts.filter((part) => part !== EMPTY);
  if (used.length === 0) return EMPTY;
  return used.length === 1 ? used[0]! : { kind: 'sequence', parts: used };
}

export function choice(...options: Expression[]): Expression {
  const used = options.filter((option) => !isNothing(option));
  if (used.length === 0) return NOTHING;
  return used.length === 1 ? used[0]! : { kind: 'choice', options: used };
}

export function repeat(body: Expression, min: number, max: number): Expression {
  if (max < min) return NOTHING;
  if (max === 0) return EMPTY;
  if (isNothing(body)) return min === 0 ? EMPTY : NOTHING;
  return min === 1 && max === 1 ? body : { kind: 'repeat', body, min, max };
}

export const optional = (body: Expression): Expression => repeat(body, 0, 1);
export const anyNumberOf = (body: Expression): Expression => repeat(body, 0, Infinity);

/** `body`, any number of times from `min` to `max`, with `separator` between. */
export function separated(
  body: Expression,
  separator: Expression,
  min: number,
  max: number,
): Expression {
  if (max < min) return NOTHING;
  if (max === 0) return EMPTY;
  const some = sequence(body, repeat(sequence(separator, body), Math.max(0, min - 1), max - 1));
  return min === 0 ? optional(some) : some;
}

/** One of several strings. They share their common beginnings, which keeps the automaton small. */
export function anyOfTexts(texts: readonly string[]): Expression {
  const rests = new Map<string, string[]>();
  for (const value of new Set(texts)) {
    const first = String.fromCodePoint(value.codePointAt(0) ?? 0).slice(0, value.length);
    const others = rests.get(first);
    if (others) others.push(value.slice(first.length));
    else rests.set(first, [value.slice(first.length)]);
  }
  // First characters that go on alike become one class.
  const classes = new Map<string, { firsts: string[]; rests: string[] }>();
  for (const [first, others] of rests) {
    const key = first === '' ? '' : JSON.stringify(others);
    const known = classes.get(key);
    if (known) known.firsts.push(first);
    else classes.set(key, { firsts: [first], rests: others });
  }
  return choice(
    ...[...classes.values()].map(({ firsts, rests: others }) => {
      if (firsts.length === 1 && others.length === 1) return text(firsts[0]! + others[0]!);
      const one =
        firsts.length === 1
          ? text(firsts[0]!)
          : chars(
              ...firsts.map((first) => [first.codePointAt(0)!, first.codePointAt(0)!] as const),
            );
      return sequence(one, anyOfTexts(others));
    }),
  );
}

export const isNothing = (expression: Expression): boolean => expression.kind === 'nothing';
