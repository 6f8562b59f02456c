import type { Automaton, State } from './automaton.js';
import type { Vocabulary } from './vocabulary.js';

/**
 * All tokens of a vocabulary, sorted by their bytes, as flat arrays in depth-first order. One pass
 * finds every token that may come next. It skips a branch as soon as the branch's first byte is
 * refused.
 */
export class TokenTrie {
  /** 32-bit words of a mask with one bit a token. */
  readonly words: number;
  /** Bytes of the longest token. */
  readonly longest: number;
  readonly #bytes: Uint8Array;
  readonly #depths: Uint16Array;
  /** Where the branch of a node ends. */
  readonly #ends: Int32Array;
  /**
   * Token ids, sorted by the tokens' bytes. Those of node i are `#tokens[#firsts[i]]` up to
   * `#tokens[#firsts[i + 1]]`.
   */
  readonly #tokens: Int32Array;
  readonly #firsts: Int32Array;
  /** The states along the current branch. */
  readonly #path: State[] = [];

  constructor(vocabulary: Vocabulary) {
    this.words = Math.ceil(vocabulary.length / 32);
    const sorted = vocabulary
      .flatMap((bytes, id) => (bytes && bytes.length > 0 ? [{ bytes, id }] : []))
      .toSorted((a, b) => compare(a.bytes, b.bytes));
    this.longest = sorted.reduce((length, token) => Math.max(length, token.bytes.length), 0);
    const bytes: number[] = [];
    const depths: number[] = [];
    const firsts: number[] = [];
    let before: Uint8Array = new Uint8Array();
    for (const [index, token] of sorted.entries()) {
      for (let depth = shared(before, token.bytes); depth < token.bytes.length; depth++) {
        bytes.push(token.bytes[depth]!);
        depths.push(depth);
        // Tokens belong to their last node; nodes before it have none.
        firsts.push(index);
      }
      before = token.bytes;
    }
    firsts.push(sorted.length);
    this.#bytes = Uint8Array.from(bytes);
    this.#depths = Uint16Array.from(depths);
    this.#tokens = Int32Array.from(sorted, ({ id }) => id);
    this.#firsts = Int32Array.from(firsts);
    this.#ends = branchEnds(this.#depths);
  }

  /** Sets the bits of the tokens that may follow `state`. `mask` has `words` words, all 0. */
  mark(mask: Int32Array, automaton: Automaton, state: State): void {
    // This loop is what constrained decoding costs; all that it reads is local.
    const bytes = this.#bytes;
    const depths = this.#depths;
    const firsts = this.#firsts;
    const tokens = this.#tokens;
    const path = this.#path;
    const { classOf } = automaton;
    path[0] = state;
    for (let node = 0; node < bytes.length;) {
      const depth = depths[node]!;
      const byte = bytes[node]!;
      const from = path[depth]!;
      const known = from.next[classOf[byte]!];
      const next = known === undefined ? automaton.step(from, byte) : known;
      if (next === null) {
        node = this.#ends[node]!;
        continue;
      }
      path[depth + 1] = next;
      const last = firsts[++node]!;
      for (let index = firsts[node - 1]!; index < last; index++) {
        const id = tokens[index]!;
        mask[id >> 5]! |= 1 << (id & 31);
      }
    }
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++)
    if (a[index] !== b[index]) return a[index]! - b[index]!;
  return a.length - b.length;
}

/** Length of the common beginning. */
function shared(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function branchEnds(depths: Uint16Array): Int32Array {
  const ends = new Int32Array(depths.length);
  /** By depth, the first node after the current one that is not deeper. */
  const nextAt: number[] = [];
  for (let node = depths.length - 1; node >= 0; node--) {
    const depth = depths[node]!;
    let end = depths.length;
    for (let above = 0; above <= depth; above++) end = Math.min(end, nextAt[above] ?? end);
    ends[node] = end;
    nextAt[depth] = node;
    nextAt.length = depth + 1;
  }
  return ends;
}
