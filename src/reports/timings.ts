import { isSoftware } from '../engine/adapter-info.js';
import type { Attempt } from '../engine/ladder.js';
import type { AdapterInfo } from '../engine/protocol.js';
import type { Exchange, Report, ScenarioResult } from '../harness/report.js';

/** When one token of a reply was computed. */
export interface TokenTime {
  /** The request, from 1. */
  request: number;
  /** The token of its reply, from 1. */
  token: number;
  /** Tokens that the model had read when it computed this one. */
  context: number;
  /** Since the token before; for the first one, since the request began. */
  milliseconds: number;
}

/** The tokens of a scenario, in its order of replies. Empty where nobody measured them. */
export const tokenTimes = (exchanges: readonly Exchange[]): TokenTime[] =>
  exchanges
    .filter(({ timings }) => timings.tokens)
    .flatMap(({ promptTokenIds, timings }, request) =>
      timings.tokens!.map((milliseconds, index) => ({
        request: request + 1,
        token: index + 1,
        context: promptTokenIds.length + index,
        milliseconds,
      })),
    );

/** How long each phase of a load took, in order. Milliseconds. */
export interface LoadPhases {
  /** The scenario that loaded. */
  title: string;
  device: string;
  dtype: string;
  download: number;
  compile: number;
  /** Without compiling. */
  session: number;
  warmUp: number;
  /** The rest: the start of the worker, and its code. */
  rest: number;
  total: number;
}

/** The loads of a run. Agents that shared an engine loaded nothing. */
export function loadsOf(results: readonly ScenarioResult[]): LoadPhases[] {
  return results.flatMap(({ title, device }) =>
    (device?.attempts ?? []).flatMap((attempt) => phasesOf(title, attempt)),
  );
}

function phasesOf(title: string, attempt: Attempt): LoadPhases[] {
  const { timings, durationMs: total, device, dtype = '' } = attempt;
  if (!timings) return [];
  const { download, compile, warmUp } = timings;
  const session = timings.session - compile;
  const rest = Math.max(0, total - download - timings.session - warmUp);
  return [{ title, device, dtype, download, compile, session, warmUp, rest, total }];
}

/** How far apart repeated measurements are. */
export interface Spread {
  count: number;
  lowest: number;
  /** A quarter of the values is lower. */
  lowerQuartile: number;
  median: number;
  upperQuartile: number;
  highest: number;
}

/** Undefined without a value. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return {
    count: sorted.length,
    lowest: sorted[0]!,
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    highest: sorted.at(-1)!,
  };
}

/** Between two values in proportion, as most statistics programs do by default. */
function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place % 1);
}

/** The speed of one device over all replies of a run, or of one scenario. */
export interface Speed {
  label: string;
  /** Milliseconds. */
  firstToken: Spread;
  /** Tokens per second. Undefined if no reply had two tokens. */
  rate: Spread | undefined;
}

/** Fewer repeats have no spread. */
const LEAST_REPEATS = 2;

/** The speed in each scenario that asked this page's engine several times. */
export function speedsOf(results: readonly ScenarioResult[]): Speed[] {
  return results.flatMap(({ title, evidence }) => {
    const measured = evidence.exchanges.filter(isMeasured);
    return measured.length < LEAST_REPEATS ? [] : speedOf(title, measured);
  });
}

function speedOf(label: string, exchanges: readonly Exchange[]): Speed[] {
  const firstToken = spreadOf(exchanges.map(({ timings }) => timings.firstToken));
  const rates = exchanges.filter(({ outputTokenIds }) => outputTokenIds.length > 1);
  const rate = spreadOf(rates.map(({ timings }) => timings.tokensPerSecond));
  return firstToken ? [{ label, firstToken, rate }] : [];
}

const isMeasured = ({ timings }: Exchange): boolean => (timings.tokens?.length ?? 0) > 0;

/** The speed of a device of this page in one run. */
export interface DeviceSpeed extends Speed {
  device: 'webgpu' | 'wasm';
  dtype: string;
  /** The GPU's name, or that the CPU emulates one. Only with WebGPU. */
  adapter: string;
  /** The CPU emulates a GPU, so this is no GPU's speed. */
  software: boolean;
  startedAt: string;
}

/** The speed of each device that computed in a run. */
export function deviceSpeeds({ results, startedAt }: Report): DeviceSpeed[] {
  return (['webgpu', 'wasm'] as const).flatMap((device) => {
    const exchanges = results
      .flatMap(({ evidence }) => evidence.exchanges)
      .filter((exchange) => isMeasured(exchange) && exchange.device === device);
    const of = results.find(({ evidence }) => evidence.device === device)?.evidence;
    const adapter = device === 'webgpu' ? of?.adapter : undefined;
    const facts = {
      device,
      dtype: of?.dtype ?? '',
      adapter: adapter ? nameOf(adapter) : '',
      software: adapter !== undefined && isSoftware(adapter),
      startedAt,
    };
    return speedOf(device, exchanges).map((speed) => ({ ...speed, ...facts }));
  });
}

/** The medians of several runs on one device, as a spread. Empty with fewer than two runs. */
export function mediansOf(runs: readonly DeviceSpeed[], like: DeviceSpeed): DeviceSpeed[] {
  const same = [like, ...runs].filter(
    ({ device, dtype, software }) =>
      device === like.device && dtype === like.dtype && software === like.software,
  );
  const firstToken = spreadOf(same.map((run) => run.firstToken.median));
  if (!firstToken || same.length < LEAST_REPEATS) return [];
  const rate = spreadOf(same.flatMap((run) => run.rate?.median ?? []));
  return [{ ...like, firstToken, rate }];
}

const nameOf = ({ description, vendor, architecture }: AdapterInfo): string =>
  description || [vendor, architecture].filter(Boolean).join(' ');
