import { UnmockedError } from '../../errors.js';
import { Automaton } from './automaton.js';
import type { Constraint, OutputConstraint } from './constraint.js';
import { CompiledConstraint, Matcher } from './matcher.js';
import { TokenTrie } from './token-trie.js';
import { translate } from './translate.js';
import type { Vocabulary } from './vocabulary.js';

/** Compiled constraints that are kept. */
const KEPT = 8;

/**
 * Compiles constraints for one tokenizer, each once. It reads the vocabulary when it compiles the
 * first one.
 */
export class ConstraintCompiler {
  readonly #readVocabulary: () => Vocabulary;
  readonly #endTokens: readonly number[];
  /** By the constraint as JSON, without its prefix. The most recently used one is last. */
  readonly #compiled = new Map<string, CompiledConstraint>();
  #vocabulary: Vocabulary | undefined;
  #trie: TokenTrie | undefined;

  /** @param endTokens the tokens that end a text */
  constructor(readVocabulary: () => Vocabulary, endTokens: readonly number[]) {
    this.#readVocabulary = readVocabulary;
    this.#endTokens = endTokens;
  }

  /**
   * A matcher at the beginning of an output, after the constraint's prefix.
   *
   * @throws UnmockedError `invalid-constraint` for a constraint that is wrong or that nothing fits,
   *   and for a prefix that does not fit it; `unsupported` for what is not implemented.
   */
  start({ prefix = '', ...constraint }: OutputConstraint): Matcher {
    const compiled = this.#lookUp(constraint);
    const state = compiled.automaton.after(prefix);
    if (!state)
      throw new UnmockedError(
        'invalid-constraint',
        `The prefix ${shorten(prefix)} does not fit the constraint ${shorten(constraint)}: ` +
          'no text that fits begins with it. Change one of them.',
      );
    return new Matcher(compiled, state);
  }

  /** Compiles a constraint unless it was used lately. */
  #lookUp(constraint: Constraint): CompiledConstraint {
    const key = JSON.stringify(constraint);
    const compiled = this.#compiled.get(key) ?? this.#compile(constraint);
    this.#compiled.delete(key);
    this.#compiled.set(key, compiled);
    if (this.#compiled.size > KEPT) this.#compiled.delete(this.#compiled.keys().next().value!);
    return compiled;
  }

  #compile(constraint: Constraint): CompiledConstraint {
    if (this.#endTokens.length === 0)
      throw new UnmockedError(
        'unsupported',
        'The model has no end-of-text token, so a constrained output could not end. ' +
          'Use another model.',
      );
    const automaton = build(constraint);
    if (!automaton)
      throw new UnmockedError(
        'invalid-constraint',
        `No output fits the constraint ${shorten(constraint)}. ` +
          'Look for limits that contradict each other, and for required properties that refer ' +
          'to themselves.',
      );
    this.#vocabulary ??= this.#textTokens();
    this.#trie ??= new TokenTrie(this.#vocabulary);
    return new CompiledConstraint(automaton, this.#vocabulary, this.#trie, this.#endTokens);
  }

  /**
   * Without the end tokens. They end the output wherever they come, so they never stand for text.
   */
  #textTokens(): Vocabulary {
    const tokens = [...this.#readVocabulary()];
    for (const id of this.#endTokens) tokens[id] = undefined;
    return Array.from(tokens);
  }
}

/** As JSON, short enough for a message. */
function shorten(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 200 ? `${json.slice(0, 200)}…` : json;
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
