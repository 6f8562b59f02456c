import { UnmockedError } from '../../errors.js';

/** A schema that is wrong. `path` says where, `problem` what. */
export const invalid = (path: string, problem: string): UnmockedError =>
  new UnmockedError('invalid-constraint', `The JSON Schema is wrong: ${path} ${problem}.`);

/** A schema that is right, but uses what is not implemented. */
export const unsupported = (path: string, problem: string): UnmockedError =>
  new UnmockedError(
    'unsupported',
    `The JSON Schema asks for more than constrained decoding can do: ${path} ${problem}.`,
  );
