import { type ErrorCode, toErrorRecord, UnmockedError } from '../errors.js';

/** What other libraries' errors carry. Each library has some of it. */
interface ForeignError {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  /** The `openai` client. */
  status?: unknown;
  /** The AI SDK. */
  statusCode?: unknown;
  responseBody?: unknown;
}

const OVERFLOW = /context.?(length|window|size)|maximum context|QuotaExceededError/i;
const UNREACHABLE = /connection error|cannot connect|failed to fetch/i;

/** Another library's error as one of ours. The original is its cause. */
export function foreignError(name: string, error: unknown): UnmockedError {
  if (error instanceof UnmockedError) return error;
  const { message } = toErrorRecord(error);
  const code = codeOf(error as ForeignError);
  const remedy = code === 'context-overflow' ? ' Shorten the message or the memory.' : '';
  const sentence = /[.!?…]$/.test(message) ? message : `${message}.`;
  return new UnmockedError(code, `"${name}" failed: ${sentence}${remedy}`, { cause: error });
}

function codeOf(error: ForeignError | undefined | null): ErrorCode {
  const { name, message, code, responseBody } = error ?? {};
  const status = Number(error?.status ?? error?.statusCode ?? 0);
  if (status < 500 && OVERFLOW.test(`${name} ${code} ${message} ${responseBody}`))
    return 'context-overflow';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'model-not-found';
  if (status === 429) return 'rate-limited';
  if (status >= 500) return 'remote-error';
  if (status >= 400) return 'invalid-argument';
  if (name === 'NotSupportedError') return 'unsupported';
  return UNREACHABLE.test(String(message)) ? 'network' : 'inference-failed';
}
