import { UnmockedError } from '../../errors.js';
import type { Automaton, State } from './automaton.js';
import type { TokenTrie } from './token-trie.js';
import type { Vocabulary } from './vocabulary.js';

/** Masks are kept up to this size, then forgotten. Bytes. */
const MAX_MASK_BYTES = 32_000_000;

/**
 * A constraint, compiled for one vocabulary. It computes each state's mask once, for all requests.
 */
export class CompiledConstraint {
  readonly automaton: Automaton;
  readonly vocabulary: Vocabulary;
  readonly #trie: TokenTrie;
  readonly #endTokens: readonly number[];
  #masks = new Map<State, Int32Array>();

  constructor(
    automaton: Automaton,
    vocabulary: Vocabulary,
    trie: TokenTrie,
    endTokens: readonly number[],
  ) {
    this.automaton = automaton;
    this.vocabulary = vocabulary;
    this.#trie = trie;
    this.#endTokens = endTokens;
  }

  /**
   * One bit per token, set if the token may come next. End tokens may if the output is complete.
   */
  maskOf(state: State): Int32Array {
    let mask = this.#masks.get(state);
    if (mask) return mask;
    const isFull = this.#masks.size * this.#trie.words * 4 > MAX_MASK_BYTES;
    if (this.automaton.trim() || isFull) this.#masks = new Map();
    const near = this.automaton.near(state, this.#trie.longest);
    mask = this.#masks.get(near) ?? this.#compute(near);
    this.#masks.set(near, mask);
    this.#masks.set(state, mask);
    return mask;
  }

  #compute(state: State): Int32Array {
    const mask = new Int32Array(this.#trie.words);
    this.#trie.mark(mask, this.automaton, state);
    if (state.accepting) for (const id of this.#endTokens) mask[id >> 5]! |= 1 << (id & 31);
    if (mask.every((word) => word === 0))
      throw new UnmockedError(
        'unsupported',
        'The model has no token for a character that the constraint asks for. ' +
          'Use a model with a byte-level tokenizer, or leave such characters out of the ' +
          'constraint.',
      );
    return mask;
  }
}

/** Follows one output, token by token. */
export class Matcher {
  readonly #constraint: CompiledConstraint;
  #state: State;

  constructor(constraint: CompiledConstraint, start: State) {
    this.#constraint = constraint;
    this.#state = start;
  }

  /** The output so far is complete: it may end here. */
  get complete(): boolean {
    return this.#state.accepting;
  }

  /**
   * @throws Error if the token may not come next. End tokens are not accepted: there is nothing
   *   after them.
   */
  accept(tokenId: number): void {
    const { automaton, vocabulary } = this.#constraint;
    let state: State | null = vocabulary[tokenId] ? this.#state : null;
    for (const byte of vocabulary[tokenId] ?? []) state = state && automaton.step(state, byte);
    if (!state) throw new Error(`The token ${tokenId} does not fit the constraint.`);
    this.#state = state;
  }

  /** Gives every token that may not come next the logit -Infinity, in place. */
  apply(logits: Float32Array): void {
    applyMask(logits, this.#constraint.maskOf(this.#state));
  }
}

/** Logits beyond the mask belong to no token. */
export function applyMask(logits: Float32Array, mask: Int32Array): void {
  const words = Math.min(mask.length, Math.ceil(logits.length / 32));
  for (let word = 0; word < words; word++) {
    const bits = mask[word]!;
    const first = word * 32;
    if (bits === -1) continue;
    if (bits === 0) {
      logits.fill(-Infinity, first, first + 32);
      continue;
    }
    for (let bit = 0; bit < 32; bit++)
      if ((bits & (1 << bit)) === 0) logits[first + bit] = -Infinity;
  }
  logits.fill(-Infinity, words * 32);
}
