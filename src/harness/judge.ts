import type { Check } from '../scenarios/scenario.js';
import type { InferenceCheck, ResultStatus } from './report.js';

export interface Verdict {
  status: ResultStatus;
  reason?: string;
}

/**
 * Judges a scenario that ran to its end. Its own checks decide: the worst one counts, a scenario
 * with only skipped checks was skipped, and a scenario without checks failed. Missing inference
 * fails the scenario whatever its checks say; present inference never improves the verdict.
 */
export function judge(checks: readonly Check[], inference: InferenceCheck): Verdict {
  const problems = checks.filter(({ status }) => status === 'failed').map(({ name }) => name);
  if (inference.required && !inference.found)
    problems.push(
      inference.accepts === 'counted'
        ? 'no token was computed in this page or by the server'
        : 'no token was computed in this page',
    );
  if (problems.length > 0) return { status: 'failed', reason: problems.join('; ') };
  if (checks.length === 0) return { status: 'failed', reason: 'the scenario made no check' };
  if (checks.some(({ status }) => status === 'passed')) return { status: 'passed' };
  return { status: 'skipped', reason: checks.map(({ reason }) => reason).join('; ') };
}
