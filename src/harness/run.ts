import type { Agent } from '../agents/agent.js';
import { ledger } from '../engine/ledger.js';
import { type RequestedDevice, requestedDevices } from '../engine/ladder.js';
import { abortError, isAbortError, toErrorRecord, UnmockedError } from '../errors.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import { type Check, type Need, type Scenario, type ScenarioContext, SkipScenario } from '../scenarios/scenario.js';
import { type Description, realSystem, type System } from '../scenarios/system.js';
import { observe } from './observe.js';
import type { Report, ResultStatus, RunEvent, ScenarioResult } from './report.js';

export interface RunOptions {
  /** Default: the core scenarios. */
  scenarios?: readonly Scenario[] | undefined;
  /** Registry id, hub id, folder URL, or an entry of one's own. Default `unmocked-tiny`. */
  model?: string | Model | undefined;
  /** A mirror in the hub's layout. */
  hubUrl?: string | undefined;
  device?: RequestedDevice | undefined;
  seed?: number | undefined;
  signal?: AbortSignal | undefined;
  onEvent?: ((event: RunEvent) => void) | undefined;
  /** What is tested; saboteurs replace it. */
  system?: System | undefined;
  /** Fewer scenarios than this fail the run. Default: as many as were given. */
  expected?: number | undefined;
  /** Overrides every scenario's own. Milliseconds. */
  timeLimit?: number | undefined;
}

const TIME_LIMIT = 120_000;
/** How long a scenario that was told to stop may take to do so. */
const GRACE = 5000;

/**
 * Runs scenarios in order, each within its time limit; one that fails does not stop the rest.
 *
 * @throws UnmockedError `invalid-argument` or `unknown-model`, or what `system.describe` throws, before anything runs. Never for what happens in a scenario; a stopped run
 *   returns its report, with the rest `not-run`.
 */
export async function runScenarios(options: RunOptions = {}): Promise<Report> {
  const scenarios = options.scenarios ?? coreScenarios;
  const device = options.device ?? 'auto';
  if (!requestedDevices.includes(device)) {
    throw new UnmockedError('invalid-argument', `device is "${String(device)}". Allowed: ${requestedDevices.join(', ')}.`);
  }
  const seed = options.seed ?? 0;
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw new UnmockedError('invalid-argument', `seed is ${seed}. Allowed: a whole number from 0 to 4294967295.`);
  const model = resolveModel(options.model ?? 'unmocked-tiny', { hub: options.hubUrl });
  const system = options.system ?? realSystem;
  const emit = options.onEvent ?? (() => undefined);
  const startedAt = new Date();
  const began = performance.now();
  const tokensBefore = ledger.tokens;
  emit({ type: 'run-start', scenarios: scenarios.map(({ id }) => id) });
  const environment = await system.describe();
  const results: ScenarioResult[] = [];
  const run: Run = { options, model, device, seed, system, environment, emit };
  for (const scenario of scenarios) {
    const result = options.signal?.aborted ? notRun(scenario, model, seed) : await runScenario(scenario, run);
    results.push(result);
    emit({ type: 'scenario-end', id: scenario.id, result });
  }
  await run.warm?.dispose();
  const report = summarize(results, {
    startedAt: startedAt.toISOString(),
    durationMs: performance.now() - began,
    environment,
    device: { requested: device },
    seed,
    tokens: ledger.tokens - tokensBefore,
    expected: options.expected ?? scenarios.length,
    model,
  });
  emit({ type: 'run-end', report });
  return report;
}

interface Run {
  options: RunOptions;
  model: Model;
  device: RequestedDevice;
  seed: number;
  system: System;
  environment: Description;
  emit: (event: RunEvent) => void;
  /** Holds the shared engine from one scenario to the next, so that only those load anew which are about loading. */
  warm?: Agent;
}

