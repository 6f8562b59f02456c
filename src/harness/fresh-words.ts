import { capitalize, spell } from '../scenarios/fillers.js';

/** One word of about five million. */
const SYLLABLES = 3;

/**
 * Draws a word that can be spoken and that nobody has written before, such as `tibamok`. No seed
 * gives it again.
 */
export const freshWord = (): string =>
  spell(SYLLABLES, () => crypto.getRandomValues(new Uint32Array(1))[0]!);

/** Draws a name, such as `Tibamok`. */
export const freshName = (): string => capitalize(freshWord());
