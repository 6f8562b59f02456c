import { capitalize, spell } from '../scenarios/fillers.js';

/**
 * Draws a word that can be spoken and that nobody has written before, such as `tibamok`. No seed
 * gives it again.
 */
export const freshWord = (): string => spell(() => crypto.getRandomValues(new Uint32Array(1))[0]!);

/** Draws a name, such as `Tibamok`. */
export const freshName = (): string => capitalize(freshWord());
