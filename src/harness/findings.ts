import type { ResultStatus, ScenarioResult } from './report.js';

/** One cause, and every result of a run that it explains. */
export interface Finding {
  kind: 'failed' | 'skipped';
  /** As the first of the results says it. */
  reason: string;
  /** The code of the error that several results share. */
  code?: string;
  results: readonly Pick<ScenarioResult, 'id' | 'title'>[];
}

const KINDS: Partial<Record<ResultStatus, Finding['kind']>> = {
  failed: 'failed',
  'timed-out': 'failed',
  skipped: 'skipped',
};

/**
 * What kept scenarios from passing, each cause once, failures first and then the most frequent. A
 * scenario that did not run has no cause of its own.
 */
export function findingsOf(results: readonly ScenarioResult[]): Finding[] {
  const findings = new Map<string, Finding & { results: ScenarioResult[] }>();
  for (const result of results) {
    const kind = KINDS[result.status];
    if (!kind) continue;
    const { reason = '', error } = result;
    const key = JSON.stringify([kind, error?.code, reason]);
    const known = findings.get(key);
    if (known) known.results.push(result);
    else findings.set(key, { kind, reason, code: error?.code, results: [result] });
  }
  return [...findings.values()].toSorted(
    (a, b) =>
      Number(a.kind === 'skipped') - Number(b.kind === 'skipped') ||
      b.results.length - a.results.length,
  );
}
