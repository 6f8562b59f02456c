import { parseArgs } from 'node:util';
import { HelpRequest, toError, UsageError } from './command.mjs';

/**
 * One option of a command line. `V` is the type of the value that the command gets.
 *
 * @template V
 * @typedef {object} Option
 * @property {string} help One line for the usage text.
 * @property {string} [value] Placeholder in the usage text. An option without one is a switch.
 * @property {string} allowed The allowed values, for error messages.
 * @property {(text: string) => V | undefined} read Converts a value. `undefined` means
 *   that it is not allowed.
 * @property {V} default The value if neither the command line nor the environment has one.
 * @property {string} [otherwise] Describes the default in the usage text instead of `default`.
 * @property {string} [variable] The environment variable that sets the option. An empty one does
 *   not count.
 * @property {boolean} [multiple] The option may be given several times.
 * @property {boolean} [secret] Error messages do not repeat the value.
 */

/**
 * What most kinds of option take.
 *
 * @template D
 * @typedef {Pick<Option<unknown>, 'help' | 'variable' | 'secret' | 'otherwise'> & {
 *   value?: string,
 *   default?: D,
 * }} Given
 */

/**
 * @template {Record<string, Option<any>>} O Any option fits; `Values` infers the type of each.
 * @typedef {{ [K in keyof O]: O[K] extends Option<infer V> ? V : never }} Values
 */

/**
 * A switch: true if it is given.
 *
 * @param {{ help: string }} given
 * @returns {Option<boolean>}
 */
export const flag = ({ help }) => ({
  help,
  allowed: 'given without a value',
  read: () => true,
  default: false,
});

/**
 * A non-empty string that `accepts` accepts.
 *
 * @template [D=undefined]
 * @param {Given<D> & { value: string, allowed?: string, accepts?: (text: string) => boolean }}
 *   given
 * @returns {Option<string | NoInfer<D>>} `NoInfer`: the context must not decide what D is.
 */
export const string = ({
  allowed = 'a non-empty string',
  accepts = () => true,
  default: fallback,
  ...given
}) => ({
  ...given,
  allowed,
  read: (value) => (value !== '' && accepts(value) ? value : undefined),
  default: /** @type {D} */ (fallback),
});

/**
 * A whole number from `min` to `max`, both included.
 *
 * @template [D=undefined]
 * @param {Given<D> & { min: number, max: number }} given
 * @returns {Option<number | NoInfer<D>>}
 */
export const integer = ({ min, max, default: fallback, ...given }) => ({
  value: 'N',
  ...given,
  allowed: `a whole number from ${min} to ${max}`,
  read: (value) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max ? Number(value) : undefined,
  default: /** @type {D} */ (fallback),
});

/**
 * One of some values.
 *
 * @template {string} T
 * @template {T | undefined} [D=undefined]
 * @param {readonly T[]} values
 * @param {Given<D>} given
 * @returns {Option<T | NoInfer<D>>}
 */
export const oneOf = (values, { default: fallback, ...given }) => ({
  value: values.join('|'),
  ...given,
  allowed: `one of ${values.join(', ')}`,
  read: (value) => values.find((one) => one === value),
  default: /** @type {D} */ (fallback),
});

/**
 * An option that may be given several times. Its value is a list, empty by default.
 *
 * @template T
 * @param {Option<T>} option
 * @returns {Option<Exclude<T, undefined>[]>}
 */
export const list = ({ read, ...option }) => ({
  ...option,
  multiple: true,
  read: (value) => {
    const one = read(value);
    return one === undefined ? undefined : [/** @type {Exclude<T, undefined>} */ (one)];
  },
  default: [],
});

const WIDTH = 100;
const INDENT = 24;

/**
 * Breaks a line at spaces, with all further lines indented.
 *
 * @param {string} line
 */
function wrap(line) {
  const lines = [];
  let rest = line;
  while (rest.length > WIDTH) {
    const space = rest.lastIndexOf(' ', WIDTH);
    if (space <= INDENT) break;
    lines.push(rest.slice(0, space));
    rest = ' '.repeat(INDENT) + rest.slice(space + 1);
  }
  return [...lines, rest].join('\n');
}

/**
 * The usage text of a command.
 *
 * @param {string} command As the user types it, for instance `npm run bench --`.
 * @param {Record<string, Option<any>>} options Any option fits.
 */
export function usageOf(command, options) {
  const rows = Object.entries(options).map(([name, { value, variable, multiple, ...option }]) => {
    const fallback = option.otherwise ?? (multiple || !value ? undefined : option.default);
    const notes = [
      multiple && 'may be repeated',
      variable && `environment: ${variable}`,
      fallback !== undefined && `default: ${fallback}`,
    ].filter(Boolean);
    const flag = `  --${name}${value ? ` ${value}` : ''}`;
    const help = option.help + (notes.length > 0 ? ` (${notes.join('; ')})` : '');
    if (flag.length + 2 > INDENT) return `${flag}\n${wrap(' '.repeat(INDENT) + help)}`;
    return wrap(flag.padEnd(INDENT) + help);
  });
  return [
    `usage: ${command} [options]`,
    ...rows,
    '  --help'.padEnd(INDENT) + 'shows this text',
  ].join('\n');
}

/**
 * Reads a command line. The command line wins over the environment, and the environment over the
 * default. Every command understands `--help`.
 *
 * @template {Record<string, Option<any>>} O Any option fits; `Values` infers the type of each.
 * @param {{ command: string, options: O, positionals?: boolean }} declared
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} [environment]
 * @returns {{
 *   values: Values<O>,
 *   positionals: string[],
 *   tokens: { name: string, value?: string | undefined }[],
 *   usage: string,
 * }}
 *   `tokens` are the options in the order of the command line.
 * @throws {UsageError} that names the option, its value, what is allowed and the usage.
 * @throws {HelpRequest} for `--help`.
 */
export function readCommandLine({ command, options, positionals = false }, args, environment = {}) {
  const usage = usageOf(command, options);
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: positionals,
      tokens: true,
      options: {
        help: { type: 'boolean' },
        ...Object.fromEntries(
          Object.entries(options).map(([name, { value, multiple = false }]) => [
            name,
            {
              type: value ? /** @type {const} */ ('string') : /** @type {const} */ ('boolean'),
              multiple,
            },
          ]),
        ),
      },
    });
  } catch (error) {
    throw new UsageError(`${toError(error).message.split(/\. |\n/)[0]}\n${usage}`, {
      cause: error,
    });
  }
  if (parsed.values.help) throw new HelpRequest(usage);

  /** @type {Record<string, unknown>} */
  const values = {};
  for (const [name, option] of Object.entries(options)) {
    const given = [/** @type {Record<string, unknown>} */ (parsed.values)[name] ?? []].flat();
    const variable = option.variable && environment[option.variable];
    const read = (/** @type {string} */ label, /** @type {string} */ value) => {
      const result = option.read(value);
      if (result !== undefined) return result;
      throw new UsageError(
        `${label} ${option.secret ? '' : `is "${value}", but `}must be ${option.allowed}\n${usage}`,
      );
    };
    if (given.length > 0) {
      const results = given.map((value) => read(`--${name}`, String(value)));
      values[name] = option.multiple ? results.flat() : results.at(-1);
    } else {
      values[name] = variable ? read(option.variable ?? '', variable) : option.default;
    }
  }
  const tokens = parsed.tokens.filter((token) => token.kind === 'option');
  return {
    values: /** @type {Values<O>} */ (values),
    positionals: parsed.positionals,
    tokens,
    usage,
  };
}
