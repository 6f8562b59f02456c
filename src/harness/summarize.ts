import type { Report, ScenarioResult } from './report.js';

type Facts = Pick<
  Report,
  'startedAt' | 'durationMs' | 'environment' | 'server' | 'device' | 'seed' | 'inference'
> & { expected: number; modelId: string };

/** Builds the report of a run and decides whether the run passed. */
export function summarize(
  results: ScenarioResult[],
  { expected, modelId, inference, server, ...facts }: Facts,
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
      id: modelId,
      ...(modelDigest ? { digest: modelDigest } : {}),
      ...(dtype ? { dtype } : {}),
      ...(modelBytes ? { bytes: modelBytes } : {}),
    },
    results,
    totals,
    inference,
  };
}
