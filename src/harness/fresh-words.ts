const CONSONANTS = 'bdfgklmnprstvz';
const VOWELS = 'aeiou';
const SYLLABLES = 3;

/**
 * Draws a word that can be spoken and that nobody has written before, such as `tibamok`: one of
 * about five million.
 */
export function freshWord(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(2 * SYLLABLES + 1));
  const letters = [...numbers].map((number, index) => {
    const from = index % 2 === 0 ? CONSONANTS : VOWELS;
    return from[number % from.length]!;
  });
  return letters.join('');
}

/** Draws a name, such as `Tibamok`. */
export function freshName(): string {
  const word = freshWord();
  return word[0]!.toUpperCase() + word.slice(1);
}
