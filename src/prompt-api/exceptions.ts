import { UnmockedError } from '../errors.js';

/** The names of DOMExceptions that the Prompt API specifies and that this implementation throws. */
export type ExceptionName =
  | 'InvalidStateError' // the session was destroyed
  | 'NetworkError' // the model could not be downloaded
  | 'NotAllowedError' // a download needs a user gesture
  | 'NotSupportedError' // the model, or the constraint, cannot do this
  | 'OperationError' // the model could not be started
  | 'SyntaxError' // a misplaced `prefix`, or a reply that does not fit its constraint
  | 'UnknownError'; // any other failure while prompting

/** A DOMException. It carries its cause, as an `Error` would. */
export function exception(name: ExceptionName, message: string, cause?: unknown): DOMException {
  return withCause(new DOMException(message, name), cause);
}

interface QuotaOptions {
  requested: number;
  quota: number;
}

/** For browsers in which `QuotaExceededError` is not yet a class of its own. */
class QuotaExceededFallback extends DOMException {
  readonly requested: number;
  readonly quota: number;

  constructor(message: string, { requested, quota }: QuotaOptions) {
    super(message, 'QuotaExceededError');
    this.requested = requested;
    this.quota = quota;
  }
}

/**
 * A `QuotaExceededError`.
 *
 * @param requested tokens that the input needs.
 * @param quota tokens that the context window holds.
 */
export function quotaExceeded(requested: number, quota: number): DOMException {
  const { QuotaExceededError = QuotaExceededFallback } = globalThis as {
    QuotaExceededError?: new (message: string, options: QuotaOptions) => DOMException;
  };
  return new QuotaExceededError(
    `The input needs ${requested} tokens; the context window holds ${quota}. Shorten the input.`,
    { requested, quota },
  );
}

const CREATE_EXCEPTIONS: Readonly<Record<string, ExceptionName>> = {
  network: 'NetworkError',
  integrity: 'NetworkError',
  'model-not-found': 'NetworkError',
  'file-not-found': 'NetworkError',
  'no-device': 'NotSupportedError',
  'no-adapter': 'NotSupportedError',
  unsupported: 'NotSupportedError',
};

/** The exception of a session that could not be created. */
export function createException(error: unknown): unknown {
  return toException(error, CREATE_EXCEPTIONS, 'OperationError');
}

const PROMPT_EXCEPTIONS: Readonly<Record<string, ExceptionName>> = {
  unsupported: 'NotSupportedError',
  'invalid-argument': 'NotSupportedError',
  'invalid-constraint': 'NotSupportedError',
};

/** The exception of a prompt that failed. */
export function promptException(error: unknown): unknown {
  return toException(error, PROMPT_EXCEPTIONS, 'UnknownError');
}

/** Errors that the API itself threw stay as they are. */
function toException(
  error: unknown,
  names: Readonly<Record<string, ExceptionName>>,
  otherwise: ExceptionName,
): unknown {
  if (error instanceof UnmockedError)
    return exception(names[error.code] ?? otherwise, error.message, error);
  if (error instanceof DOMException || error instanceof TypeError || error instanceof RangeError)
    return error;
  return exception(otherwise, error instanceof Error ? error.message : String(error), error);
}

function withCause<E extends Error>(error: E, cause: unknown): E {
  if (cause !== undefined)
    Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
  return error;
}
