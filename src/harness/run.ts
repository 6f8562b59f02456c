import type { Agent } from '../agents/agent.js';
import { readEnvironment } from '../settings/environment.js';
import { ledger } from '../engine/ledger.js';
import { type PageDevice, pageDevices } from '../engine/ladder.js';
import { isAbortError, UnmockedError } from '../errors.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import type { EnvironmentInfo } from '../scenarios/environment-info.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Server, ServerSettings } from '../scenarios/server.js';
import { realSubject, type Subject } from '../scenarios/subject.js';
import type { Report, RunEvent, ScenarioResult } from './report.js';
import { emptyResult, runScenario } from './run-scenario.js';

export interface RunOptions {
  /** Default: the core scenarios. */
  scenarios?: readonly Scenario[] | undefined;
  /** Registry id, hub id, folder URL, or an entry of one's own. Default `unmocked-tiny`. */
  model?: string | Model | undefined;
  /** A mirror in the hub's layout. */
  hubUrl?: string | undefined;
  /** A device of this page; what is remote is a backend. */
  device?: PageDevice | undefined;
  /** An OpenAI-compatible server for the scenarios that need one; default: the environment's, `null`: none. */
  server?: ServerSettings | null | undefined;
  seed?: number | undefined;
  signal?: AbortSignal | undefined;
  onEvent?: ((event: RunEvent) => void) | undefined;
  /** What is tested; saboteurs replace it. */
  subject?: Subject | undefined;
  /** Fewer scenarios than this fail the run. Default: as many as were given. */
  expected?: number | undefined;
  /** Overrides every scenario's own. Milliseconds. */
  timeout?: number | undefined;
}

/**
 * Runs scenarios in order, each within its time limit; one that fails does not stop the rest.
 *
 * @throws UnmockedError `invalid-argument` or `unknown-model`, or what `subject.describe` or a scenario's `prepare` throws, before anything runs. Never for what happens in a scenario; a stopped run
 *   returns its report, with the rest `not-run`.
 */
export async function runScenarios(options: RunOptions = {}): Promise<Report> {
  const scenarios = options.scenarios ?? coreScenarios;
  const device = options.device ?? 'auto';
  if (!pageDevices.includes(device))
    throw new UnmockedError(
      'invalid-argument',
      `device is "${String(device)}". Allowed: ${pageDevices.join(', ')}.`,
    );
  const seed = options.seed ?? 0;
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new UnmockedError(
      'invalid-argument',
      `seed is ${seed}. Allowed: a whole number from 0 to 4294967295.`,
    );
  const model = resolveModel(options.model ?? 'unmocked-tiny', { hub: options.hubUrl });
  const subject = options.subject ?? realSubject;
  const emit = (event: RunEvent) => {
    try {
      options.onEvent?.(event);
    } catch (error) {
      reportError(error); // the listener's trouble is not the run's
    }
  };
  await Promise.all(scenarios.map((scenario) => scenario.prepare?.()));
  const startedAt = new Date();
  const began = performance.now();
  const before = { ...ledger };
  emit({ type: 'run-start', scenarios: scenarios.map(({ id }) => id) });
  const environment = await subject.describe();
  const server = await lookForServer(options, subject, model.id);
  const results: ScenarioResult[] = [];
  const warm = new WarmEngine(() =>
    subject.loadAgent({ model, backend: 'local', device, signal: options.signal }),
  );
  const run: Run = { options, model, device, seed, subject, environment, server, emit, warm };
  for (const scenario of scenarios) {
    const result = options.signal?.aborted
      ? { ...emptyResult(scenario, run), reason: 'the run was stopped' }
      : await runScenario(scenario, run);
    results.push(result);
    emit({ type: 'scenario-end', id: scenario.id, result });
  }
  await warm.release();
  const report = summarize(results, {
    startedAt: startedAt.toISOString(),
    durationMs: performance.now() - began,
    environment,
    device: { requested: device },
    seed,
    server: 'reason' in server ? undefined : { url: server.apiUrl, models: [...server.models] },
    inference: {
      tokens: ledger.tokens - before.tokens,
      remoteTokens: ledger.remoteTokens - before.remoteTokens,
    },
    expected: options.expected ?? scenarios.length,
    model,
  });
  emit({ type: 'run-end', report });
  return report;
}

/** What the scenarios of a run have in common. */
export interface Run {
  options: RunOptions;
  model: Model;
  device: PageDevice;
  seed: number;
  subject: Subject;
  environment: EnvironmentInfo;
  /** Or why there is none. */
  server: Server | { reason: string };
  emit: (event: RunEvent) => void;
  warm: WarmEngine;
}

/** Holds the run's engine from one scenario to the next, so that only those load anew which are about loading. */
class WarmEngine {
  readonly #load: () => Promise<Agent>;
  #agent: Promise<Agent | undefined> | undefined;

  constructor(load: () => Promise<Agent>) {
    this.#load = load;
  }

  /** For when the engine is loaded: then this takes no time. A scenario does not fail of it. */
  async hold(): Promise<void> {
    this.#agent ??= this.#load().catch(() => undefined);
    await this.#agent;
  }

  async release(): Promise<void> {
    const agent = await this.#agent;
    this.#agent = undefined;
    await agent?.dispose();
  }
}

/** A server that is away is no error of the run: what needs it is skipped, with the reason. */
async function lookForServer(
  { server, signal }: RunOptions,
  subject: Subject,
  preferred: string,
): Promise<Server | { reason: string }> {
  const environment = server === undefined ? readEnvironment() : {};
  const settings =
    server ??
    (environment.apiUrl
      ? { apiUrl: environment.apiUrl, apiKey: environment.apiKey, model: environment.model }
      : undefined);
  if (!settings) return { reason: 'no API URL is set (npm run serve:openai starts a server)' };
  try {
    return await subject.findServer(settings, { preferred, signal });
  } catch (error) {
    if (isAbortError(error)) return { reason: 'the run was stopped' };
    throw error;
  }
}

interface Facts extends Pick<
  Report,
  'startedAt' | 'durationMs' | 'environment' | 'server' | 'device' | 'seed' | 'inference'
> {
  expected: number;
  model: Model;
}

function summarize(
  results: ScenarioResult[],
  { expected, model, inference, server, ...facts }: Facts,
): Report {
  const totals = {
    passed: 0,
    failed: 0,
    skipped: 0,
    'timed-out': 0,
    'not-run': 0,
    total: results.length,
  };
  for (const { status } of results) totals[status]++;
  const problems: string[] = [];
  if (inference.tokens + inference.remoteTokens === 0)
    problems.push('Nothing was inferred: no token was computed during the run.');
  if (results.length < expected)
    problems.push(`${results.length} scenarios ran, ${expected} were expected.`);
  if (totals.passed === 0) problems.push('No scenario passed.');
  const failed = totals.failed + totals['timed-out'] + totals['not-run'] > 0 || problems.length > 0;
  const { modelDigest, dtype, modelBytes } =
    results.find(({ evidence }) => evidence.modelDigest)?.evidence ?? {};
  return {
    schema: 'unmocked/1',
    ...facts,
    ...(server ? { server } : {}),
    status: failed ? 'failed' : 'passed',
    problems,
    model: {
      id: model.id,
      ...(modelDigest ? { digest: modelDigest } : {}),
      ...(dtype ? { dtype } : {}),
      ...(modelBytes ? { bytes: modelBytes } : {}),
    },
    results,
    totals,
    inference,
  };
}
