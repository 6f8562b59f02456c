import { toEnum, type Dictionary } from './convert.js';
import {
  type LanguageModelParams,
  type LanguageModelSamplingMode,
  samplingModes,
} from './types.js';

/** How a session draws its tokens. */
export interface Sampling {
  /** Null when the caller gave `topK` or `temperature` instead. */
  readonly mode: LanguageModelSamplingMode | null;
  readonly topK: number;
  readonly temperature: number;
}

const MODES: Readonly<Record<LanguageModelSamplingMode, Omit<Sampling, 'mode'>>> = {
  'most-predictable': { topK: 1, temperature: 0 },
  predictable: { topK: 3, temperature: 0.2 },
  'slightly-predictable': { topK: 5, temperature: 0.4 },
  balanced: { topK: 8, temperature: 0.6 },
  'slightly-creative': { topK: 16, temperature: 0.8 },
  creative: { topK: 40, temperature: 1 },
  'most-creative': { topK: 128, temperature: 1.3 },
};

export const samplingParams: LanguageModelParams = {
  defaultTopK: MODES.balanced.topK,
  maxTopK: 128,
  defaultTemperature: MODES.balanced.temperature,
  maxTemperature: 2,
};

/** @throws TypeError when `samplingMode` is unknown, or stands beside `topK` or `temperature`. */
export function readSamplingMode(options: Dictionary): LanguageModelSamplingMode | undefined {
  const { samplingMode, topK, temperature } = options;
  if (samplingMode === undefined) return undefined;
  const mode = toEnum(samplingMode, samplingModes, 'samplingMode');
  if (topK !== undefined || temperature !== undefined)
    throw new TypeError('samplingMode excludes topK and temperature. Give one or the other.');
  return mode;
}

/**
 * @throws TypeError as `readSamplingMode`; RangeError when `topK` is below 1 or `temperature` below
 *   0.
 */
export function readSampling(options: Dictionary): Sampling {
  const mode = readSamplingMode(options);
  const { topK, temperature } = options;
  if (topK === undefined && temperature === undefined) {
    const chosen = mode ?? 'balanced';
    return { mode: chosen, ...MODES[chosen] };
  }
  const { defaultTopK, maxTopK, defaultTemperature, maxTemperature } = samplingParams;
  return {
    mode: null,
    topK: Math.trunc(clamped('topK', topK ?? defaultTopK, 1, maxTopK)),
    temperature: clamped('temperature', temperature ?? defaultTemperature, 0, maxTemperature),
  };
}

function clamped(name: string, value: unknown, min: number, max: number): number {
  const number = Number(value);
  if (!(number >= min)) throw new RangeError(`${name} is ${number}. Allowed: at least ${min}.`);
  return Math.min(number, max);
}
