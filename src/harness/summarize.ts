import type { PageDevice } from '../engine/ladder.js';
import { type EvidenceKind, type Report, type ScenarioResult, UNKNOWN_MODEL } from './report.js';

type Facts = Pick<Report, 'startedAt' | 'durationMs' | 'environment' | 'server' | 'seed'> & {
  /** Of this page. Undefined if the run tests somebody else's agent. */
  own: { modelId: string; device: PageDevice } | undefined;
  expected: number;
  inference: Omit<Report['inference'], 'kind'>;
};

/** Builds the report of a run and decides whether the run passed. */
export function summarize(
  results: ScenarioResult[],
  { expected, own, inference, server, ...facts }: Facts,
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
  const kind = weakest(results);
  // A scenario does not run only if somebody stops the run.
  const stopped = totals['not-run'] > 0;
  if (stopped)
    problems.push(
      `The run was stopped: ${totals['not-run']} of ${results.length} scenarios did not run.`,
    );
  if (!stopped && kind === 'none' && inference.tokens + inference.remoteTokens === 0)
    problems.push('Nothing was inferred: no token was computed during the run.');
  if (results.length < expected)
    problems.push(`${results.length} scenarios ran, ${expected} were expected.`);
  if (!stopped && totals.passed === 0) problems.push('No scenario passed.');
  const failed = totals.failed + totals['timed-out'] > 0 || problems.length > 0;
  const { modelDigest, dtype, modelBytes } =
    results.find(({ evidence }) => evidence.modelDigest)?.evidence ?? {};
  const loaded = results.find(({ device }) => device);
  return {
    schema: 'unmocked/1',
    ...facts,
    device: { requested: own?.device ?? loaded?.device?.requested ?? 'auto' },
    ...(server ? { server } : {}),
    status: stopped ? 'stopped' : failed ? 'failed' : 'passed',
    problems,
    model: {
      id: own?.modelId ?? loaded?.evidence.modelId ?? UNKNOWN_MODEL,
      ...(modelDigest ? { digest: modelDigest } : {}),
      ...(dtype ? { dtype } : {}),
      ...(modelBytes ? { bytes: modelBytes } : {}),
    },
    results,
    totals,
    inference: { ...inference, kind },
  };
}

const KINDS: readonly EvidenceKind[] = ['counted', 'inferred', 'witnessed'];

/** The weakest accepted evidence of a run's scenarios. */
function weakest(results: readonly ScenarioResult[]): EvidenceKind {
  const kinds = results.flatMap(({ inference }) =>
    inference?.required && inference.found ? [inference.kind] : [],
  );
  return KINDS.find((kind) => kinds.includes(kind)) ?? 'none';
}
