import { UnmockedError } from '../../errors.js';
import type { Expression, Rule } from './expression.js';
import { utf8Bytes, utf8Sequences } from './utf8.js';

export interface GraphNode {
  bytes: { first: number; last: number; to: number }[];
  /** Nodes that are reached without a byte. */
  skips: number[];
  /** Rules that start here: the rule's first node, and the node that follows the rule. */
  calls: { start: number; back: number }[];
}

/** A grammar as a graph over bytes. Reaching `RETURN` ends the rule that is being matched. */
export interface Graph {
  nodes: GraphNode[];
  start: number;
  /**
   * Counted repetitions: the nodes at which 0, 1, 2, … more items may or must follow. Each item
   * takes at least one byte.
   */
  countdowns: number[][];
}

export const RETURN = 0;

/**
 * A grammar of this size takes tens of megabytes. A schema that a person wrote has thousands of
 * nodes.
 */
const MAX_NODES = 500_000;

/**
 * Translates an expression, leaving out alternatives that can never be completed.
 *
 * @returns undefined if no text at all matches.
 * @throws UnmockedError `invalid-constraint` for a rule that starts with itself, or a grammar that
 *   is too large.
 */
export function buildGraph(root: Expression): Graph | undefined {
  return new GraphBuilder().build(root);
}

class GraphBuilder {
  readonly #nodes: GraphNode[] = [{ bytes: [], skips: [], calls: [] }];
  readonly #starts = new Map<Rule, number>();
  readonly #waiting: Rule[] = [];
  readonly #countdowns: number[][] = [];
  #productive = new Set<Rule>();
  #nullable = new Set<Rule>();

