import { sleep } from '../async.js';
import { ApiError, invalid } from './api-error.js';

/**
 * A body that is too long is still read, up to these limits: a client that is cut off while it
 * sends never sees the answer.
 */
const DRAIN = { bytes: 64 << 20, ms: 2000 };

/**
 * Reads a request's body as JSON.
 *
 * @throws ApiError 415 if its type is not JSON; 413 if it has more than `maxBytes` bytes; 400 if it
 *   is not UTF-8 or not JSON; `AbortError` if the client left while it sent the body.
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes);
  assertJsonType(request);
  const text = decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // V8 quotes the body, which may contain secrets.
    const reason = (cause as Error).message.replace(/,? ?"[\s\S]*" is not valid JSON$/, '');
    throw invalid(undefined, `The body is not valid JSON: ${reason}.`, 'invalid_json');
  }
}

/** Any page may send other types to any server without asking first, and the server would compute. */
function assertJsonType({ headers }: Request): void {
  const type = headers.get('content-type')?.split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new ApiError(
    415,
    `The body's type is ${type === undefined ? 'missing' : JSON.stringify(type.slice(0, 80))}. ` +
      'Send JSON with the header "Content-Type: application/json".',
    { code: 'unsupported_media_type' },
  );
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  // Firefox has no `Request.body`.
  if (request.body === undefined) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    return bytes;
  }
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  if (Number(request.headers.get('content-length')) > maxBytes) {
    await drain(reader);
    throw tooLarge(maxBytes);
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.byteLength;
      if (length > maxBytes) {
        await drain(reader);
        throw tooLarge(maxBytes);
      }
      chunks.push(next.value);
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new DOMException('The client left while it sent the body.', 'AbortError');
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

const tooLarge = (maxBytes: number) =>
  new ApiError(
    413,
    `The body has more than ${maxBytes} bytes, the largest allowed size. Shorten the messages.`,
    { code: 'request_too_large' },
  );

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const over = new AbortController();
  const late = sleep(DRAIN.ms, over.signal).then(() => ({ done: true, value: undefined }) as const);
  late.catch(() => undefined); // the body ended in time
  let length = 0;
  for (
    let next = await Promise.race([reader.read(), late]);
    !next.done && length < DRAIN.bytes;
    next = await Promise.race([reader.read(), late])
  )
    length += next.value.byteLength;
  over.abort();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ApiError(400, 'The body is not valid UTF-8. Send JSON in UTF-8.', {
      code: 'invalid_utf8',
      cause,
    });
  }
}
