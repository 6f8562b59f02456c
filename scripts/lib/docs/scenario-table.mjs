import { code, table } from './table.mjs';

/**
 * Every scenario: its id, its suite, and what a pass proves.
 *
 * @param {readonly import('../../../src/scenarios/scenario.js').Scenario[]} scenarios
 */
export const scenarioTable = (scenarios) =>
  table(
    ['id', 'suite', 'a pass proves'],
    scenarios.map(({ id, suite = 'page', proves }) => [code(id), suite, proves]),
  );
