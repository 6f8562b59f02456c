import { code, table } from './table.mjs';

/**
 * The staged faults, with the spec that stages each.
 *
 * @param {typeof import('../../../test/faults/table.mjs').faultGroups} groups
 */
export const faultTable = (groups) =>
  groups
    .map(({ title, faults }) =>
      table(
        [title, 'what happens', 'staged by'],
        faults.map(({ fault, promise, spec }) => [
          `${fault}.`,
          `${upperFirst(promise)}.`,
          code(`test/${spec}`),
        ]),
      ),
    )
    .join('\n');

/** @param {string} text */
const upperFirst = (text) => text.charAt(0).toUpperCase() + text.slice(1);
