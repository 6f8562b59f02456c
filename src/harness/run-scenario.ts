import { toErrorRecord } from '../errors.js';
import { type Scenario, SkipScenario } from '../scenarios/scenario.js';
import { RunningContext } from './context.js';
import { askForEvidence, inferenceOf } from './inference.js';
import { judge, type Verdict } from './judge.js';
import { releaseKeptEngine } from './kept-engine.js';
import { missingNeed } from './needs.js';
import { Recorder } from './recorder.js';
import { emptyResult, type ScenarioResult } from './report.js';
import type { PageServer } from './page-server.js';
import type { RunSetup } from './run-setup.js';
import { within } from './within.js';
import { WorkClock } from './work-clock.js';

export const DEFAULT_TIMEOUT_MS = 120_000;

/** Runs one scenario within its timeout. Never throws for what happens in the scenario. */
export async function runScenario(scenario: Scenario, run: RunSetup): Promise<ScenarioResult> {
  run.emit({ type: 'scenario-start', id: scenario.id });
  const missing = missingNeed(scenario, run);
  if (missing) return { ...emptyResult(scenario, run), status: 'skipped', reason: missing };
  if (scenario.cold) await Promise.all([run.warm.release(), releaseKeptEngine()]);
  if (!run.startServer || !scenario.needs?.includes('remote')) return runOn(scenario, run);
  let started: PageServer;
  try {
    started = await run.startServer();
  } catch (error) {
    if (run.options.signal?.aborted) return { ...emptyResult(scenario, run), reason: 'stopped' };
    const record = toErrorRecord(error);
    return {
      ...emptyResult(scenario, run),
      status: 'failed',
      reason: record.message,
      error: record,
    };
  }
  try {
    return await runOn(scenario, { ...run, server: started.server });
  } finally {
    started.stop();
  }
}

async function runOn(scenario: Scenario, run: RunSetup): Promise<ScenarioResult> {
  const { options } = run;
  const began = performance.now();
  const limit = options.timeout ?? scenario.timeout ?? DEFAULT_TIMEOUT_MS;
  const clock = new WorkClock(limit);
  const signal = anySignal(options.signal, clock.signal);
  const recorder = new Recorder(scenario, run, (progress) => clock.progress(progress));
  const context = new RunningContext(scenario, run, recorder, signal);
  const error = await within((async () => scenario.run(context))(), signal).then(
    () => undefined,
    (reason: unknown) => reason ?? new Error('The scenario threw nothing.'),
  );
  clock.stop();

  const toldToStop = clock.signal.aborted || options.signal?.aborted;
  let inference = inferenceOf(scenario, run, recorder);
  if (error === undefined && !toldToStop)
    inference = await askForEvidence(
      inference,
      run,
      context.tested,
      recorder,
      anySignal(options.signal, AbortSignal.timeout(limit)),
    );
  let verdict: Verdict;
  // The signals come first: a scenario can swallow the abort of the run and continue.
  if (clock.signal.aborted)
    verdict = { status: 'timed-out', reason: `longer than ${limit / 1000} s` };
  else if (options.signal?.aborted) verdict = { status: 'not-run', reason: 'stopped' };
  else if (error instanceof SkipScenario) verdict = { status: 'skipped', reason: error.message };
  else if (error !== undefined)
    verdict = { status: 'failed', reason: (error as Error)?.message ?? String(error) };
  else verdict = judge(recorder.checks, inference);
  const isError =
    error !== undefined && (verdict.status === 'failed' || verdict.status === 'timed-out');
  const result = recorder.end({
    ...verdict,
    ...(isError ? { error: toErrorRecord(error) } : {}),
    inference,
  });
  await context.dispose();
  return { ...result, durationMs: performance.now() - began };
}

const anySignal = (first: AbortSignal | undefined, second: AbortSignal): AbortSignal =>
  first ? AbortSignal.any([first, second]) : second;