  build(root: Expression): Graph | undefined {
    const rules = rulesOf(root);
    this.#productive = fixpoint(rules, isProductive);
    if (!isProductive(root, this.#productive)) return undefined;
    this.#nullable = fixpoint(rules, isNullable);
    const start = this.#build(root, RETURN);
    for (let rule = this.#waiting.pop(); rule; rule = this.#waiting.pop())
      this.#nodes[this.#starts.get(rule)!]!.skips.push(this.#build(rule.body, RETURN));
    this.#refuseLeftRecursion();
    return { nodes: this.#nodes, start, countdowns: this.#countdowns };
  }

  /** Adds nodes that match `expression` and then go on at `next`. Returns the first of them. */
  #build(expression: Expression, next: number): number {
    switch (expression.kind) {
      case 'nothing':
        return this.#node({});
      case 'text':
        return utf8Bytes(expression.text).reduceRight(
          (to, byte) => this.#node({ bytes: [{ first: byte, last: byte, to }] }),
          next,
        );
      case 'chars':
        return this.#buildChars(expression, next);
      case 'sequence':
        return expression.parts.reduceRight((to, part) => this.#build(part, to), next);
      case 'choice':
        return this.#node({
          skips: expression.options
            .filter((option) => isProductive(option, this.#productive))
            .map((option) => this.#build(option, next)),
        });
      case 'repeat':
        return this.#buildRepeat(expression, next);
      case 'bytes':
        return this.#buildBytes(expression, next);
      case 'rule':
        return this.#node({ calls: [{ start: this.#startOf(expression), back: next }] });
    }
  }

  #buildChars({ ranges }: Extract<Expression, { kind: 'chars' }>, next: number): number {
    const first: GraphNode['bytes'] = [];
    // Ends of sequences are shared: the continuation bytes of most characters are the same.
    const ends = new Map<string, number>();
    for (const [lead, ...rest] of utf8Sequences(ranges)) {
      const to = rest.reduceRight((target, [low, high]) => {
        const key = `${low} ${high} ${target}`;
        let node = ends.get(key);
        if (node === undefined) {
          node = this.#node({ bytes: [{ first: low, last: high, to: target }] });
          ends.set(key, node);
        }
        return node;
      }, next);
      first.push({ first: lead![0], last: lead![1], to });
    }
    return this.#node({ bytes: first });
  }

  #buildRepeat({ body, min, max }: Extract<Expression, { kind: 'repeat' }>, next: number): number {
    if (!isProductive(body, this.#productive)) return next;
    // Many copies of one body: each is a call, so that the body itself is built once.
    const copies = max === Infinity ? min + 1 : max;
    const one: Expression =
      copies > 2 && body.kind !== 'rule' ? { kind: 'rule', name: 'repeated', body } : body;
    if (one !== body && isProductive(body, this.#productive)) this.#productive.add(one as Rule);
    if (one !== body && isNullable(body, this.#nullable)) this.#nullable.add(one as Rule);
    const takesBytes = !isNullable(body, this.#nullable);
    const countdown = (node: number): number[] => {
      const nodes = [node];
      if (takesBytes) this.#countdowns.push(nodes);
      return nodes;
    };
    let start = next;
    if (max === Infinity) {
      start = this.#node({ skips: [next] });
      this.#nodes[start]!.skips.unshift(this.#build(one, start));
    } else {
      const optionals = countdown(start);
      for (let count = max; count > min; count--) {
        start = this.#node({ skips: [this.#build(one, start), next] });
        optionals.push(start);
      }
    }
    const required = countdown(start);
    for (let count = 0; count < min; count++) {
      start = this.#build(one, start);
      required.push(start);
    }
    return start;
  }

  #buildBytes({ states }: Extract<Expression, { kind: 'bytes' }>, next: number): number {
    const base = this.#nodes.length;
    for (const { accepting } of states) this.#node({ skips: accepting ? [next] : [] });
    for (const [index, { edges }] of states.entries())
      this.#nodes[base + index]!.bytes = edges.map((edge) => ({ ...edge, to: base + edge.to }));
    return base;
  }

  #startOf(rule: Rule): number {
    let start = this.#starts.get(rule);
    if (start === undefined) {
      start = this.#node({});
      this.#starts.set(rule, start);
      this.#waiting.push(rule);
    }
    return start;
  }

  #node({ bytes = [], skips = [], calls = [] }: Partial<GraphNode>): number {
    if (this.#nodes.length >= MAX_NODES)
      throw new UnmockedError(
        'invalid-constraint',
        `The constraint is too large: it needs more than ${MAX_NODES} states. ` +
          'Lower the counts in it, such as maxLength or {n,m}.',
      );
    return this.#nodes.push({ bytes, skips, calls }) - 1;
  }

  /** A rule that calls itself before its first byte would be entered for ever. */
  #refuseLeftRecursion(): void {
    const rules = new Map([...this.#starts].map(([rule, start]) => [start, rule]));
    const done = new Set<number>();
    const open = new Set<number>();
    const visit = (start: number): void => {
      if (done.has(start)) return;
      open.add(start);
      for (const called of this.#calledFirst(start, rules)) {
        if (open.has(called))
          throw new UnmockedError(
            'invalid-constraint',
            `The rule "${rules.get(called)!.name}" starts with itself (left recursion). ` +
              'Let it start with something else, as in list ::= item list?',
          );
        visit(called);
      }
      open.delete(start);
      done.add(start);
    };
    for (const start of rules.keys()) visit(start);
  }

  /** The rules that may start before the first byte of the rule at `start`. */
  #calledFirst(start: number, rules: Map<number, Rule>): Set<number> {
    const called = new Set<number>();
    const seen = new Set<number>();
    const waiting = [start];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const { skips, calls } = this.#nodes[node]!;
      waiting.push(...skips);
      for (const call of calls) {
        called.add(call.start);
        if (this.#nullable.has(rules.get(call.start)!)) waiting.push(call.back);
      }
    }
    return called;
  }
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'sequence':
      return expression.parts;
    case 'choice':
      return expression.options;
    case 'repeat':
    case 'rule':
      return [expression.body];
    default:
      return [];
  }
}

function rulesOf(root: Expression): Set<Rule> {
  const rules = new Set<Rule>();
  const waiting = [root];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (one.kind === 'rule') {
      if (rules.has(one)) continue;
      rules.add(one);
    }
    waiting.push(...partsOf(one));
  }
  return rules;
}

/**
 * The rules whose bodies hold, given the rules that are known to hold. Repeats until it adds no
 * rule.
 */
function fixpoint(
  rules: Set<Rule>,
  holds: (body: Expression, known: Set<Rule>) => boolean,
): Set<Rule> {
  const known = new Set<Rule>();
  for (let grown = true; grown;) {
    grown = false;
    for (const rule of rules) {
      if (known.has(rule) || !holds(rule.body, known)) continue;
      known.add(rule);
      grown = true;
    }
  }
  return known;
}

/** Whether some finite text matches. */
function isProductive(expression: Expression, rules: Set<Rule>): boolean {
  switch (expression.kind) {
    case 'nothing':
      return false;
    case 'text':
      return true;
    case 'chars':
      return expression.ranges.some(([first, last]) => first < 0xd800 || last > 0xdfff);
    case 'sequence':
      return expression.parts.every((part) => isProductive(part, rules));
    case 'choice':
      return expression.options.some((option) => isProductive(option, rules));
    case 'repeat':
      return expression.min === 0 || isProductive(expression.body, rules);
    case 'bytes':
      return expression.states.length > 0;
    case 'rule':
      return rules.has(expression);
  }
}

/** Whether the empty text matches. */
function isNullable(expression: Expression, rules: Set<Rule>): boolean {
  switch (expression.kind) {
    case 'nothing':
    case 'chars':
      return false;
    case 'text':
      return expression.text === '';
    case 'sequence':
      return expression.parts.every((part) => isNullable(part, rules));
    case 'choice':
      return expression.options.some((option) => isNullable(option, rules));
    case 'repeat':
      return expression.min === 0 || isNullable(expression.body, rules);
    case 'bytes':
      return Boolean(expression.states[0]?.accepting);
    case 'rule':
      return rules.has(expression);
  }
}
