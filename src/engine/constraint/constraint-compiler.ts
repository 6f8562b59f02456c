import { UnmockedError } from '../../errors.js';
import { Automaton } from './automaton.js';
import type { Constraint } from './constraint.js';
import { CompiledConstraint, Matcher } from './matcher.js';
import { TokenTrie } from './token-trie.js';
import { translate } from './translate.js';
import type { Vocabulary } from './vocabulary.js';

/** Compiled constraints that are kept. */
const KEPT = 8;

/** Compiles constraints for one tokenizer, each once. Nothing is read of the tokenizer before the first. */
export class ConstraintCompiler {
  readonly #readVocabulary: () => Vocabulary;
  readonly #endTokens: readonly number[];
  /** By the constraint as JSON; the one that was used last is last. */
  readonly #compiled = new Map<string, CompiledConstraint>();
  #vocabulary: Vocabulary | undefined;
  #trie: TokenTrie | undefined;

  /** @param endTokens the tokens that end a text */
  constructor(readVocabulary: () => Vocabulary, endTokens: readonly number[]) {
    this.#readVocabulary = readVocabulary;
    this.#endTokens = endTokens;
  }

  /**
   * A matcher at the beginning of an output.
   *
   * @throws UnmockedError `invalid-constraint` for a constraint that is wrong or that nothing fits, `unsupported` for what is not
   *   implemented.
   */
  start(constraint: Constraint): Matcher {
    const key = JSON.stringify(constraint);
    const compiled = this.#compiled.get(key) ?? this.#compile(constraint);
    this.#compiled.delete(key);
    this.#compiled.set(key, compiled);
    if (this.#compiled.size > KEPT) this.#compiled.delete(this.#compiled.keys().next().value!);
    return new Matcher(compiled);
  }

  #compile(constraint: Constraint): CompiledConstraint {
    if (this.#endTokens.length === 0)
      throw new UnmockedError(
        'unsupported',
        'The model has no end-of-text token, so a constrained output could not end. Use another model.',
      );
    const automaton = build(constraint);
    if (!automaton)
      throw new UnmockedError(
        'invalid-constraint',
        `No output fits the constraint ${JSON.stringify(constraint).slice(0, 200)}. Look for limits that contradict each other, and for required properties that refer to themselves.`,
      );
    this.#vocabulary ??= this.#textTokens();
    this.#trie ??= new TokenTrie(this.#vocabulary);
    return new CompiledConstraint(automaton, this.#vocabulary, this.#trie, this.#endTokens);
  }

  /** Without the end tokens: they end the output wherever they come, so they never stand for text. */
  #textTokens(): Vocabulary {
    const tokens = [...this.#readVocabulary()];
    for (const id of this.#endTokens) tokens[id] = undefined;
    return Array.from(tokens);
  }
}

function build(constraint: Constraint): Automaton | undefined {
  try {
    return Automaton.from(translate(constraint));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UnmockedError(
      'invalid-constraint',
      'The constraint is nested too deeply. Use fewer parentheses inside one another.',
      { cause },
    );
  }
}
