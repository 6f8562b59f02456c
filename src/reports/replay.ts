import { pageDevices, type PageDevice } from '../engine/ladder.js';
import { UnmockedError } from '../errors.js';
import { runScenarios } from '../harness/run.js';
import type { RunOptions } from '../harness/run-options.js';
import type { Report, ScenarioResult } from '../harness/report.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import { compareTokens, type TokenDifference } from './token-difference.js';

export interface Replay {
  /**
   * `same`: every token is the one of the report. `different`: the first difference is in
   * `difference`. `not-comparable`: the reason says why, for instance other weights.
   */
  verdict: 'same' | 'different' | 'not-comparable';
  reason?: string;
  /** Output tokens that are the same. */
  tokens: number;
  difference?: TokenDifference;
  /** Of this time. */
  result: ScenarioResult;
}

export interface ReplayOptions extends Pick<
  RunOptions,
  'signal' | 'onEvent' | 'server' | 'hubUrl'
> {
  /** Where the scenario is looked for. Default: the core scenarios. */
  scenarios?: RunOptions['scenarios'];
  /** Runs it. A page with other runs gives one that waits for them. Default: `runScenarios`. */
  run?: (options: RunOptions & { scenarios: readonly Scenario[] }) => Promise<Report>;
}

/**
 * Runs one scenario of a report again, with the report's model, device, dtype and seed, and compares
 * the token ids. The same weights in the same dtype on the same device give the same ids.
 *
 * @param id of the scenario.
 * @throws UnmockedError `invalid-argument` if the report has no such result, the result is not of this
 *   page's own model, or nobody here knows the scenario; `unknown-model`.
 */
export async function replay(
  report: Report,
  id: string,
  { scenarios = coreScenarios, run = runScenarios, ...options }: ReplayOptions = {},
): Promise<Replay> {
  const before = report.results.find((result) => result.id === id);
  const scenario = scenarios.find((one) => one.id === id);
  if (!before || !scenario)
    throw new UnmockedError(
      'invalid-argument',
      before
        ? `"${id}" is not one of the scenarios here, so it cannot be repeated.`
        : `The report has no scenario "${id}". It has: ${report.results.map((one) => one.id).join(', ')}.`,
    );
  const device = deviceOf(before);
  if (!device)
    throw new UnmockedError(
      'invalid-argument',
      `"${id}" loaded no model of its page in this report (${before.reason ?? before.status}), so there ` +
        'are no tokens to repeat. Choose a result with a device.',
    );
  const { results } = await run({
    ...options,
    scenarios: [scenario],
    model: onlyWith(resolveModel(report.model.id), device, before.evidence.dtype),
    device,
    seed: before.evidence.seed,
    server: options.server ?? null,
  });
  return judge(before, results[0]!);
}

function deviceOf({ device }: ScenarioResult): PageDevice | undefined {
  return pageDevices.find((name) => name !== 'auto' && name === device?.actual);
}

/** The model with its files of one dtype and device alone, so that no other one is chosen. */
function onlyWith(model: Model, device: PageDevice, dtype: string | undefined): Model {
  const variants = model.variants.filter(
    (variant) => variant.device === device && (dtype === undefined || variant.dtype === dtype),
  );
  return variants.length > 0 ? { ...model, variants } : model;
}

function judge(before: ScenarioResult, result: ScenarioResult): Replay {
  const { same: tokens, difference } = compareTokens(
    before.evidence.exchanges,
    result.evidence.exchanges,
  );
  const facts = { tokens, ...(difference ? { difference } : {}), result };
  const reason = incomparable(before, result) ?? (tokens === 0 && !difference ? NO_IDS : undefined);
  if (reason) return { verdict: 'not-comparable', reason, ...facts };
  return { verdict: difference ? 'different' : 'same', ...facts };
}

const NO_IDS = 'the report has no token ids for this scenario';

function incomparable(before: ScenarioResult, after: ScenarioResult): string | undefined {
  if (after.status === 'not-run' || after.status === 'skipped')
    return `it did not run this time: ${after.reason ?? after.status}`;
  const [was, is] = [before.evidence, after.evidence];
  if (was.modelDigest !== is.modelDigest)
    return `the weights are others: ${short(was.modelDigest)} then, ${short(is.modelDigest)} now`;
  if (was.dtype !== is.dtype) return `the dtype was ${was.dtype}, and is ${is.dtype}`;
  if (was.device !== is.device) return `the device was ${was.device}, and is ${is.device}`;
  return undefined;
}

const short = (digest: string | undefined): string => digest?.slice(0, 12) ?? 'unknown';
