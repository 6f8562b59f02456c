import { complement, regexExpression } from './regex.js';
import {
  ANY_CHAR,
  anyOfTexts,
  chars,
  choice,
  repeat,
  Rule,
  sequence,
  text,
  type CodePointRange,
  type Expression,
} from './expression.js';
import { intersection } from './regular.js';

export interface StringLimits {
  minLength?: number;
  maxLength?: number;
  /** JavaScript's syntax; each must match somewhere in the string. */
  patterns?: readonly string[];
}

/**
 * A JSON string. There is one way to write each character, that of `JSON.stringify`, so lengths and
 * patterns are exact.
 */
export function jsonString({
  minLength = 0,
  maxLength = Infinity,
  patterns = [],
}: StringLimits = {}): Expression {
  const contents = patterns.map((pattern) => regexExpression(pattern, 'search'));
  if (minLength > 0 || maxLength < Infinity || contents.length === 0)
    contents.push(repeat(ANY_CHAR, minLength, maxLength));
  const [first, ...others] = contents.map(escaped);
  return sequence(text('"'), intersection(first!, ...others), text('"'));
}

const CONTROLS: CodePointRange = [0, 0x1f];
const ESCAPED: readonly CodePointRange[] = [CONTROLS, [0x22, 0x22], [0x5c, 0x5c]];
const PLAIN = complement(ESCAPED);

/** The same expression inside a JSON string. */
export function escaped(expression: Expression): Expression {
  switch (expression.kind) {
    case 'text':
      return text(JSON.stringify(expression.text).slice(1, -1));
    case 'chars':
      return escapedChars(expression.ranges);
    case 'sequence':
      return sequence(...expression.parts.map(escaped));
    case 'choice':
      return choice(...expression.options.map(escaped));
    case 'repeat':
      return repeat(escaped(expression.body), expression.min, expression.max);
    case 'nothing':
      return expression;
    case 'bytes':
    case 'rule':
      throw new TypeError(`A ${expression.kind} expression cannot be put into a JSON string.`);
  }
}

function escapedChars(ranges: readonly CodePointRange[]): Expression {
  const all = ranges.length === 1 && ranges[0]![0] === 0 && ranges[0]![1] === 0x10ffff;
  if (all) return ANY_JSON_CHAR;
  return buildEscapedChars(ranges);
}

function buildEscapedChars(ranges: readonly CodePointRange[]): Expression {
  const escapes = intersect(ranges, ESCAPED).flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) =>
      JSON.stringify(String.fromCharCode(first + index)).slice(1, -1),
    ),
  );
  return choice(chars(...intersect(ranges, PLAIN)), anyOfTexts(escapes));
}

/** Shared by all strings, so that their graphs are small. */
const ANY_JSON_CHAR = new Rule('character', buildEscapedChars([[0, 0x10ffff]]));

function intersect(
  some: readonly CodePointRange[],
  others: readonly CodePointRange[],
): CodePointRange[] {
  return some.flatMap(([first, last]) =>
    others
      .map(([from, to]): CodePointRange => [Math.max(first, from), Math.min(last, to)])
      .filter(([from, to]) => from <= to),
  );
}
