import {
  anyNumberOf,
  chars,
  choice,
  EMPTY,
  NOTHING,
  optional,
  repeat,
  sequence,
  text,
  type ByteState,
  type Expression,
} from './expression.js';
import { intersection } from './regular.js';

export interface NumberLimits {
  integer: boolean;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  exclusiveMaximum?: number | undefined;
  /** A whole number; for integers only. */
  multipleOf?: number | undefined;
  /** Digits after the point, at most. */
  decimals?: number | undefined;
}

/** Doubles hold this many decimal digits exactly: what is written is what `JSON.parse` reads. */
const DIGITS = 15;
/** Digits after the point of a number that has limits. */
const FRACTION_DIGITS = 6;

/** A JSON number, without `-0` and without leading zeros. With limits it has no exponent. */
export function jsonNumber(limits: NumberLimits): Expression {
  const lower = lowerLimit(limits);
  const upper = upperLimit(limits);
  const limited = Boolean(lower || upper || limits.multipleOf || limits.decimals);
  const fraction = limits.integer ? 0 : (limits.decimals ?? fractionDigits(limited, lower, upper));
  const parts = [choice(positive(fraction, lower, upper), negative(fraction, lower, upper))];
  if (limits.multipleOf) parts.push(multiples(limits.multipleOf));
  const number = parts.length > 1 ? intersection(parts[0]!, ...parts.slice(1)) : parts[0]!;
  return limits.integer || limited ? number : sequence(number, optional(EXPONENT));
}

interface Limit {
  value: number;
  /** The value itself is not allowed. */
  strict: boolean;
}

function lowerLimit({ minimum, exclusiveMinimum }: NumberLimits): Limit | undefined {
  if (exclusiveMinimum !== undefined && !(minimum !== undefined && minimum > exclusiveMinimum))
    return { value: exclusiveMinimum, strict: true };
  return minimum === undefined ? undefined : { value: minimum, strict: false };
}

function upperLimit({ maximum, exclusiveMaximum }: NumberLimits): Limit | undefined {
  if (exclusiveMaximum !== undefined && !(maximum !== undefined && maximum < exclusiveMaximum))
    return { value: exclusiveMaximum, strict: true };
  return maximum === undefined ? undefined : { value: maximum, strict: false };
}

const digit = (first: number, last: number): Expression =>
  first > last ? NOTHING : chars([0x30 + first, 0x30 + last]);
const ANY_DIGIT = digit(0, 9);
const EXPONENT = sequence(
  chars([0x45, 0x45], [0x65, 0x65]),
  optional(chars([0x2b, 0x2b], [0x2d, 0x2d])),
  repeat(ANY_DIGIT, 1, 2),
);
const someDigits = (max: number): Expression => repeat(ANY_DIGIT, 0, Math.max(0, max));
const anyFraction = (max: number): Expression =>
  max === 0 ? EMPTY : optional(sequence(text('.'), repeat(ANY_DIGIT, 1, max)));
const wholeNumber = (digits: number): Expression =>
  choice(text('0'), sequence(digit(1, 9), someDigits(digits - 1)));

/** As many as keep a number within 15 digits, and never fewer than a limit has. */
function fractionDigits(limited: boolean, ...limits: (Limit | undefined)[]): number {
  if (!limited) return DIGITS;
  const decimals = limits.flatMap((limit) => (limit ? [decimal(Math.abs(limit.value))] : []));
  const whole = Math.max(...decimals.map((one) => one.whole.length));
  const wanted = Math.max(1, Math.min(FRACTION_DIGITS, DIGITS - whole));
  return Math.max(wanted, ...decimals.map((one) => one.fraction.length));
}

function positive(fraction: number, lower?: Limit, upper?: Limit): Expression {
  const all = sequence(wholeNumber(DIGITS), anyFraction(fraction));
  const parts = [all];
  if (lower && (lower.value > 0 || (lower.value === 0 && lower.strict)))
    parts.push(atLeast(lower, fraction));
  if (upper) {
    if (upper.value < 0 || (upper.value === 0 && upper.strict)) return NOTHING;
    parts.push(atMost(upper, fraction));
  }
  return parts.length > 1 ? intersection(all, ...parts.slice(1)) : all;
}

/** The mirror image of the positive numbers, without zero. */
function negative(fraction: number, lower?: Limit, upper?: Limit): Expression {
  const mirrored = (limit?: Limit): Limit | undefined =>
    limit && { value: -limit.value, strict: limit.strict };
  const nearest = mirrored(upper);
  const fromZero = nearest && nearest.value > 0 ? nearest : { value: 0, strict: true };
  const body = positive(fraction, fromZero, mirrored(lower));
  return sequence(text('-'), body);
}

