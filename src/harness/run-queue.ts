import { fetched } from '../fetched.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Report } from './report.js';
import type { RunOptions } from './run-options.js';

let last: Promise<unknown> = Promise.resolve();

/**
 * Does something with an engine after everything else that was to happen in turn. Tokens are counted
 * for the whole page, so two runs at once would count each other's tokens.
 */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}

/**
 * Runs scenarios in turn. A run that is stopped while it waits reports its scenarios as `not-run`.
 */
export function runInTurn(
  options: RunOptions & { scenarios: readonly Scenario[] },
): Promise<Report> {
  const code = loadCode(options.scenarios);
  code.catch(() => undefined); // thrown when it is this run's turn
  return inTurn(async () => (await code)(options));
}

/** Fetches the harness and the code of the scenarios in parallel. */
async function loadCode(scenarios: readonly Scenario[]) {
  const [{ runScenarios }] = await Promise.all([
    fetched(import('./run.js')),
    ...scenarios.map((scenario) => scenario.prepare?.()),
  ]);
  return runScenarios;
}
