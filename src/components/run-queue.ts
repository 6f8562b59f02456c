import { runScenarios, type RunOptions } from '../harness/run.js';
import type { Report } from '../harness/report.js';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs scenarios when no other run of this page is under way: tokens are counted for the page as a whole, so two runs at once would
 * take each other's for their own. A run that is stopped while it waits its turn reports its scenarios as not run.
 */
export function runInTurn(options: RunOptions): Promise<Report> {
  const run = last.then(() => runScenarios(options));
  last = run.catch(() => undefined);
  return run;
}
