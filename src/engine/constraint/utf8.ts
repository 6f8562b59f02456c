import type { CodePointRange } from './expression.js';

/** One byte of a UTF-8 sequence: the first and the last value that it may have. */
export type ByteRange = readonly [first: number, last: number];

/** The last code points that take one, two, three and four bytes. */
const LAST_OF_LENGTH = [0x7f, 0x7ff, 0xffff, 0x10ffff] as const;
const SURROGATES: CodePointRange = [0xd800, 0xdfff];

/** The byte sequences of the code points in `ranges`. Surrogates have none. */
export function utf8Sequences(ranges: readonly CodePointRange[]): ByteRange[][] {
  const sequences: ByteRange[][] = [];
  for (const [first, last] of ranges) {
    addRange(first, Math.min(last, SURROGATES[0] - 1), sequences);
    addRange(Math.max(first, SURROGATES[1] + 1), last, sequences);
  }
  return sequences;
}

function addRange(first: number, last: number, sequences: ByteRange[][]): void {
  let from = first;
  for (const [index, limit] of LAST_OF_LENGTH.entries()) {
    if (from > last) return;
    if (from > limit) continue;
    addAligned(from, Math.min(last, limit), index, sequences);
    from = limit + 1;
  }
}

/** Splits a range until each of its bytes varies independently of the others. */
function addAligned(
  first: number,
  last: number,
  continuations: number,
  sequences: ByteRange[][],
): void {
  for (let count = 1; count <= continuations; count++) {
    const low = (1 << (6 * count)) - 1;
    if ((first & ~low) === (last & ~low)) continue;
    if ((first & low) !== 0) {
      addAligned(first, first | low, continuations, sequences);
      addAligned((first | low) + 1, last, continuations, sequences);
      return;
    }
    if ((last & low) !== low) {
      addAligned(first, (last & ~low) - 1, continuations, sequences);
      addAligned(last & ~low, last, continuations, sequences);
      return;
    }
  }
  const from = utf8(first);
  const to = utf8(last);
  sequences.push(from.map((byte, index) => [byte, to[index]!] as const));
}

const encoder = new TextEncoder();
export const utf8Bytes = (text: string): Uint8Array => encoder.encode(text);

const utf8 = (codePoint: number): number[] => [...utf8Bytes(String.fromCodePoint(codePoint))];
