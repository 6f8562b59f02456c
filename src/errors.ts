/**
 * Every way in which Unmocked says no. A code is stable and meant for programs; the message is meant for people: it names the value,
 * what was allowed and the remedy.
 */
export type ErrorCode =
  | 'invalid-argument' // a caller's value is not of the documented form
  | 'unknown-model' // not in the registry and not of a form that can be looked up
  | 'model-not-found' // looked for, and not there
  | 'file-not-found' // the model is there, the file of this rung is not
  | 'network' // the server could not be reached, or broke off, or answered with an error
  | 'integrity' // a file has the wrong length, digest or form
  | 'no-adapter' // WebGPU has no adapter here
  | 'no-shader-f16' // the adapter cannot compute in half precision
  | 'model-load-failed' // the runtime refused the file
  | 'no-device' // every rung of the ladder failed; `attempts` lists them
  | 'context-overflow' // the prompt does not fit the context window
  | 'inference-failed' // the runtime failed while computing; its worker is thrown away
  | 'engine-crashed' // the worker died
  | 'engine-silent' // the worker did not answer in time
  | 'timeout' // a server did not answer in time
  | 'unauthorized' // a server refused the key, or wants one
  | 'rate-limited' // a server has too much to do, and still after the retries
  | 'remote-error' // a server says that it failed
  | 'remote-invalid' // a server's answer is not of the OpenAI form
  | 'disposed' // the agent or engine was disposed of before
  | 'invalid-config' // config.toml or settings cannot be read
  | 'invalid-constraint' // a schema, pattern or grammar for the output is wrong
  | 'unsupported'; // a documented gap

/** Extra facts of an error; structured-cloneable, because errors cross from the worker whole. */
export type ErrorDetails = Record<string, unknown>;

export class UnmockedError extends Error {
  override name = 'UnmockedError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: ErrorDetails } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** An error as plain data, for the worker boundary and for reports. */
export interface ErrorRecord {
  name: string;
  message: string;
  code?: ErrorCode;
  details?: ErrorDetails;
  stack?: string;
  cause?: ErrorRecord;
}

/** Causes further down than this are left out; an error can cause itself. */
const MAX_CAUSES = 8;

export function toErrorRecord(error: unknown, causes = MAX_CAUSES): ErrorRecord {
  if (!(error instanceof Error)) {
    // ORT's WASM code throws bare numbers (C++ exception pointers) and strings.
    return {
      name: 'Error',
      message: typeof error === 'string' ? error : `The runtime threw ${String(error)}.`,
    };
  }
  const record: ErrorRecord = { name: error.name, message: error.message };
  if (error.stack) record.stack = error.stack;
  if (error instanceof UnmockedError) {
    record.code = error.code;
    record.details = error.details;
  }
  if (error.cause !== undefined && causes > 0)
    record.cause = toErrorRecord(error.cause, causes - 1);
  return record;
}

export function fromErrorRecord(record: ErrorRecord): Error {
  const cause = record.cause ? fromErrorRecord(record.cause) : undefined;
  if (record.name === 'AbortError') return new DOMException(record.message, 'AbortError');
  const error = record.code
    ? new UnmockedError(record.code, record.message, { cause, details: record.details ?? {} })
    : new Error(record.message, cause ? { cause } : undefined);
  if (!record.code) error.name = record.name;
  if (record.stack) error.stack = record.stack;
  return error;
}

/** The error of a cancelled call: the signal's own reason where it is an error, else a native `AbortError`. */
export function abortError(signal?: AbortSignal): Error {
  return signal?.reason instanceof Error
    ? signal.reason
    : new DOMException('The call was aborted.', 'AbortError');
}

export const isAbortError = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
export const hasCode = (error: unknown, ...codes: ErrorCode[]): error is UnmockedError =>
  error instanceof UnmockedError && codes.includes(error.code);

/** Settles as `promise` does, or rejects as soon as `signal` aborts; what `promise` stands for goes on. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(abortError(signal));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
