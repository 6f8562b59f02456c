import { ledger } from '../engine/ledger.js';
import type { Scenario } from '../scenarios/scenario.js';
import { engineKey, keepEngine, prepareKeptEngine, releaseKeptEngine } from './kept-engine.js';
import { emptyResult, type Report, type ScenarioResult } from './report.js';
import { runScenario } from './run-scenario.js';
import { type RunChoices, setUpRun } from './run-setup.js';
import { summarize } from './summarize.js';

/** A run that is under way. Its scenarios share the environment, the server and a warm engine. */
export interface OpenRun {
  /** Runs one scenario within its timeout. One at a time. Never throws for what happens in it. */
  run(scenario: Scenario): Promise<ScenarioResult>;
  /**
   * Releases the engine, or keeps it for `keepEngine` milliseconds, and sums up.
   *
   * @param expected with fewer scenarios, the run failed.
   */
  end(expected: number): Promise<Report>;
}

/**
 * Begins a run.
 *
 * @param planned the scenarios that are to come, for whoever listens to events.
 * @throws what `setUpRun` throws.
 */
export async function openRun(choices: RunChoices, planned: readonly Scenario[]): Promise<OpenRun> {
  const startedAt = new Date();
  const began = performance.now();
  const before = { ...ledger };
  const { signal, keepEngine: keepFor = 0 } = choices.options;
  choices.emit({ type: 'run-start', scenarios: planned.map(({ id }) => id) });
  const key = engineKey(choices.model, choices.device);
  // One engine at a time: scenarios count engines, and a small machine holds no more.
  if (keepFor > 0) await prepareKeptEngine(key);
  else await releaseKeptEngine();
  const run = await setUpRun(choices).catch(async (error: unknown) => {
    await releaseKeptEngine();
    throw error;
  });
  const results: ScenarioResult[] = [];
  return {
    async run(scenario) {
      const result = signal?.aborted
        ? { ...emptyResult(scenario, run), reason: 'the run was stopped' }
        : await runScenario(scenario, run);
      results.push(result);
      run.emit({ type: 'scenario-end', id: scenario.id, result });
      return result;
    },
    async end(expected) {
      if (keepFor > 0) await keepEngine(key, run.warm, keepFor);
      else await run.warm.release();
      const { server } = run;
      const report = summarize(results, {
        startedAt: startedAt.toISOString(),
        durationMs: performance.now() - began,
        environment: run.environment,
        seed: run.seed,
        server: 'reason' in server ? undefined : { url: server.apiUrl, models: [...server.models] },
        inference: {
          tokens: ledger.tokens - before.tokens,
          remoteTokens: ledger.remoteTokens - before.remoteTokens,
        },
        expected,
        own: run.loadAgent ? undefined : { modelId: run.model.id, device: run.device },
      });
      run.emit({ type: 'run-end', report });
      return report;
    },
  };
}
