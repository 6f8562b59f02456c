import { abortError, toErrorRecord } from '../errors.js';
import {
  type Check,
  type Scenario,
  type ScenarioContext,
  SkipScenario,
} from '../scenarios/scenario.js';
import { createContext } from './context.js';
import { secretOf, withoutSecret } from './redact.js';
import type { ResultStatus, ScenarioResult } from './report.js';
import type { Run } from './run.js';

const TIME_LIMIT = 120_000;
/** How long a scenario that was told to stop may take to do so. */
const GRACE = 5000;

interface Outcome {
  status: ResultStatus;
  reason?: string;
  error?: unknown;
}

export function emptyResult({ id, title }: Scenario, { model, seed }: Run): ScenarioResult {
  return {
    id,
    title,
    status: 'not-run',
    checks: [],
    metrics: {},
    evidence: { modelId: model.id, seed, tokensComputed: 0, exchanges: [] },
    durationMs: 0,
  };
}

/** Runs one scenario within its time limit. Never throws for what happens in it. */
export async function runScenario(scenario: Scenario, run: Run): Promise<ScenarioResult> {
  const { options } = run;
  const result = emptyResult(scenario, run);
  run.emit({ type: 'scenario-start', id: scenario.id });
  const missing = missingNeed(scenario, run);
  if (missing) return { ...result, status: 'skipped', reason: missing };
  if (scenario.cold) await run.warm.release();

  const began = performance.now();
  const limit = options.timeout ?? scenario.timeout ?? TIME_LIMIT;
  const timeout = new AbortController();
  const timer = setTimeout(
    () =>
      timeout.abort(
        new DOMException(`The scenario took longer than ${limit / 1000} s.`, 'TimeoutError'),
      ),
    limit,
  );
  const signal = options.signal
    ? AbortSignal.any([options.signal, timeout.signal])
    : timeout.signal;
  const { context, end } = createContext(run, result, signal);
  const error = await within((async () => scenario.run(context))(), signal).then(
    () => undefined,
    (reason: unknown) => reason ?? new Error('it threw nothing'),
  );
  clearTimeout(timer);

  const computed = context.tokensComputed();
  let outcome: Outcome;
  // What the signals say comes first: a scenario can take an abort of the run for one of its own, and go on.
  if (timeout.signal.aborted)
    outcome = { status: 'timed-out', reason: `longer than ${limit / 1000} s`, error };
  else if (options.signal?.aborted) outcome = { status: 'not-run', reason: 'stopped' };
  else if (error instanceof SkipScenario) outcome = { status: 'skipped', reason: error.message };
  else if (error !== undefined)
    outcome = { status: 'failed', reason: (error as Error)?.message ?? String(error), error };
  else {
    if (scenario.inference !== false)
      checkInference(context, scenario.needs?.includes('remote') ?? false);
    outcome = judge(result.checks);
  }
  await end();
  result.status = outcome.status;
  if (outcome.reason) result.reason = outcome.reason;
  if (outcome.error) result.error = toErrorRecord(outcome.error);
  result.evidence.tokensComputed = computed;
  const remote = context.remoteTokensComputed();
  if (remote > 0) result.evidence.remoteTokens = remote;
  result.durationMs = performance.now() - began;
  return withoutSecret(result, secretOf(run.server));
}

/** Where a scenario is about a server, the server's own count is a witness too. */
function checkInference(context: ScenarioContext, remote: boolean): void {
  const actual = context.tokensComputed() + (remote ? context.remoteTokensComputed() : 0);
  context.check(
    remote
      ? 'the tokens were computed in this page or by the server'
      : 'the tokens were computed in this page',
    actual > 0,
    { actual, expected: 'more than 0' },
  );
}

/** The worst of the checks; a scenario whose every check was skipped was skipped, and one without checks has failed. */
function judge(checks: readonly Check[]): { status: ResultStatus; reason?: string } {
  const failed = checks.filter((check) => check.status === 'failed');
  if (failed.length > 0)
    return { status: 'failed', reason: failed.map((check) => check.name).join('; ') };
  if (checks.some((check) => check.status === 'passed')) return { status: 'passed' };
  return checks.length > 0
    ? { status: 'skipped', reason: checks.map((check) => check.reason).join('; ') }
    : { status: 'failed', reason: 'it made no check' };
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

function missingNeed(
  { needs = [] }: Scenario,
  { model, environment, server }: Run,
): string | undefined {
  for (const need of needs) {
    if (need === 'webgpu') {
      if (!environment.webgpu.adapter) return `needs WebGPU: ${environment.webgpu.reason}`;
    } else if (need === 'cross-origin-isolation') {
      if (!environment.crossOriginIsolated)
        return 'needs cross-origin isolation (COOP and COEP headers)';
    } else if (need === 'remote') {
      if ('reason' in server) return `needs an OpenAI-compatible server: ${server.reason}`;
    } else if (need === 'faults') {
      if ('reason' in server) return `needs an OpenAI-compatible server: ${server.reason}`;
      if (!server.faults)
        return `${server.apiUrl} does not misbehave on request, as npm run serve:openai does`;
    } else if (!model.capabilities.includes(need)) {
      return `"${model.id}" has no ${need} training`;
    }
  }
  return undefined;
}
