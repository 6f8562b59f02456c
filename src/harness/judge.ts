import type { Check } from '../scenarios/scenario.js';
import type { InferenceCheck, ResultStatus } from './report.js';

const NOTHING: Record<InferenceCheck['accepts'], string> = {
  witnessed: 'no token was computed in this page',
  counted: 'no token was computed in this page or by the server',
  inferred:
    'no token was computed in this page, and no agent gave back the words that the harness drew',
};

export interface Verdict {
  status: ResultStatus;
  reason?: string;
}

/**
 * Judges a scenario that ran to its end. Its own checks decide: the worst one counts, a scenario
 * with only skipped checks was skipped, and a scenario without checks failed. Missing inference
 * fails the scenario whatever its checks say; present inference never improves the verdict. If an
 * agent cannot be asked whether it computes, a scenario without a failed check was skipped.
 */
export function judge(checks: readonly Check[], inference: InferenceCheck): Verdict {
  const problems = checks.filter(({ status }) => status === 'failed').map(({ name }) => name);
  const lacks = inference.required && !inference.found;
  if (lacks && !inference.reason) problems.push(NOTHING[inference.accepts]);
  if (problems.length > 0) return { status: 'failed', reason: problems.join('; ') };
  if (lacks) return { status: 'skipped', reason: inference.reason };
  if (checks.length === 0) return { status: 'failed', reason: 'the scenario made no check' };
  if (checks.some(({ status }) => status === 'passed')) return { status: 'passed' };
  return { status: 'skipped', reason: checks.map(({ reason }) => reason).join('; ') };
}
