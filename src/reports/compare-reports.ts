import type { Report, ResultStatus, ScenarioResult } from '../harness/report.js';
import { compareTokens, type TokenComparison } from './token-difference.js';

/** A fact about two runs that is not the same. */
export interface FactChange {
  /** For people, such as `model` or `browser`. */
  name: string;
  /** Undefined where a report does not say. */
  before: string | undefined;
  after: string | undefined;
}

/** How one scenario fared in two runs. */
export interface ScenarioChange {
  id: string;
  title: string;
  /** Undefined where a report lacks the scenario. */
  before: ResultStatus | undefined;
  after: ResultStatus | undefined;
  /** `fixed`: it passes now. `broken`: it does no longer. `other`: another status, or only one of the two has it. */
  change: 'same' | 'fixed' | 'broken' | 'other';
  /** Undefined where a report lacks the scenario, or where no token ids are known. */
  tokens?: TokenComparison;
  /** Milliseconds. */
  durationMs: readonly [number | undefined, number | undefined];
  /** Medians over the scenario's requests, in tokens per second and milliseconds. */
  tokensPerSecond: readonly [number | undefined, number | undefined];
  firstTokenMs: readonly [number | undefined, number | undefined];
}

export interface Comparison {
  facts: FactChange[];
  /** In the order of the second report; then what only the first has. */
  scenarios: ScenarioChange[];
  totals: Record<ScenarioChange['change'], number>;
  /** Scenarios whose tokens differ. */
  differentTokens: number;
}

/** What changed from one run to another: facts, status, tokens and times. */
export function compareReports(before: Report, after: Report): Comparison {
  const facts = FACTS.map(([name, read]) => ({ name, before: read(before), after: read(after) }));
  const ids = new Set([...after.results, ...before.results].map(({ id }) => id));
  const scenarios = [...ids].map((id) =>
    compareResults(
      before.results.find((result) => result.id === id),
      after.results.find((result) => result.id === id),
    ),
  );
  const totals = { same: 0, fixed: 0, broken: 0, other: 0 };
  for (const { change } of scenarios) totals[change]++;
  return {
    facts: facts.filter((fact) => fact.before !== fact.after),
    scenarios,
    totals,
    differentTokens: scenarios.filter(({ tokens }) => tokens?.difference).length,
  };
}

/** Facts that explain other tokens or times. */
const FACTS: readonly [name: string, read: (report: Report) => string | undefined][] = [
  ['model', ({ model }) => model.id],
  ['weights', ({ model }) => model.digest],
  ['dtype', ({ model }) => model.dtype],
  ['device', (report) => report.results.find(({ device }) => device)?.device?.actual],
  ['adapter', ({ environment: { webgpu } }) => webgpu?.adapter?.description],
  ['seed', ({ seed }) => String(seed)],
  ['server', ({ server }) => server?.url],
  ['browser', ({ environment }) => environment.userAgent],
  ['threads', ({ environment }) => text(environment.threads)],
  ['transformers.js', ({ environment }) => environment.versions?.transformers],
  ['ONNX Runtime', ({ environment }) => environment.versions?.onnxruntime],
];

const text = (value: unknown): string | undefined => (value === undefined ? undefined : `${value}`);

function compareResults(
  before: ScenarioResult | undefined,
  after: ScenarioResult | undefined,
): ScenarioChange {
  const { id, title } = (after ?? before)!;
  const both = before && after;
  const tokens = both && compareTokens(before.evidence.exchanges, after.evidence.exchanges);
  const pair = <T>(read: (result: ScenarioResult) => T): [T | undefined, T | undefined] => [
    before && read(before),
    after && read(after),
  ];
  return {
    id,
    title,
    before: before?.status,
    after: after?.status,
    change: changeOf(before?.status, after?.status),
    ...(tokens && (tokens.same > 0 || tokens.difference) ? { tokens } : {}),
    durationMs: pair(({ durationMs }) => durationMs),
    tokensPerSecond: pair((result) => median(result, 'tokensPerSecond')),
    firstTokenMs: pair((result) => median(result, 'firstToken')),
  };
}

function changeOf(
  before: ResultStatus | undefined,
  after: ResultStatus | undefined,
): ScenarioChange['change'] {
  if (before === after) return 'same';
  if (before && after === 'passed') return 'fixed';
  if (before === 'passed' && after && after !== 'skipped') return 'broken';
  return 'other';
}

function median(
  { evidence }: ScenarioResult,
  name: 'tokensPerSecond' | 'firstToken',
): number | undefined {
  const values = evidence.exchanges
    .map(({ timings }) => timings[name])
    .filter((value) => Number.isFinite(value) && value > 0)
    .toSorted((a, b) => a - b);
  const middle = values.length >> 1;
  if (values.length === 0) return undefined;
  return values.length % 2 === 1 ? values[middle] : (values[middle - 1]! + values[middle]!) / 2;
}
