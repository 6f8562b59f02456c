import { UnmockedError } from '../../errors.js';
import type { Expression } from './expression.js';
import { buildGraph, RETURN, type Graph } from './graph.js';
import { utf8Bytes } from './utf8.js';

/** Where matching has got to. States are interned: the same situation is the same object. */
export interface State {
  /** The text so far is complete. */
  readonly accepting: boolean;
  /** Alternating: a node of the graph, and the stack of rules to return to. */
  readonly configurations: readonly number[];
  /**
   * By class of bytes. Null if a byte of the class may not follow; undefined if not computed yet.
   */
  next: (State | null | undefined)[];
}

/** States are kept up to this count, then forgotten; each takes up to a kilobyte. */
const MAX_STATES = 20_000;
/** No useful grammar has this many ways to read one text. */
const MAX_CONFIGURATIONS = 20_000;
const NO_STACK = 0;

/**
 * Matches bytes against a grammar: a pushdown automaton that becomes deterministic as it runs. A
 * state is the set of all ways to read the bytes so far. Each step is computed once.
 */
export class Automaton {
  readonly #graph: Graph;
  /** Bytes that no edge of the graph tells apart are one class. */
  readonly classOf: Uint8Array;
  readonly #representatives: number[] = [];
  #states = new Map<string, State>();
  /**
   * States that were reached with a single configuration. This is the usual case, and it needs no
   * string key.
   */
  #statesOfOne = new Map<number, State>();
  /** Stacks as linked lists. Index 0 is the empty one. */
  readonly #stacks = [{ back: RETURN, rest: NO_STACK }];
  readonly #stackIds = new Map<number, number>();
  readonly #nearStacks = new Map<number, number>();
  /** For a node of a countdown, all nodes of it. */
  readonly #countdowns = new Map<number, { nodes: readonly number[]; index: number }>();
  /** What a state starts with; most states are never stepped from. */
  readonly #noNext: (State | null | undefined)[];
  #start: State;

