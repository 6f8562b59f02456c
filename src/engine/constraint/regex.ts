import { UnmockedError } from '../../errors.js';
import {
  ANY_CHAR,
  anyNumberOf,
  chars,
  choice,
  EMPTY,
  repeat,
  sequence,
  text,
  type CodePointRange,
  type Expression,
} from './expression.js';

/**
 * Translates a regular expression in JavaScript's syntax.
 *
 * `whole` must match the whole text, as in an HTML `pattern`. `search` may match anywhere, as in a
 * JSON Schema: `^` and `$` then say otherwise.
 *
 * @throws UnmockedError `invalid-constraint` for a syntax error, `unsupported` for what is not
 *   regular (lookaround, back references) and for word boundaries and inner anchors.
 */
export function regexExpression(pattern: string, mode: 'whole' | 'search'): Expression {
  checkSyntax(pattern);
  return new RegexParser(pattern, mode).parse();
}

function checkSyntax(pattern: string): void {
  // Older patterns escape characters that need no escape, which the flag "u" does not allow.
  const error = syntaxError(pattern, 'u') && syntaxError(pattern, '');
  if (error)
    throw new UnmockedError(
      'invalid-constraint',
      `"${pattern}" is not a regular expression: ${error.message}`,
      { cause: error },
    );
}

function syntaxError(pattern: string, flags: string): Error | undefined {
  try {
    return void new RegExp(pattern, flags);
  } catch (error) {
    return error as Error;
  }
}

const LAST_CODE_POINT = 0x10ffff;
const DIGIT: CodePointRange[] = [[0x30, 0x39]];
const WORD: CodePointRange[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SPACE: CodePointRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: CodePointRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const CLASS_ESCAPES: Record<string, CodePointRange[]> = { d: DIGIT, w: WORD, s: SPACE };
const CONTROL_ESCAPES: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };

class RegexParser {
  readonly #pattern: string;
  readonly #mode: 'whole' | 'search';
  readonly #chars: string[];
  #at = 0;
  #depth = 0;

  constructor(pattern: string, mode: 'whole' | 'search') {
    this.#pattern = pattern;
    this.#mode = mode;
    this.#chars = [...pattern];
  }

  parse(): Expression {
    return this.#alternatives();
  }

