import { hasCode, isAbortError } from '../errors.js';

interface ApiErrorOptions {
  /** The field that is wrong, such as `messages[0].content`. */
  param?: string;
  /** For programs, such as `model_not_found`. */
  code?: string;
  type?: string;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An error as the client sees it. Its message contains no path, no stack and no key. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    { param, code, type, headers, cause }: ApiErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.type = type ?? typeOf(status);
    this.param = param ?? null;
    this.code = code ?? null;
    this.headers = headers ?? {};
  }

  /** OpenAI's form. */
  get body(): {
    error: { message: string; type: string; param: string | null; code: string | null };
  } {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

/** The error for a request that does not have the documented form. */
export const invalid = (param: string | undefined, message: string, code?: string): ApiError =>
  new ApiError(400, message, { param, code });

/** Any error as the client sees it. The message hides this server's own faults; log the cause. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isAbortError(error))
    return new ApiError(499, 'The client closed the request.', { type: 'request_aborted' });
  if (hasCode(error, 'context-overflow'))
    return new ApiError(400, error.message, { param: 'messages', code: 'context_length_exceeded' });
  return new ApiError(500, 'The server failed to answer this request. Its log has the details.', {
    cause: error,
  });
}

/** Whether an error is the server's fault, not the client's. */
export const isServerFault = (error: ApiError): boolean =>
  error.status === 500 && error.cause !== undefined;

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** A value for a message: its kind, and a short value itself. Never walks into objects. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${String(value)}`;
}
