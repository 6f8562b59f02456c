/** What an element needs to run something. Loaded with the first run. */
import { askInTurn, type AskInTurnOptions, type Answer } from '../harness/ask-in-turn.js';
import { untilAborted } from '../errors.js';
import type { Report } from '../harness/report.js';
import { runInTurn } from '../harness/run-queue.js';
import type { RunOptions } from '../harness/run-options.js';
import type { Scenario } from '../scenarios/scenario.js';
import { environmentServer } from '../settings/environment-server.js';
import { runServer } from './run-server.js';

/** Milliseconds. Long enough to press Run on the next element of a page. */
const KEEP_ENGINE = 10_000;

/**
 * Runs one scenario in turn, on this page's model or on an agent of the page's.
 *
 * @throws as `runScenarios`; the signal's reason at once if it is stopped while it waits for its turn.
 */
export async function runOne({
  scenario,
  model,
  device,
  hubUrl,
  agent,
  ...options
}: Omit<RunOptions, 'scenarios' | 'server' | 'keepEngine'> & {
  scenario: Scenario;
}): Promise<Report> {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const run = runInTurn({
    ...options,
    scenarios: [scenario],
    ...(agent ? { agent } : { model, device, hubUrl, server: runServer(environmentServer()) }),
    keepEngine: KEEP_ENGINE,
    onEvent: (event) => {
      begin();
      options.onEvent?.(event);
    },
  });
  await untilAborted(Promise.race([begun, run]), options.signal);
  return run;
}

/** @throws as `askInTurn`. */
export const ask = (options: Omit<AskInTurnOptions, 'keepEngine'>): Promise<Answer> =>
  askInTurn({ ...options, keepEngine: KEEP_ENGINE });