async function runScenario(scenario: Scenario, run: Run): Promise<ScenarioResult> {
  const { model, device, seed, system, emit, options } = run;
  const { id } = scenario;
  emit({ type: 'scenario-start', id });
  const began = performance.now();
  const tokensBefore = ledger.tokens;
  const result: ScenarioResult = { id, title: scenario.title, status: 'passed', checks: [], metrics: {}, evidence: { modelId: model.id, seed, tokensComputed: 0, exchanges: [] }, durationMs: 0 };
  const missing = missingNeed(scenario.needs ?? [], run);
  if (missing) return { ...result, status: 'skipped', reason: missing };
  if (scenario.cold) {
    await run.warm?.dispose();
    delete run.warm;
  }

  const limit = options.timeLimit ?? scenario.timeLimit ?? TIME_LIMIT;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new DOMException(`The scenario took longer than ${limit / 1000} s.`, 'TimeoutError')), limit);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
  const agents: Agent[] = [];
  let exchanges = 0;
  let ended = false;
  const addCheck = (check: Check) => {
    if (ended) return; // a scenario that was given up no longer speaks
    const plain = { ...check, ...('actual' in check ? { actual: toPlain(check.actual) } : {}), ...('expected' in check ? { expected: toPlain(check.expected) } : {}) };
    result.checks.push(plain);
    emit({ type: 'check', id, check: plain });
  };
  const watch = (agent: Agent): Agent => {
    agents.push(agent);
    result.device ??= { requested: agent.device.requested, actual: agent.device.actual, attempts: agent.device.attempts };
    // The first agent is the run's own; later ones may be loaded on other devices on purpose.
    if (agents.length === 1) Object.assign(result.evidence, {
      modelDigest: agent.model.digest,
      dtype: agent.model.dtype,
      modelBytes: agent.model.bytes,
      device: agent.device.actual,
      adapter: agent.device.adapter,
      threads: agent.device.threads,
    });
    return observe(agent, (message) => {
      const exchange = exchanges++;
      emit({ type: 'exchange', id, exchange, message });
      return {
        onToken: ({ tokenId, text }) => emit({ type: 'token', id, exchange, tokenId, text }),
        onResponse: ({ metadata }) => {
          const { prompt, text, promptTokenIds, outputTokenIds, usage, finishReason, timings } = metadata;
          result.evidence.exchanges.push({ message, prompt, text, promptTokenIds, outputTokenIds, prefilledTokens: usage.prefilledTokens, finishReason, seed: metadata.seed, timings });
        },
      };
    });
  };
  const context: ScenarioContext = {
    system,
    model,
    device,
    seed,
    signal,
    reference: { model: typeof options.model === 'string' ? options.model : model.id, hubUrl: options.hubUrl },
    observe: watch,
    async load(loadOptions = {}) {
      const agent = await system.loadAgent({
        model,
        device,
        seed,
        signal,
        ...loadOptions,
        onProgress: (progress) => {
          emit({ type: 'progress', id, ...progress });
          loadOptions.onProgress?.(progress);
        },
        onAttempt: (attempt) => {
          emit({ type: 'attempt', id, attempt });
          loadOptions.onAttempt?.(attempt);
        },
      });
      if (!loadOptions.pool && !loadOptions.device) run.warm ??= await system.loadAgent({ model, device, signal });
      return watch(agent);
    },
    check(name, holds, facts = {}) {
      addCheck({ name, status: holds ? 'passed' : 'failed', ...facts });
      return holds;
    },
    equal(name, actual, expected) {
      return this.check(name, Object.is(actual, expected) || (isJson(actual) && isJson(expected) && JSON.stringify(actual) === JSON.stringify(expected)), { actual, expected });
    },
    async rejects(name, work, expected, holds) {
      try {
        const value = await work();
        addCheck({ name, status: 'failed', actual: `no error, but ${JSON.stringify(value)?.slice(0, 200) ?? 'nothing'}`, expected });
        return undefined;
      } catch (error) {
        if (signal.aborted) throw error;
        const { name: errorName, message, code } = toErrorRecord(error);
        addCheck({ name, status: holds(error as Error) ? 'passed' : 'failed', actual: `${code ?? errorName}: ${message}`, expected });
        return error as Error;
      }
    },
    skipCheck: (name, reason) => addCheck({ name, status: 'skipped', reason }),
    skip(reason): never {
      throw new SkipScenario(reason);
    },
    metric(name, value) {
      result.metrics[name] = value;
    },
    tokensComputed: () => ledger.tokens - tokensBefore,
  };

  let outcome: { status: ResultStatus; reason?: string; error?: unknown };
  try {
    await within(scenario.run(context), signal);
    outcome = { status: 'passed' };
  } catch (error) {
    if (error instanceof SkipScenario) outcome = { status: 'skipped', reason: error.message };
    else if (timeout.signal.aborted) outcome = { status: 'timed-out', reason: `longer than ${limit / 1000} s`, error };
    else if (options.signal?.aborted && isAbortError(error)) outcome = { status: 'not-run', reason: 'stopped' };
    else outcome = { status: 'failed', reason: (error as Error)?.message ?? String(error), error };
  } finally {
    clearTimeout(timer);
  }
  if (outcome.status === 'passed') {
    const computed = ledger.tokens - tokensBefore;
    if (scenario.inference !== false) context.check('the tokens were computed in this page', computed > 0, { actual: computed, expected: 'more than 0' });
    outcome = judge(result.checks);
  }
  ended = true;
  await Promise.allSettled(agents.map((agent) => agent.dispose()));
  result.status = outcome.status;
  if (outcome.reason) result.reason = outcome.reason;
  if (outcome.error) result.error = toErrorRecord(outcome.error);
  result.evidence.tokensComputed = ledger.tokens - tokensBefore;
  result.durationMs = performance.now() - began;
  return result;
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false; // it holds itself, or a BigInt
  }
}

