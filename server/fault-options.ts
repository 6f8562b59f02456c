import { invalid } from '../src/openai/api-error.js';

/**
 * The faults that a request can ask for in its address, as a path prefix:
 * `/fault:status=503,retry-after=1,once=KEY/v1/chat/completions`. Each address has faults of its
 * own, so tests can run in any order and at the same time.
 *
 * Faults touch POST chat/completions only, unless `all` is among them. "After N chunks" counts
 * chunks with content. A combination in which one fault would have no effect is refused.
 */
export const FAULTS = {
  status: "N: answers with this status and an error in OpenAI's form",
  'retry-after': 'S: adds this header',
  html: 'answers with status 200 and an index page, as a host of a single-page app does',
  truncated: 'the right answer, which ends in the middle of its JSON; well-formed HTTP',
  cut: 'N: destroys the connection after N chunks of a stream, or in the middle of a body',
  endless: 'a stream that goes on until the client leaves, at 200 chunks a second',
  'content-type': 'TYPE: the right answer with this type; write its slash as %2F',
  'no-choices': 'the right answer without choices',
  stall: 'never answers; with =N, sends nothing more after N chunks',
  lost: 'destroys the connection without an answer',
  'malformed-tools': 'a tool call whose arguments are not JSON',
  slow: 'MS: starts the answer this much later',
  'echo-key': "answers with status 401 and the client's key in the message, as some servers do",
  once: 'KEY: not a fault: the others touch only the first request under KEY',
  nth: 'N:KEY: not a fault: the others touch only the Nth request under KEY',
  all: 'not a fault: the others touch every request',
  key: 'KEY: not a fault: logs the requests under KEY; default: the KEY of once or nth',
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
  /** The faults touch only this request: the `n`th under `key`. Default: every request. */
  turn?: { n: number; key: string };
}

type Name = keyof typeof FAULTS;

const NUMBERS: Partial<Record<Name, [min: number, max: number]>> = {
  status: [400, 599],
  'retry-after': [0, 86_400],
  cut: [0, 1e6],
  stall: [0, 1e6],
  slow: [0, 60_000],
};
const STRINGS: readonly Name[] = ['content-type', 'key', 'once'];

/** These answer instead of the model, so nothing is left for the faults that change its answer. */
const INSTEAD: readonly Name[] = ['status', 'html', 'echo-key', 'lost', 'stall'];
const CHANGES: readonly Name[] = [
  'truncated',
  'cut',
  'endless',
  'content-type',
  'no-choices',
  'malformed-tools',
];
/** In each row, one fault would leave another without effect. */
const EXCLUSIVE: readonly (readonly Name[])[] = [
  INSTEAD,
  ['no-choices', 'malformed-tools'],
  ['truncated', 'cut', 'stall'],
  ['once', 'nth'],
];

/** @throws ApiError 400 that names the option and what is allowed. */
export function parseFaults(text: string): FaultOptions {
  const options: Record<string, unknown> = {};
  const given = new Set<Name>();
  for (const part of text.split(',').filter(Boolean)) {
    const [name, value] = part.split(/=(.*)/s) as [string, string | undefined];
    if (!isName(name)) throw refusal(part, `one of ${Object.keys(FAULTS).join(', ')}`);
    if (given.has(name)) throw refusal(part, `given once: ${name} is there twice`);
    given.add(name);
    const parsed = parseValue(name, value, part);
    if (name === 'once') options.turn = { n: 1, key: parsed };
    else options[name === 'nth' ? 'turn' : name] = parsed;
  }
  const faults = options as FaultOptions;
  refuseConflicts(given, faults);
  if (faults.turn) faults.key ??= faults.turn.key;
  return faults;
}

const isName = (name: string): name is Name => Object.hasOwn(FAULTS, name);

function parseValue(name: Name, value: string | undefined, part: string): unknown {
  if (name === 'nth') return turn(value, part);
  if (name === 'stall' && value === undefined) return true;
  const range = NUMBERS[name];
  if (range) return number(name, range, value, part);
  const isFlag = !STRINGS.includes(name);
  if (isFlag && value === undefined) return true;
  if (!isFlag && value && !/[\r\n]/.test(value)) return value;
  throw refusal(part, `of the form ${name}${isFlag ? '' : '=VALUE'}`);
}

function turn(value: string | undefined, part: string) {
  const [count, key] = (value ?? '').split(/:(.*)/s);
  if (!key || !/^[1-9]\d{0,5}$/.test(count!)) throw refusal(part, 'of the form nth=N:KEY');
  return { n: Number(count), key };
}

function number(
  name: Name,
  [min, max]: [number, number],
  value: string | undefined,
  part: string,
): number {
  const result = Number(value);
  if (!/^\d+$/.test(value ?? '') || result < min || result > max)
    throw refusal(part, `${name} with a whole number from ${min} to ${max}`);
  return result;
}

function refuseConflicts(given: ReadonlySet<Name>, { stall }: FaultOptions): void {
  const among = (names: readonly Name[]) => names.filter((name) => given.has(name));
  // stall=N changes the model's answer, and only then can it be combined with other changes.
  const instead = among(INSTEAD).filter((name) => name !== 'stall' || stall === true);
  const noAnswer = instead.filter((name) => name === 'lost' || name === 'stall');
  const conflicts = [
    ...EXCLUSIVE.map(among),
    ...instead.map((name) => [name, ...among(CHANGES)]),
    ...noAnswer.map((name) => [name, ...among(['retry-after'])]),
  ];
  for (const [first, second] of conflicts) {
    if (second)
      throw invalid(
        'fault',
        `The faults ${first} and ${second} exclude each other: one would have no effect. ` +
          'Ask for one of them.',
        'conflicting_faults',
      );
  }
}

const refusal = (part: string, allowed: string) =>
  invalid(
    'fault',
    `The fault ${JSON.stringify(part.slice(0, 80))} has to be ${allowed}.`,
    'unknown_fault',
  );