  #alternatives(): Expression {
    const options = [this.#alternative()];
    while (this.#take('|')) options.push(this.#alternative());
    return choice(...options);
  }

  #alternative(): Expression {
    const anchored = this.#depth === 0 && this.#take('^');
    const parts: Expression[] = [];
    let ended = false;
    while (this.#at < this.#chars.length && this.#peek() !== '|' && this.#peek() !== ')') {
      if (ended) throw this.#unsupported('"$" that is not at the end of an alternative');
      if (this.#take('^'))
        throw this.#unsupported('"^" that is not at the start of an alternative');
      if (this.#take('$')) {
        if (this.#depth > 0) throw this.#unsupported('"$" inside a group');
        ended = true;
      } else {
        parts.push(this.#quantified());
      }
    }
    const around = this.#mode === 'search' && this.#depth === 0 ? anyNumberOf(ANY_CHAR) : EMPTY;
    return sequence(anchored ? EMPTY : around, ...parts, ended ? EMPTY : around);
  }

  #quantified(): Expression {
    const atom = this.#atom();
    const range = this.#quantifier();
    if (!range) return atom;
    this.#take('?'); // lazy: the same texts match
    return repeat(atom, ...range);
  }

  #quantifier(): [min: number, max: number] | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    const counts = /^\{(\d+)(,(\d*))?\}/.exec(this.#chars.slice(this.#at, this.#at + 32).join(''));
    if (!counts) return undefined;
    this.#at += counts[0].length;
    const min = Number(counts[1]);
    return [min, counts[2] === undefined ? min : counts[3] ? Number(counts[3]) : Infinity];
  }

  #atom(): Expression {
    const char = this.#next();
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '.':
        return chars(...complement(LINE_ENDS));
      case '\\':
        return this.#escape();
      default:
        return text(char);
    }
  }

  #group(): Expression {
    if (this.#take('?') && !this.#take(':')) {
      const name = /^<([^=!>][^>]*)>/.exec(this.#chars.slice(this.#at).join(''));
      if (!name) throw this.#unsupported('lookahead, lookbehind or modifiers "(?"');
      this.#at += [...name[0]].length;
    }
    this.#depth++;
    const inner = this.#alternatives();
    this.#depth--;
    this.#next(); // the closing parenthesis: the syntax was checked
    return inner;
  }

  #escape(): Expression {
    const ranges = this.#escapedSet();
    if (ranges) return chars(...ranges);
    const char = this.#peek();
    if (char === 'b' || char === 'B') throw this.#unsupported(`the word boundary "\\${char}"`);
    if (char === 'k' || /[1-9]/.test(char))
      throw this.#unsupported(`the back reference "\\${char}"`);
    const codePoint = this.#escapedChar();
    return chars([codePoint, codePoint]);
  }

  #class(): Expression {
    const negated = this.#take('^');
    const ranges: CodePointRange[] = [];
    while (!this.#take(']')) {
      const set = this.#classSet();
      if (set) {
        ranges.push(...set);
        continue;
      }
      const first = this.#classChar();
      if (this.#peek() === '-' && this.#peek(1) !== ']') {
        this.#at++;
        const after = this.#classSet();
        if (after) ranges.push([first, first], [0x2d, 0x2d], ...after);
        else ranges.push([first, this.#classChar()]);
      } else {
        ranges.push([first, first]);
      }
    }
    return chars(...(negated ? complement(ranges) : ranges));
  }

  #classSet(): CodePointRange[] | undefined {
    if (this.#peek() !== '\\') return undefined;
    this.#at++;
    const set = this.#escapedSet();
    if (!set) this.#at--;
    return set;
  }

  #classChar(): number {
    const char = this.#next();
    if (char !== '\\') return char.codePointAt(0)!;
    if (this.#take('b')) return 8; // in a class it is the backspace
    return this.#escapedChar();
  }

  /**
   * The characters that the escape after a backslash stands for. Undefined, with nothing read, if
   * it stands for a single character.
   */
  #escapedSet(): CodePointRange[] | undefined {
    const char = this.#peek();
    const set = CLASS_ESCAPES[char.toLowerCase()];
    if (set) {
      this.#at++;
      return char === char.toLowerCase() ? set : complement(set);
    }
    const property = /^[pP]\{[^}]+\}/.exec(this.#chars.slice(this.#at).join(''));
    if (!property) return undefined;
    this.#at += property[0].length;
    return codePointsOf(new RegExp(`^\\${property[0]}$`, 'u'));
  }

  #escapedChar(): number {
    const rest = this.#chars.slice(this.#at).join('');
    const hex = /^(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]+)\})/i.exec(rest);
    if (hex) {
      this.#at += hex[0].length;
      const unit = parseInt((hex[1] ?? hex[2] ?? hex[3])!, 16);
      const low = /^\\u(d[c-f][\da-f]{2})/i.exec(this.#chars.slice(this.#at).join(''));
      if (!(unit >= 0xd800 && unit <= 0xdbff && low)) return unit;
      this.#at += low[0].length;
      return ((unit - 0xd800) << 10) + (parseInt(low[1]!, 16) - 0xdc00) + 0x10000;
    }
    const control = /^c([a-z])/i.exec(rest);
    if (control) {
      this.#at += 2;
      return control[1]!.charCodeAt(0) % 32;
    }
    const char = this.#next();
    return CONTROL_ESCAPES[char] ?? char.codePointAt(0)!;
  }

  #peek(ahead = 0): string {
    return this.#chars[this.#at + ahead] ?? '';
  }

  #next(): string {
    return this.#chars[this.#at++] ?? '';
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }

  #unsupported(what: string): UnmockedError {
    return new UnmockedError(
      'unsupported',
      `The pattern "${this.#pattern}" uses ${what}, which constrained decoding cannot do. ` +
        'Rewrite it without.',
    );
  }
}

export function complement(ranges: readonly CodePointRange[]): CodePointRange[] {
  const result: CodePointRange[] = [];
  let from = 0;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    if (first > from) result.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= LAST_CODE_POINT) result.push([from, LAST_CODE_POINT]);
  return result;
}

/** Tries every code point; takes about 50 ms. */
function codePointsOf(one: RegExp): CodePointRange[] {
  const ranges: [number, number][] = [];
  for (let codePoint = 0; codePoint <= LAST_CODE_POINT; codePoint++) {
    if (!one.test(String.fromCodePoint(codePoint))) continue;
    const before = ranges.at(-1);
    if (before?.[1] === codePoint - 1) before[1] = codePoint;
    else ranges.push([codePoint, codePoint]);
  }
  return ranges;
}
