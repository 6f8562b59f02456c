import { UnmockedError } from '../errors.js';

/**
 * A part of a worker's work that may never end, because others wrote it: code that a server has to
 * send, or code in a model's own files. The worker says when it begins one; the page ends a worker that
 * is not done in time.
 */
export type Step =
  /** An import. `part`: of something that belongs to this script, and whose name only a bundler knows. */
  | { kind: 'code'; url: string; part?: true }
  /** A chat template in Jinja, or the patterns of a tokenizer. */
  | { kind: ModelCode; model: string };

export type ModelCode = 'template' | 'tokenizer';

/** Runs a step, and says when it begins and ends. */
export type DuringStep = <T>(step: Step, work: () => T) => T;

const MODEL_CODE = {
  template: { name: 'chat template', file: 'tokenizer_config.json' },
  tokenizer: { name: 'tokenizer', file: 'tokenizer.json' },
} as const satisfies Record<ModelCode, { name: string; file: string }>;

/**
 * An error of code in a model's files, by its file.
 *
 * @param what happened, such as "did not end".
 */
export function modelCodeError(
  { kind, model }: Extract<Step, { kind: ModelCode }>,
  what: string,
  options: { code?: 'invalid-model' | 'invalid-argument'; cause?: unknown } = {},
): UnmockedError {
  const { name, file } = MODEL_CODE[kind];
  return new UnmockedError(
    options.code ?? 'invalid-model',
    `The ${name} of "${model}" (${file}) ${what}`,
    { cause: options.cause, details: { model, file } },
  );
}

/** @param limit milliseconds. */
export function stepTookTooLong(step: Step, limit: number): UnmockedError {
  const within = `within ${limit / 1000} s`;
  if (step.kind !== 'code')
    return modelCodeError(
      step,
      `did not end ${within}, so its worker was ended. Mend the file, or choose another model. ` +
        'The next call starts a new worker.',
    );
  return new UnmockedError(
    'network',
    `${step.part ? 'A part of ' : ''}${step.url} did not arrive ${within}: the server stalled. ` +
      'Check the connection and load again.',
    { details: { url: step.url, phase: IMPORT } },
  );
}

/** The phase of an error of code that did not arrive. Another worker asks anew. */
export const IMPORT = 'import';
