import { scenarios as coreScenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import { openRun } from './open-run.js';
import type { Report } from './report.js';
import type { RunOptions } from './run-options.js';
import { readOptions } from './run-setup.js';

/**
 * Runs scenarios in order, each within its timeout. A failing scenario does not stop the others.
 *
 * @returns the report. A stopped run returns one too, with the remaining scenarios `not-run`.
 * @example
 * const report = await runScenarios({ agent: () => loadAgent({ backend: 'local' }) });
 * console.log(report.status, report.inference.kind); // passed witnessed
 *
 * @throws UnmockedError `invalid-argument` or `unknown-model`, or what `subject.describe` or a
 *   scenario's `prepare` throws; always before anything runs. Never for what happens in a scenario.
 */
export async function runScenarios(options: RunOptions = {}): Promise<Report> {
  const scenarios = scenariosOf(options);
  const choices = readOptions(options);
  await Promise.all(scenarios.map((scenario) => scenario.prepare?.()));
  const run = await openRun(choices, scenarios);
  for (const scenario of scenarios) await run.run(scenario);
  return run.end(options.expected ?? scenarios.length);
}

/** The scenarios that options ask for. */
export const scenariosOf = ({ scenarios, agent }: RunOptions): readonly Scenario[] =>
  scenarios ?? (agent ? coreScenarios.filter(({ suite }) => suite === 'agent') : coreScenarios);
