import { fetched } from '../fetched.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Report } from './report.js';
import type { RunOptions } from './run-options.js';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs scenarios after all other runs of this page have ended. Tokens are counted for the whole
 * page, so two runs at once would count each other's tokens. A run that is stopped while it waits
 * reports its scenarios as `not-run`.
 */
export function runInTurn(
  options: RunOptions & { scenarios: readonly Scenario[] },
): Promise<Report> {
  const code = loadCode(options.scenarios);
  code.catch(() => undefined); // thrown when it is this run's turn
  const run = last.then(async () => (await code)(options));
  last = run.catch(() => undefined);
  return run;
}

/** Fetches the harness and the code of the scenarios in parallel. */
async function loadCode(scenarios: readonly Scenario[]) {
  const [{ runScenarios }] = await Promise.all([
    fetched(import('./run.js')),
    ...scenarios.map((scenario) => scenario.prepare?.()),
  ]);
  return runScenarios;
}