/** Checks are in the report, which is JSON; numbers that JSON does not have are kept as texts. */
function toPlain(value: unknown): unknown {
  if (value === undefined) return undefined;
  return isJson(value) && !(typeof value === 'number' && !Number.isFinite(value)) ? value : String(value);
}

/** The worst of the checks; a scenario whose every check was skipped was skipped, and one without checks has failed. */
function judge(checks: readonly Check[]): { status: ResultStatus; reason?: string } {
  const failed = checks.filter((check) => check.status === 'failed');
  if (failed.length > 0) return { status: 'failed', reason: failed.map((check) => check.name).join('; ') };
  if (checks.some((check) => check.status === 'passed')) return { status: 'passed' };
  return checks.length > 0 ? { status: 'skipped', reason: checks.map((check) => check.reason).join('; ') } : { status: 'failed', reason: 'it made no check' };
}

/** Settles as the work does; when `signal` aborts, work gets a moment to end by itself and is then given up. */
function within(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let grace: ReturnType<typeof setTimeout> | undefined;
    const stop = () => (grace = setTimeout(() => reject(abortError(signal)), GRACE));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(grace);
      signal.removeEventListener('abort', stop);
    });
  });
}

function missingNeed(needs: readonly Need[], { model, environment }: Run): string | undefined {
  for (const need of needs) {
    if (need === 'webgpu') {
      if (!environment.webgpu.adapter) return `needs WebGPU: ${environment.webgpu.reason}`;
    } else if (need === 'cross-origin-isolation') {
      if (!environment.crossOriginIsolated) return 'needs cross-origin isolation (COOP and COEP headers)';
    } else if (!model.capabilities.includes(need)) {
      return `"${model.id}" has no ${need} training`;
    }
  }
  return undefined;
}

function notRun(scenario: Scenario, model: Model, seed: number): ScenarioResult {
  return { id: scenario.id, title: scenario.title, status: 'not-run', reason: 'the run was stopped', checks: [], metrics: {}, evidence: { modelId: model.id, seed, tokensComputed: 0, exchanges: [] }, durationMs: 0 };
}

interface Facts extends Pick<Report, 'startedAt' | 'durationMs' | 'environment' | 'device' | 'seed'> {
  tokens: number;
  expected: number;
  model: Model;
}

function summarize(results: ScenarioResult[], { tokens, expected, model, ...facts }: Facts): Report {
  const totals = { passed: 0, failed: 0, skipped: 0, 'timed-out': 0, 'not-run': 0, total: results.length };
  for (const { status } of results) totals[status]++;
  const problems: string[] = [];
  if (tokens === 0) problems.push('Nothing was inferred: no token was computed in this page during the run.');
  if (results.length < expected) problems.push(`${results.length} scenarios ran, ${expected} were expected.`);
  if (totals.passed === 0) problems.push('No scenario passed.');
  const failed = totals.failed + totals['timed-out'] + totals['not-run'] > 0 || problems.length > 0;
  const { modelDigest, dtype, modelBytes } = results.find(({ evidence }) => evidence.modelDigest)?.evidence ?? {};
  return {
    schema: 'unmocked/1',
    ...facts,
    status: failed ? 'failed' : 'passed',
    problems,
    model: { id: model.id, ...(modelDigest ? { digest: modelDigest } : {}), ...(dtype ? { dtype } : {}), ...(modelBytes ? { bytes: modelBytes } : {}) },
    results,
    totals,
    inference: { tokens },
  };
}

