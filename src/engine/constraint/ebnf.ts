import { UnmockedError } from '../../errors.js';
import {
  chars,
  choice,
  EMPTY,
  repeat,
  Rule,
  sequence,
  text,
  type CodePointRange,
  type Expression,
} from './expression.js';
import { complement } from './regex.js';

const NAME = /[A-Za-z_][\w-]*/y;
const RULE_START = /[A-Za-z_][\w-]*\s*::=/y;
const BLANK = /(?:\s|#[^\n]*)+/y;
const COUNTS = /\{\s*(\d+)\s*(,\s*(\d*)\s*)?\}/y;
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/suy;
const ESCAPED: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

/**
 * Translates a grammar in the EBNF that llama.cpp and XGrammar share: rules `name ::= …`, strings
 * in double quotes, classes `[a-z]` and `[^"]`, `.`, groups, `|`, `*`, `+`, `?`, `{n,m}` and
 * comments after `#`. It starts with `root`.
 *
 * @throws UnmockedError `invalid-constraint` that names the line.
 */
export function ebnfExpression(ebnf: string): Expression {
  return new EbnfParser(ebnf).parse();
}

class EbnfParser {
  readonly #source: string;
  readonly #rules = new Map<string, Rule>();
  readonly #defined = new Set<string>();
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Expression {
    this.#match(BLANK);
    while (this.#at < this.#source.length) this.#rule();
    const missing = [...this.#rules.keys(), 'root'].find((name) => !this.#defined.has(name));
    if (missing !== undefined) throw this.#error(`the rule "${missing}" is missing`);
    return this.#rules.get('root')!;
  }

  #rule(): void {
    const name = this.#name('the name of a rule');
    if (this.#defined.has(name)) throw this.#error(`the rule "${name}" is defined twice`);
    if (!this.#take('::=')) throw this.#error('"::=" is missing');
    this.#defined.add(name);
    this.#ruleOf(name).body = this.#alternatives();
    if (this.#at < this.#source.length && !this.#isAt(RULE_START))
      throw this.#error(`"${this.#source[this.#at]}" is not expected here`);
  }

  #alternatives(): Expression {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return choice(...options);
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    for (let part = this.#part(); part; part = this.#part()) parts.push(part);
    return parts.length === 0 ? EMPTY : sequence(...parts);
  }

  /** Undefined at the end of an alternative. */
  #part(): Expression | undefined {
    let part = this.#atom();
    if (!part) return undefined;
    for (;;) {
      if (this.#take('*')) part = repeat(part, 0, Infinity);
      else if (this.#take('+')) part = repeat(part, 1, Infinity);
      else if (this.#take('?')) part = repeat(part, 0, 1);
      else {
        const counts = this.#match(COUNTS);
        if (!counts) return part;
        const min = Number(counts[1]);
        part = repeat(part, min, counts[2] ? (counts[3] ? Number(counts[3]) : Infinity) : min);
      }
    }
  }

  #atom(): Expression | undefined {
    if (this.#isAt(RULE_START)) return undefined;
    if (this.#take('(')) {
      const inner = this.#alternatives();
      if (!this.#take(')')) throw this.#error('")" is missing');
      return inner;
    }
    if (this.#source[this.#at] === '"') return this.#string();
    if (this.#source[this.#at] === '[') return this.#class();
    if (this.#take('.')) return chars(...complement([[0x0a, 0x0a]]));
    return this.#isAt(NAME) ? this.#ruleOf(this.#name('a rule')) : undefined;
  }

  #string(): Expression {
    this.#at++;
    let value = '';
    while (this.#source[this.#at] !== '"') value += this.#char('"');
    this.#take('"');
    return text(value);
  }

  #class(): Expression {
    this.#at++;
    const negated = this.#source[this.#at] === '^';
    if (negated) this.#at++;
    const ranges: CodePointRange[] = [];
    while (this.#source[this.#at] !== ']') {
      const first = this.#char(']').codePointAt(0)!;
      let last = first;
      if (this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']') {
        this.#at++;
        last = this.#char(']').codePointAt(0)!;
      }
      if (last < first) throw this.#error('the range of a class is upside down');
      ranges.push([first, last]);
    }
    this.#take(']');
    return chars(...(negated ? complement(ranges) : ranges));
  }

  /** One character of a string or a class, escapes included. */
  #char(end: string): string {
    const escape = this.#matchHere(ESCAPE);
    if (escape) {
      const code = escape[1] ?? escape[2] ?? escape[3];
      if (code === undefined) return ESCAPED[escape[4]!] ?? escape[4]!;
      const value = parseInt(code, 16);
      if (value > 0x10ffff) throw this.#error(`${escape[0]} is not a character`);
      return String.fromCodePoint(value);
    }
    const codePoint = this.#source.codePointAt(this.#at);
    if (codePoint === undefined) throw this.#error(`the closing ${end} is missing`);
    const char = String.fromCodePoint(codePoint);
    this.#at += char.length;
    return char;
  }

  #ruleOf(name: string): Rule {
    let rule = this.#rules.get(name);
    if (!rule) this.#rules.set(name, (rule = new Rule(name)));
    return rule;
  }

  #name(what: string): string {
    const name = this.#match(NAME);
    if (!name) throw this.#error(`${what} is missing`);
    return name[0];
  }

  #take(token: string): boolean {
    if (!this.#source.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    this.#match(BLANK);
    return true;
  }

  /** Matches here, and skips the blanks after it. */
  #match(pattern: RegExp): RegExpExecArray | null {
    const match = this.#matchHere(pattern);
    if (match && pattern !== BLANK) this.#matchHere(BLANK);
    return match;
  }

  #matchHere(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match) this.#at += match[0].length;
    return match;
  }

  #isAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#source);
  }

  #error(problem: string): UnmockedError {
    const line = this.#source.slice(0, this.#at).split('\n').length;
    return new UnmockedError(
      'invalid-constraint',
      `The grammar is wrong at line ${line}: ${problem}.`,
    );
  }
}
