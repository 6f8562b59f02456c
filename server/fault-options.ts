import { invalid } from './errors.js';

/**
 * The faults that an address can ask for, as a path prefix: `/fault:status-once=503:KEY,retry-after=1/v1/chat/completions`. They are in the
 * address and not in the server, so that tests in any order and at the same time do not see each other's.
 *
 * They touch POST chat/completions alone, unless `all` is among them. "After N chunks" counts those with content.
 */
export const FAULTS = {
  status: "N: this status, as an error in OpenAI's form",
  'status-once': 'N:KEY: the same for the first request under KEY',
  'retry-after': 'S: adds this header',
  html: 'status 200 with an index page, as a single-page host answers what it does not have',
  truncated: 'the right answer, which ends in the middle of its JSON; well-formed HTTP',
  cut: 'N: the connection is destroyed after N chunks of a stream, or in the middle of a body',
  'cut-once': 'N:KEY: the same for the first request under KEY',
  endless: 'a stream that goes on until the client leaves, at 200 chunks a second',
  'content-type': 'TYPE: the right answer under this type; its slash is written %2F',
  'no-choices': 'the right answer with no choices',
  stall: 'never answers; with =N, sends nothing more after N chunks',
  lost: 'the connection is destroyed without an answer',
  'lost-once': 'KEY: the same for the first request under KEY',
  'malformed-tools': 'a tool call whose arguments are no JSON',
  slow: 'MS: the answer begins that much later',
  'echo-key': 'status 401, with the key that the client sent in the message, as some servers do',
  once: 'KEY: no fault: lets the others touch only the first request under KEY',
  nth: 'N:KEY: no fault: the same for the Nth',
  all: 'no fault: lets the others touch every request',
  key: 'KEY: no fault: files requests in the log under KEY; a KEY of another option does so too',
} as const;

export interface FaultOptions {
  status?: number;
  'retry-after'?: number;
  html?: true;
  truncated?: true;
  cut?: number;
  endless?: true;
  'content-type'?: string;
  'no-choices'?: true;
  stall?: number | true;
  lost?: true;
  'malformed-tools'?: true;
  slow?: number;
  'echo-key'?: true;
  all?: true;
  key?: string;
  /** Only the nth request under a key is touched. */
  only?: { n: number; key: string };
  /** For the first request under a key. */
  once?: { name: 'status' | 'cut' | 'lost'; value: number | true; key: string };
}

const FLAGS = new Set([
  'html',
  'truncated',
  'endless',
  'no-choices',
  'lost',
  'malformed-tools',
  'echo-key',
  'all',
]);
const NUMBERS: Record<string, [min: number, max: number]> = {
  status: [400, 599],
  'retry-after': [0, 86_400],
  cut: [0, 1e6],
  stall: [0, 1e6],
  slow: [0, 60_000],
};
const TEXTS = new Set(['content-type', 'key']);

/** @throws ApiError 400 that names the option, and what there is. */
export function parseFaults(text: string): FaultOptions {
  const options: Record<string, unknown> = {};
  for (const part of text.split(',').filter(Boolean)) {
    const [name, value] = part.split(/=(.*)/s) as [string, string | undefined];
    const isFlag = FLAGS.has(name) || name === 'stall';
    if (!Object.hasOwn(FAULTS, name))
      throw refusal(part, `one of ${Object.keys(FAULTS).join(', ')}`);
    if (isFlag && value === undefined) options[name] = true;
    else if (name in NUMBERS) options[name] = number(name, name, value, part);
    else if (TEXTS.has(name) && value && !/[\r\n]/.test(value)) options[name] = value;
    else if (name === 'once' && value) options.only = { n: 1, key: value };
    else if (name === 'nth') options.only = nth(value, part);
    else if (name.endsWith('-once')) options.once = once(name.replace('-once', ''), value, part);
    else throw refusal(part, `of the form ${name}${isFlag ? '' : '=VALUE'}`);
  }
  const { once: first, only, key } = options as FaultOptions;
  const named = first ?? only;
  if (named && key === undefined) options.key = named.key;
  return options as FaultOptions;
}

function once(name: string, value: string | undefined, part: string) {
  const [count, key] = name === 'lost' ? [undefined, value] : (value ?? '').split(/:(.*)/s);
  if (!key) throw refusal(part, `of the form ${name}-once=${name === 'lost' ? 'KEY' : 'N:KEY'}`);
  return { name, value: name === 'lost' ? true : number(name, `${name}-once`, count, part), key };
}

function nth(value: string | undefined, part: string) {
  const [count, key] = (value ?? '').split(/:(.*)/s);
  if (!key || !/^[1-9]\d{0,5}$/.test(count!)) throw refusal(part, 'of the form nth=N:KEY');
  return { n: Number(count), key };
}

function number(name: string, label: string, text: string | undefined, part: string): number {
  const [min, max] = NUMBERS[name]!;
  const value = Number(text);
  if (!/^\d+$/.test(text ?? '') || value < min || value > max)
    throw refusal(part, `${label} with a whole number from ${min} to ${max}`);
  return value;
}

const refusal = (part: string, allowed: string) =>
  invalid(
    'fault',
    `The fault ${JSON.stringify(part.slice(0, 80))} has to be ${allowed}.`,
    'unknown_fault',
  );
