import { type OpenRun, openRun } from '../harness/open-run.js';
import { scenariosOf } from '../harness/run.js';
import type { RunOptions } from '../harness/run-options.js';
import { inTurn } from '../harness/run-queue.js';
import { DEFAULT_TIMEOUT_MS } from '../harness/run-scenario.js';
import { readOptions } from '../harness/run-setup.js';
import type { Scenario } from '../scenarios/scenario.js';
import { describeFailure } from './failure.js';
import { allowTime, skipTest } from './running-test.js';

export interface RegisterOptions extends Omit<RunOptions, 'expected' | 'signal'> {
  /** The test framework's own, also `describe.only` and the like. */
  describe: (name: string, body: () => void) => unknown;
  /** The test framework's own. The time limit is in milliseconds. */
  it: (name: string, test: () => Promise<void>, timeLimit?: number) => unknown;
  /** The name of the group. Default: `Unmocked`. */
  title?: string;
}

/** A filter may leave any scenario out, so a run cannot have too few. */
const NO_FEWER = 0;
/** What the framework allows a test beside its scenario: start-up, and the time to stop. */
const OVERHEAD_MS = 60_000;

/**
 * Registers a test for each scenario, and one for the run as a whole: tokens were really computed.
 *
 * A scenario runs when its test does, so the framework's filters save time. All of them share one
 * run and its engine, until the last test ends it. A skipped scenario is a skipped test with the
 * reason. Each test tells the framework its own time limit.
 *
 * @throws UnmockedError `invalid-argument` or `unknown-model`.
 * @example
 * import { registerScenarios } from 'unmocked/testing';
 * registerScenarios({ describe, it, agent: () => createMyAgent() });
 */
export function registerScenarios(options: RegisterOptions): void {
  const { describe, it, title = 'Unmocked', timeout } = options;
  const scenarios = scenariosOf(options);
  const choices = readOptions(options);
  let run: Promise<OpenRun> | undefined;

  const runOne = (scenario: Scenario) =>
    inTurn(async () => {
      await scenario.prepare?.();
      run ??= openRun(choices, scenarios);
      return (await run).run(scenario);
    });

  const endRun = () =>
    inTurn(async () => {
      const report = await (await run)?.end(NO_FEWER);
      run = undefined;
      return report;
    });

  describe(title, () => {
    for (const scenario of scenarios) {
      // Somebody else's agent is asked for evidence afterwards, within the same limit.
      const limit = 2 * (timeout ?? scenario.timeout ?? DEFAULT_TIMEOUT_MS) + OVERHEAD_MS;
      // Mocha gives the test as `this`, and would take a parameter for a callback.
      const test = async function (this: unknown): Promise<void> {
        const running = { self: this, argument: arguments[0] as unknown };
        allowTime(running, limit);
        const result = await runOne(scenario);
        if (result.status === 'skipped') skipTest(running, result.reason ?? 'no reason was given');
        if (result.status !== 'passed') throw new Error(describeFailure(result));
      };
      it(scenario.id, test, limit);
    }

    const whole = async function (this: unknown): Promise<void> {
      const running = { self: this, argument: arguments[0] as unknown };
      allowTime(running, OVERHEAD_MS);
      const report = await endRun();
      if (!report) return skipTest(running, 'no scenario ran before it');
      if (report.problems.length > 0) throw new Error(report.problems.join('\n'));
    };
    it('the run: tokens were really computed', whole, OVERHEAD_MS);
  });
}
