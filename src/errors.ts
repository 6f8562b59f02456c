/**
 * Every reason why Unmocked fails. Codes are stable and for programs. Messages are for people: they
 * name the value, what is allowed, and the remedy.
 */
export type ErrorCode =
  | 'invalid-argument' // a caller's value does not have the documented form
  | 'unknown-model' // not in the registry, and neither a hub id nor a URL
  | 'model-not-found' // no model at this address
  | 'file-not-found' // the model lacks the file of this rung
  | 'network' // the server is unreachable, broke off, or answered with an error
  | 'integrity' // a file has the wrong length, digest or format
  | 'no-adapter' // WebGPU has no adapter
  | 'no-shader-f16' // the adapter has no half-precision support
  | 'invalid-model' // the model's own files contradict each other, or say what cannot be
  | 'model-load-failed' // the runtime cannot load the file
  | 'no-device' // every rung of the ladder failed; `details.attempts` lists them
  | 'context-overflow' // the prompt does not fit the context window
  | 'inference-failed' // the runtime failed while computing; its worker is terminated
  | 'device-lost' // the browser took the GPU device back; its worker is terminated
  | 'out-of-memory' // the model or its cache does not fit; its worker is terminated
  | 'invalid-logits' // the model computed NaN, infinity or one value for all tokens; its worker is terminated
  | 'blocked-by-policy' // a Content-Security-Policy forbids it; `details` has what to allow
  | 'engine-crashed' // the worker crashed
  | 'engine-silent' // the worker did not answer in time
  | 'timeout' // a server did not answer in time
  | 'unauthorized' // a server refused the key, or requires one
  | 'rate-limited' // a server is overloaded, even after the retries
  | 'remote-error' // a server reports a failure
  | 'remote-invalid' // a server's answer does not have OpenAI's form
  | 'disposed' // the agent or engine is disposed
  | 'invalid-config' // config.toml or the settings cannot be read
  | 'invalid-constraint' // a schema, pattern or grammar for the output is wrong
  | 'in-use' // what is to be deleted is being downloaded or read
  | 'unsupported'; // a documented gap

/** More facts about an error. Structured-cloneable, so that they cross from the worker. */
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

/** An error as plain data, for workers and reports. */
export interface ErrorRecord {
  name: string;
  message: string;
  code?: ErrorCode;
  details?: ErrorDetails;
  stack?: string;
  cause?: ErrorRecord;
}

/** Deeper causes are dropped: an error can be its own cause. */
const MAX_CAUSES = 8;

export function toErrorRecord(error: unknown, causes = MAX_CAUSES): ErrorRecord {
  if (!(error instanceof Error)) {
    // ONNX Runtime's WASM throws numbers (pointers to C++ exceptions) and strings.
    return {
      name: 'Error',
      message:
        typeof error === 'string'
          ? error
          : `An exception without a text was thrown (${String(error)}).`,
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

/**
 * The error of a cancelled call: the signal's reason if it is an error, else a native `AbortError`.
 */
export function abortError(signal?: AbortSignal): Error {
  return signal?.reason instanceof Error
    ? signal.reason
    : new DOMException('The call was aborted.', 'AbortError');
}

/** Whether an error comes from an aborted or expired `AbortSignal`. */
export const isAbortError = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
export const hasCode = (error: unknown, ...codes: ErrorCode[]): error is UnmockedError =>
  error instanceof UnmockedError && codes.includes(error.code);

/**
 * Settles as `promise` does, or rejects as soon as `signal` aborts. The work behind `promise` goes
 * on.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(abortError(signal));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
