import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { UsageError } from '../scripts/lib/command.mjs';
import { medianInterval, ratios, summary } from './statistics.mjs';

const SCHEMA = 'unmocked-bench/2';

const samples = v.pipe(v.array(v.pipe(v.number(), v.finite())), v.minLength(1));
const better = v.picklist(['lower', 'higher']);

/** A row of the table: ours against a baseline, in pairs of samples. */
const comparison = v.object({
  model: v.string(),
  measure: v.string(),
  title: v.string(),
  against: v.string(),
  unit: v.string(),
  better,
  goal: v.optional(v.number()),
  ours: samples,
  base: samples,
});

/** Any other row. */
const other = v.object({
  name: v.string(),
  unit: v.string(),
  /** Where this is known, runs can be compared. */
  better: v.optional(better),
  target: v.optional(v.string()),
  samples,
});

const result = v.object({
  schema: v.literal(SCHEMA),
  date: v.string(),
  machine: v.object({
    processor: v.string(),
    cores: v.number(),
    memoryGB: v.number(),
    platform: v.string(),
    chromium: v.string(),
    node: v.string(),
  }),
  device: v.string(),
  quick: v.boolean(),
  comparisons: v.array(comparison),
  rows: v.array(other),
});

/** @typedef {v.InferOutput<typeof comparison>} Comparison */
/** @typedef {v.InferOutput<typeof other>} Row */
/** @typedef {v.InferOutput<typeof result>} Result */

/**
 * @param {Omit<Result, 'schema' | 'date'>} measured
 * @returns {Result}
 */
export const toResult = (measured) => ({
  schema: SCHEMA,
  date: new Date().toISOString(),
  ...measured,
});

/**
 * Reads what `--json` wrote.
 *
 * @param {string} file
 * @returns {Result}
 * @throws {UsageError} that names the file and what is wrong with it.
 */
export function readResult(file) {
  /** @type {unknown} */
  let data;
  try {
    data = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${file} is no result of the bench: ${String(cause)}`, { cause });
  }
  const parsed = v.safeParse(result, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new UsageError(
    `${file} is no result of the bench: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}`,
  );
}

/**
 * The median of the ratios of a row, with its interval.
 *
 * @param {Pick<Comparison, 'ours' | 'base'>} row
 */
export function ratioOf({ ours, base }) {
  const all = ratios(ours, base);
  return { median: summary(all).median, ...medianInterval(all) };
}
