import type { Constraint } from '../engine/constraint/constraint.js';
import { show, toDictionary, toSignal } from './convert.js';
import { exception } from './exceptions.js';

export interface ResponseConstraint {
  /** What the engine constrains decoding by. */
  engine: Constraint;
  /** Checks the finished reply, in case decoding was not constrained. */
  accepts(text: string): boolean;
}

export interface PromptOptions {
  constraint: ResponseConstraint | undefined;
  signal: AbortSignal | undefined;
}

/**
 * Reads the options of `prompt()` and its siblings.
 *
 * @throws TypeError when a member has the wrong form; `NotSupportedError` when the constraint
 *   cannot be written as JSON, or is a `RegExp` with flags that change what it matches.
 */
export function readPromptOptions(given: unknown): PromptOptions {
  const options = toDictionary(given, 'options');
  const constraint = readConstraint(options.responseConstraint);
  if (options.omitResponseConstraintInput && !constraint)
    throw new TypeError('omitResponseConstraintInput needs a responseConstraint.');
  return { constraint, signal: toSignal(options.signal) };
}

function readConstraint(given: unknown): ResponseConstraint | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const shown = Array.isArray(given) ? 'an array' : show(given);
    throw new TypeError(
      `responseConstraint is ${shown}. Allowed: a JSON Schema object or a RegExp.`,
    );
  }
  return given instanceof RegExp ? fromRegExp(given) : fromSchema(given);
}

/**
 * `d`, `g` and `y` concern searching, `u` and `v` the pattern's syntax. The other flags change what
 * matches.
 */
function fromRegExp({ source, flags }: RegExp): ResponseConstraint {
  const unsupported = flags.replace(/[dgyuv]/g, '');
  if (unsupported)
    throw exception(
      'NotSupportedError',
      `The responseConstraint /${source}/ has the flags "${unsupported}". Allowed: d, g, u, v, y.`,
    );
  const expression = new RegExp(source, flags.replace(/[gy]/g, ''));
  return {
    engine: { type: 'regex', pattern: source },
    accepts: (text) => expression.test(text),
  };
}

function fromSchema(given: object): ResponseConstraint {
  try {
    const schema = JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
    return { engine: { type: 'json-schema', schema }, accepts: isJson };
  } catch (cause) {
    const message = 'The responseConstraint cannot be written as JSON.';
    throw exception('NotSupportedError', message, cause);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
