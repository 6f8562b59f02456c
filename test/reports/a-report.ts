import type { Report, ScenarioResult } from '../../src/harness/report.js';
import { summarize } from '../../src/harness/summarize.js';
import { aResult } from '../components/a-result.js';

/** A report with these results, summed up by the code that sums up a run. */
export const aReport = (
  results: ScenarioResult[] = [aResult()],
  changes: Partial<Report> = {},
): Report => ({
  ...summarize(results, {
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 2000,
    environment: {
      userAgent: 'a browser',
      crossOriginIsolated: true,
      hardwareConcurrency: 2,
      webgpu: { adapter: null, reason: 'no adapter here' },
      wasmSimd: true,
      threads: 2,
      versions: { transformers: '4.0.0', onnxruntime: '1.25.0' },
    },
    seed: 0,
    own: { modelId: 'unmocked-tiny', device: 'auto' },
    expected: results.length,
    inference: { tokens: 10, remoteTokens: 0 },
  }),
  ...changes,
});