/** A number of at least 0 as digits; the fraction has no zeros at its end. */
function decimal(value: number): { whole: string; fraction: string } {
  const plain = String(value).includes('e')
    ? value >= 1
      ? BigInt(value).toString()
      : value.toFixed(20)
    : String(value);
  const [whole, fraction = ''] = plain.split('.');
  return { whole: whole!, fraction: fraction.replace(/0+$/, '') };
}

/** Numbers of the form `123.45` that are at least the limit, which is not negative. */
function atLeast({ value, strict }: Limit, fraction: number): Expression {
  const limit = decimal(value);
  const n = limit.whole.length;
  const any = anyFraction(fraction);
  const longer =
    n >= DIGITS ? NOTHING : sequence(digit(1, 9), repeat(ANY_DIGIT, n, DIGITS - 1), any);
  const sameLength = compared(limit.whole, 'greater', (at, allowed) =>
    sequence(allowed, repeat(ANY_DIGIT, n - at - 1, n - at - 1), any),
  );
  return choice(
    longer,
    ...sameLength,
    sequence(text(limit.whole), fractionAtLeast(limit.fraction, strict, fraction)),
  );
}

function fractionAtLeast(limit: string, strict: boolean, max: number): Expression {
  const nonZero = sequence(anyNumberOf(text('0')), digit(1, 9), someDigits(max));
  if (limit === '') {
    if (strict) return max === 0 ? NOTHING : sequence(text('.'), nonZero);
    return anyFraction(max);
  }
  if (limit.length > max) return NOTHING;
  const greater = compared(limit, 'greater', (at, allowed) =>
    sequence(allowed, someDigits(max - at - 1)),
  );
  const rest = strict ? nonZero : someDigits(max - limit.length);
  return sequence(text('.'), choice(...greater, sequence(text(limit), rest)));
}

/** Numbers of the form `123.45` that are at most the limit, which is not negative. */
function atMost({ value, strict }: Limit, fraction: number): Expression {
  const limit = decimal(value);
  const n = limit.whole.length;
  if (n > DIGITS) return sequence(wholeNumber(DIGITS), anyFraction(fraction));
  const any = anyFraction(fraction);
  const shorter =
    n === 1 ? NOTHING : sequence(choice(text('0'), sequence(digit(1, 9), someDigits(n - 2))), any);
  const sameLength = compared(limit.whole, 'less', (at, allowed) =>
    sequence(allowed, repeat(ANY_DIGIT, n - at - 1, n - at - 1), any),
  );
  return choice(
    shorter,
    ...sameLength,
    sequence(text(limit.whole), fractionAtMost(limit.fraction, strict, fraction)),
  );
}

function fractionAtMost(limit: string, strict: boolean, max: number): Expression {
  const zeros = anyNumberOf(text('0'));
  if (limit === '') {
    if (strict) return NOTHING;
    return max === 0 ? EMPTY : optional(sequence(text('.'), text('0'), zeros));
  }
  const less = compared(limit, 'less', (at, allowed) =>
    sequence(allowed, someDigits(max - at - 1)),
  );
  const beginnings = Array.from({ length: limit.length - 1 }, (_, index) =>
    text(limit.slice(0, index + 1)),
  );
  const equal = strict ? NOTHING : sequence(text(limit), zeros);
  return optional(sequence(text('.'), choice(...less, ...beginnings, equal)));
}

/** For each place: the same digits before it, and there a digit that is greater or less. */
function compared(
  digits: string,
  how: 'greater' | 'less',
  rest: (at: number, allowed: Expression) => Expression,
): Expression[] {
  return [...digits].map((char, at) => {
    const value = Number(char);
    const allowed = how === 'greater' ? digit(value + 1, 9) : digit(0, value - 1);
    return sequence(text(digits.slice(0, at)), rest(at, allowed));
  });
}

/** Integers that a whole number divides: the remainder is the state. */
function multiples(divisor: number): Expression {
  const states: ByteState[] = Array.from({ length: divisor }, (_, remainder) => ({
    accepting: remainder === 0,
    edges: Array.from({ length: 10 }, (_unused, value) => ({
      first: 0x30 + value,
      last: 0x30 + value,
      to: (remainder * 10 + value) % divisor,
    })),
  }));
  return sequence(optional(text('-')), { kind: 'bytes', states });
}