  /** @returns undefined if no text matches. */
  static from(expression: Expression): Automaton | undefined {
    const graph = buildGraph(expression);
    return graph && new Automaton(graph);
  }

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const nodes of graph.countdowns)
      // Node 0 of a countdown is what follows it, and may belong to another.
      for (const [index, node] of nodes.entries())
        if (index > 0) this.#countdowns.set(node, { nodes, index });
    this.classOf = this.#classes();
    this.#noNext = this.#representatives.map(() => undefined);
    this.#start = this.#intern([graph.start, NO_STACK]);
  }

  get start(): State {
    return this.#start;
  }

  /** The state after one more byte, or null if the byte may not follow. */
  step(state: State, byte: number): State | null {
    const byteClass = this.classOf[byte]!;
    const known = state.next[byteClass];
    if (known !== undefined) return known;
    const value = this.#representatives[byteClass]!;
    const reached: number[] = [];
    const { configurations } = state;
    for (let index = 0; index < configurations.length; index += 2) {
      for (const { first, last, to } of this.#graph.nodes[configurations[index]!]!.bytes)
        if (value >= first && value <= last) reached.push(to, configurations[index + 1]!);
    }
    const next = reached.length === 0 ? null : this.#intern(reached);
    if (state.next === this.#noNext) state.next = this.#noNext.slice();
    state.next[byteClass] = next;
    return next;
  }

  /** The state after `text`, or null if no matching text begins with it. */
  after(text: string): State | null {
    let state: State | null = this.#start;
    for (const byte of utf8Bytes(text)) state = state && this.step(state, byte);
    return state;
  }

  /** Whether the whole text matches. */
  matches(text: string): boolean {
    return this.after(text)?.accepting ?? false;
  }

  /**
   * A state that allows the same next `bytes` bytes, and that many states share. A repetition that
   * can go on for longer than that counts as if it could go on for exactly that long.
   */
  near(state: State, bytes: number): State {
    const configurations = state.configurations.map((value, index) =>
      index % 2 === 0 ? value : this.#nearStack(value, bytes),
    );
    const keys = new Set<number>();
    for (let index = 0; index < configurations.length; index += 2)
      keys.add(pair(configurations[index]!, configurations[index + 1]!));
    return this.#lookUp(state.accepting, [...keys]);
  }

  #nearStack(stack: number, bytes: number): number {
    if (stack === NO_STACK) return stack;
    let near = this.#nearStacks.get(stack);
    if (near === undefined) {
      const { back, rest } = this.#stacks[stack]!;
      const { nodes, index } = this.#countdowns.get(back) ?? { nodes: [back], index: 0 };
      near = this.#push(nodes[Math.min(index, bytes)]!, this.#nearStack(rest, bytes));
      this.#nearStacks.set(stack, near);
    }
    return near;
  }

  /**
   * Forgets all states if there are many. States that are held elsewhere stay valid.
   *
   * @returns whether it forgot them.
   */
  trim(): boolean {
    if (this.#states.size + this.#statesOfOne.size < MAX_STATES) return false;
    this.#states = new Map();
    this.#statesOfOne = new Map();
    this.#start = this.#intern([this.#graph.start, NO_STACK]);
    return true;
  }

  #intern(reached: number[]): State {
    if (reached.length > 2) return this.#close(reached);
    const [node, stack] = reached as [number, number];
    const key = pair(node, stack);
    let state = this.#statesOfOne.get(key);
    if (!state) {
      const { skips, calls } = this.#graph.nodes[node]!;
      const isAlone = node !== RETURN && skips.length === 0 && calls.length === 0;
      state = isAlone ? this.#state(false, reached) : this.#close(reached);
      this.#statesOfOne.set(key, state);
    }
    return state;
  }

  #state(accepting: boolean, configurations: readonly number[]): State {
    return { accepting, configurations, next: this.#noNext };
  }

  /** Follows everything that takes no byte, then looks the state up. */
  #close(reached: number[]): State {
    const seen = new Set<number>();
    const configurations: number[] = [];
    let accepting = false;
    const waiting = reached;
    while (waiting.length > 0) {
      const stack = waiting.pop()!;
      const node = waiting.pop()!;
      const key = pair(node, stack);
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > MAX_CONFIGURATIONS)
        throw new UnmockedError(
          'invalid-constraint',
          'The constraint is too ambiguous: the same text can be read in too many ways. ' +
            'Simplify its alternatives and repetitions.',
        );
      if (node === RETURN) {
        if (stack === NO_STACK) accepting = true;
        else waiting.push(this.#stacks[stack]!.back, this.#stacks[stack]!.rest);
        continue;
      }
      const { bytes, skips, calls } = this.#graph.nodes[node]!;
      if (bytes.length > 0) configurations.push(key);
      for (const skip of skips) waiting.push(skip, stack);
      for (const { start, back } of calls)
        // A call at the end of a rule returns to that rule's caller, so lists do not grow the
        // stack.
        waiting.push(start, back === RETURN ? stack : this.#push(back, stack));
    }
    return this.#lookUp(accepting, configurations);
  }

  #lookUp(accepting: boolean, configurations: number[]): State {
    configurations.sort((a, b) => a - b);
    const key = `${accepting} ${configurations.join(' ')}`;
    let state = this.#states.get(key);
    if (!state) {
      state = this.#state(accepting, configurations.flatMap(unpair));
      this.#states.set(key, state);
    }
    return state;
  }

  #push(back: number, rest: number): number {
    const key = pair(back, rest);
    let id = this.#stackIds.get(key);
    if (id === undefined) {
      id = this.#stacks.push({ back, rest }) - 1;
      this.#stackIds.set(key, id);
    }
    return id;
  }

  #classes(): Uint8Array {
    const begins = new Set([0]);
    for (const { bytes } of this.#graph.nodes) {
      for (const { first, last } of bytes) begins.add(first).add(last + 1);
    }
    const classes = new Uint8Array(256);
    for (let byte = 0; byte < 256; byte++) {
      if (begins.has(byte)) this.#representatives.push(byte);
      classes[byte] = this.#representatives.length - 1;
    }
    return classes;
  }
}

/** Two small numbers as one: nodes stay below 2 ** 20, stacks below 2 ** 32. */
const pair = (high: number, low: number): number => high * 2 ** 32 + low;
const unpair = (key: number): [number, number] => [Math.floor(key / 2 ** 32), key % 2 ** 32];
