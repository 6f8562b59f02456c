import { GEOMETRY } from '../models/models.mjs';

/**
 * What a row of the table compares.
 *
 * @typedef {object} Measure
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {'lower' | 'higher'} better
 */

/** @satisfies {Record<string, Omit<Measure, 'id'>>} */
export const measures = {
  cold: { title: 'cold: new profile, navigation to first token', unit: 'ms', better: 'lower' },
  warm: { title: 'warm: reload to first token', unit: 'ms', better: 'lower' },
  turn: { title: 'turn 6 of a conversation, first token', unit: 'ms', better: 'lower' },
  decode: { title: 'steady decode', unit: 'tok/s', better: 'higher' },
  several: { title: 'four agents at once, total rate', unit: 'tok/s', better: 'higher' },
};

/** @typedef {keyof typeof measures} MeasureId */
/** @typedef {'raw' | 'native' | 'one'} Baseline `one`: the same, asked one after the other. */

/** The goal for the ratio of a row: at most, or at least where higher is better. */
const goals = /** @satisfies {Record<string, number | Record<string, number>>} */ ({
  'cold/raw': 0.6,
  'warm/raw': 0.6,
  'turn/raw': 0.12,
  'decode/raw': { [GEOMETRY]: 2.2, default: 1.2 },
  'several/one': 2,
});

/**
 * @param {string} model
 * @param {MeasureId} measure
 * @param {Baseline} against
 * @returns {number | undefined}
 */
export function goalOf(model, measure, against) {
  const goal = /** @type {Record<string, number | Record<string, number>>} */ (goals)[
    `${measure}/${against}`
  ];
  return typeof goal === 'object' ? (goal[model] ?? goal.default) : goal;
}
