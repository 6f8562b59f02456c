import { ledger } from '../engine/ledger.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import { engineKey, keepEngine, prepareKeptEngine, releaseKeptEngine } from './kept-engine.js';
import { emptyResult, type Report, type ScenarioResult } from './report.js';
import type { RunOptions } from './run-options.js';
import { runScenario } from './run-scenario.js';
import { readOptions, setUpRun } from './run-setup.js';
import { summarize } from './summarize.js';

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
  const scenarios =
    options.scenarios ??
    (options.agent ? coreScenarios.filter(({ suite }) => suite === 'agent') : coreScenarios);
  const choices = readOptions(options);
  await Promise.all(scenarios.map((scenario) => scenario.prepare?.()));
  const startedAt = new Date();
  const began = performance.now();
  const before = { ...ledger };
  choices.emit({ type: 'run-start', scenarios: scenarios.map(({ id }) => id) });
  const { keepEngine: keepFor = 0 } = options;
  const key = engineKey(choices.model, choices.device);
  // One engine at a time: scenarios count engines, and a small machine holds no more.
  if (keepFor > 0) await prepareKeptEngine(key);
  else await releaseKeptEngine();
  const run = await setUpRun(choices).catch(async (error: unknown) => {
    await releaseKeptEngine();
    throw error;
  });
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    const result = options.signal?.aborted
      ? { ...emptyResult(scenario, run), reason: 'the run was stopped' }
      : await runScenario(scenario, run);
    results.push(result);
    run.emit({ type: 'scenario-end', id: scenario.id, result });
  }
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
    expected: options.expected ?? scenarios.length,
    own: run.loadAgent ? undefined : { modelId: run.model.id, device: run.device },
  });
  run.emit({ type: 'run-end', report });
  return report;
}
