import * as v from 'valibot';
import { UnmockedError } from '../errors.js';
import { formatBytes } from '../format.js';
import type { Report } from '../harness/report.js';

/** Larger files are refused unread. The largest reports have a tenth of it. */
const MAX_BYTES = 50_000_000;
/** Reports nest about ten deep. What shows them recurses. */
const MAX_DEPTH = 64;

const text = v.string('a string');
const number = v.pipe(v.number('a number'), v.finite('a number'));
const whole = v.pipe(number, v.integer('a whole number'), v.minValue(0, 'a whole number'));
const ids = v.array(number, 'an array of token ids');
const time = v.pipe(number, v.minValue(0, 'a time, which is not below 0'));
const times = v.array(time, 'an array of milliseconds');
const object = <E extends v.ObjectEntries>(entries: E) => v.looseObject(entries, 'an object');
const STATUSES = ['passed', 'failed', 'skipped', 'timed-out', 'not-run'] as const;
const status = v.picklist(STATUSES, STATUSES.map((one) => `"${one}"`).join(', '));

const exchange = object({
  url: v.optional(text),
  message: text,
  prompt: text,
  text,
  promptTokenIds: ids,
  outputTokenIds: ids,
  prefilledTokens: number,
  finishReason: text,
  seed: number,
  device: v.optional(text),
  timings: object({
    queued: number,
    firstToken: number,
    total: number,
    tokensPerSecond: number,
    tokens: v.optional(times),
  }),
});

const result = object({
  id: text,
  title: text,
  status,
  reason: v.optional(text),
  checks: v.array(
    object({
      name: text,
      status: v.picklist(['passed', 'failed', 'skipped'], '"passed", "failed" or "skipped"'),
      reason: v.optional(text),
    }),
    'an array of checks',
  ),
  metrics: v.record(text, number, 'an object of numbers'),
  series: v.optional(
    v.record(text, v.array(number, 'an array of numbers'), 'an object of arrays of numbers'),
  ),
  evidence: object({
    modelId: text,
    modelDigest: v.optional(text),
    dtype: v.optional(text),
    device: v.optional(text),
    seed: number,
    tokensComputed: number,
    exchanges: v.array(exchange, 'an array of exchanges'),
  }),
  device: v.optional(
    object({
      requested: text,
      actual: text,
      attempts: v.array(
        object({
          device: text,
          outcome: text,
          durationMs: number,
          timings: v.optional(
            object({ download: time, compile: time, session: time, warmUp: time }),
          ),
        }),
        'an array of attempts',
      ),
    }),
  ),
  error: v.optional(object({ name: text, message: text, stack: v.optional(text) })),
  durationMs: number,
});

const report = object({
  schema: v.literal('unmocked/1', '"unmocked/1"'),
  startedAt: v.pipe(text, v.isoTimestamp('a time such as "2026-01-31T12:00:00.000Z"')),
  durationMs: number,
  status: text,
  problems: v.array(text, 'an array of strings'),
  environment: object({ userAgent: text }),
  model: object({ id: text, digest: v.optional(text), dtype: v.optional(text) }),
  device: object({ requested: text }),
  server: v.optional(object({ url: text, models: v.array(text, 'an array of strings') })),
  seed: whole,
  results: v.array(result, 'an array of results'),
  totals: v.record(text, whole, 'an object of numbers'),
  inference: object({ tokens: whole, remoteTokens: whole, kind: text }),
});

/**
 * Reads a report that comes from anywhere: a file, a link.
 *
 * @param json what `JSON.stringify` made of a `Report`.
 * @throws UnmockedError `invalid-argument`. The message names the part that is wrong.
 */
export function readReport(json: string): Report {
  if (json.length > MAX_BYTES)
    throw wrong(`It has ${formatBytes(json.length)}; ${formatBytes(MAX_BYTES)} are allowed.`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw wrong(`It is not JSON: ${(cause as Error).message}.`, cause);
  }
  assertHarmless(value);
  const parsed = v.safeParse(report, value, { abortEarly: true });
  if (parsed.success) return parsed.output as unknown as Report;
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue);
  throw wrong(
    `${path ? `"${path}"` : 'The whole'} is ${shown(issue.input)}, but has to be ${issue.message}.`,
  );
}

/** Without recursion: the point is that somebody may have nested it a million deep. */
function assertHarmless(value: unknown): void {
  const queue: [unknown, number][] = [[value, 0]];
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [part, depth] = next;
    if (typeof part !== 'object' || part === null) continue;
    if (depth > MAX_DEPTH) throw wrong(`It is nested more than ${MAX_DEPTH} deep.`);
    if (Object.hasOwn(part, '__proto__')) throw wrong('It has the key "__proto__".');
    for (const child of Object.values(part)) queue.push([child, depth + 1]);
  }
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'missing';
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}

const wrong = (what: string, cause?: unknown): UnmockedError =>
  new UnmockedError(
    'invalid-argument',
    `This is not a report of Unmocked. ${what} ` +
      'Choose a file that "JSON" saved under a run, or that --json wrote.',
    cause === undefined ? {} : { cause },
  );
