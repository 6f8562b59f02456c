import { fetched } from '../fetched.js';
import type { Report } from '../harness/report.js';
import type { RunOptions } from '../harness/run.js';
import type { Scenario } from '../scenarios/scenario.js';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs scenarios when no other run of this page is under way: tokens are counted for the page as a whole, so two runs at once would
 * take each other's for their own. A run that is stopped while it waits its turn reports its scenarios as not run.
 */
export function runInTurn(
  options: RunOptions & { scenarios: readonly Scenario[] },
): Promise<Report> {
  const code = loadCode(options.scenarios);
  code.catch(() => undefined); // it is thrown when the run's turn has come
  const run = last.then(async () => (await code)(options));
  last = run.catch(() => undefined);
  return run;
}

/** Fetches what runs scenarios, and what they do, at the same time. */
async function loadCode(scenarios: readonly Scenario[]) {
  const [{ runScenarios }] = await Promise.all([
    fetched(import('../harness/run.js')),
    ...scenarios.map((scenario) => scenario.prepare?.()),
  ]);
  return runScenarios;
}
