const CONSONANTS = 'bdfgklmnprstvz';
const VOWELS = 'aeiou';
/** One word of about seventy thousand: too many for a list, and short enough for a small model. */
const SYLLABLES = 2;

/** Names, words and numbers for what a scenario says, drawn from the seed of the run. */
export interface Fillers {
  /** A word that can be spoken but means nothing, such as `tibam`. */
  word(): string;
  /** The same as a name, such as `Tibam`. */
  name(): string;
  /** A whole number. Both limits can be drawn. */
  integer(from: number, to: number): number;
  /** One of the values. */
  pick<T extends string | number | boolean>(values: readonly T[]): T;
}

/**
 * Draws from a seed: the same seed and key give the same fillers, so that a failure can be repeated.
 * Words and names are never drawn twice.
 *
 * @param key what the fillers are for. Another key gives other fillers.
 * @param onDraw receives what was drawn.
 */
export function drawFillers(
  seed: number,
  key: string,
  onDraw?: (drawn: string | number | boolean) => void,
): Fillers {
  const random = randomFrom(seed, key);
  const used = new Set<string>();
  const below = (count: number) => Math.floor(random() * count);
  const noted = <T extends string | number | boolean>(drawn: T): T => {
    onDraw?.(drawn);
    return drawn;
  };
  const unused = (): string => {
    const word = spell(SYLLABLES, () => below(2 ** 32));
    if (used.has(word)) return unused();
    used.add(word);
    return word;
  };
  return {
    word: () => noted(unused()),
    name: () => noted(capitalize(unused())),
    integer: (from, to) => noted(from + below(to - from + 1)),
    pick: (values) => noted(values[below(values.length)]!),
  };
}

/** A word that can be spoken. `draw` gives large whole numbers. */
export function spell(syllables: number, draw: () => number): string {
  const letters = Array.from({ length: 2 * syllables + 1 }, (_, index) => {
    const from = index % 2 === 0 ? CONSONANTS : VOWELS;
    return from[draw() % from.length]!;
  });
  return letters.join('');
}

export const capitalize = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

/** Numbers from 0 up to, but not including, 1 (mulberry32). */
function randomFrom(seed: number, key: string): () => number {
  let state = seed;
  for (const character of key)
    state = Math.imul(state ^ character.codePointAt(0)!, 0x9e_37_79_b1) ^ (state >>> 15);
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
