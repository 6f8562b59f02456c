import { setTimeout as wait } from 'node:timers/promises';
import type { FaultOptions } from './fault-options.js';
import type { Connection } from './handler.js';

/** A client that never leaves does not hold on for ever. Milliseconds. */
export const LONGEST = 60_000;
/** Of an endless stream, between two chunks. */
const PACE = 5;
/** When a connection breaks, a browser drops what its page has not read yet: without a pause the cut would come earlier than asked. Milliseconds. */
const BEFORE_CUT = 250;
const BAD_CALL = {
  id: 'call_malformed',
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city": "Quel' },
};

interface Chunk {
  choices?: {
    delta?: { content?: string | null; reasoning_content?: string; tool_calls?: unknown };
    message?: object;
    finish_reason?: string | null;
  }[];
  usage?: unknown;
}

/** A stream of events, each one chunk, as the faults leave it. Cancelling it cancels the stream behind it. */
export function breakStream(
  body: ReadableStream<Uint8Array>,
  options: FaultOptions,
  connection: Connection,
): ReadableStream<Uint8Array> {
  return toStream((signal) => brokenEvents(body, options, connection, signal));
}

/** A JSON answer as the faults leave it. */
export async function breakBody(
  response: Response,
  options: FaultOptions,
  connection: Connection,
): Promise<Response> {
  const text = JSON.stringify(changed(JSON.parse(await response.text()) as Chunk, options));
  const { half, whole } = halved(text);
  const headers = new Headers(response.headers);
  if (options.truncated) return new Response(half, { headers });
  if (options.cut === undefined && options.stall === undefined)
    return new Response(text, { headers });
  headers.set('content-length', String(whole.byteLength));
  const stream = toStream(async function* (signal) {
    yield half;
    if (options.stall !== undefined) await wait(LONGEST, undefined, { signal });
    await destroy(connection, signal);
  });
  return new Response(stream, { headers });
}

async function* brokenEvents(
  body: ReadableStream<Uint8Array>,
  options: FaultOptions,
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const contents: Uint8Array[] = [];
  for await (const bytes of body) {
    const chunk = parse(bytes);
    const delta = chunk?.choices?.[0]?.delta;
    const isContent = Boolean(delta?.content || delta?.reasoning_content || delta?.tool_calls);
    const isRole =
      chunk?.choices?.length === 1 && !isContent && chunk.choices[0]!.finish_reason === null;
    if (!isRole && contents.length === options.cut) await destroy(connection, signal);
    if (!isRole && contents.length === options.stall) await wait(LONGEST, undefined, { signal });
    if (options.truncated && !isRole && (contents.length === 1 || !isContent)) {
      yield halved(bytes).half;
      return;
    }
    if (options['malformed-tools'] && chunk?.choices?.length === 1 && !isRole) {
      if (isContent) continue;
      yield toEvent({
        ...chunk,
        choices: [
          {
            ...chunk.choices[0]!,
            delta: { tool_calls: [{ index: 0, ...BAD_CALL }] },
            finish_reason: null,
          },
        ],
      });
      yield toEvent({ ...chunk, choices: [{ ...chunk.choices[0]!, finish_reason: 'tool_calls' }] });
      continue;
    }
    if (options.endless && !isRole && !isContent) continue; // no end
    yield chunk && options['no-choices'] ? toEvent({ ...chunk, choices: [] }) : bytes;
    if (isContent) contents.push(bytes);
  }
  if (!options.endless || contents.length === 0) return;
  const end = Date.now() + LONGEST;
  for (let index = 0; Date.now() < end; index++) {
    await wait(PACE, undefined, { signal });
    yield contents[index % contents.length]!;
  }
}

function changed(body: Chunk, options: FaultOptions): Chunk {
  if (!body.choices) return body;
  if (options['no-choices']) return { ...body, choices: [] };
  if (!options['malformed-tools']) return body;
  return {
    ...body,
    choices: [
      {
        ...body.choices[0]!,
        message: { role: 'assistant', content: null, tool_calls: [BAD_CALL] },
        finish_reason: 'tool_calls',
      },
    ],
  };
}

async function destroy(
  { destroy: destroySocket }: Connection,
  signal: AbortSignal,
): Promise<never> {
  await wait(BEFORE_CUT);
  destroySocket?.();
  // The socket's end cancels the stream; where there is none, an error breaks the body off.
  if (destroySocket) await wait(LONGEST, undefined, { signal });
  throw new Error('The connection was destroyed, as was asked for.');
}

/** A stream that asks for a chunk only when one is wanted, so that its pace is the client's. */
function toStream(
  chunks: (signal: AbortSignal) => AsyncGenerator<Uint8Array>,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const source = chunks(left.signal);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await source.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (!left.signal.aborted) controller.error(error);
        }
      },
      async cancel() {
        left.abort();
        await source.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

const encoder = new TextEncoder();
const toEvent = (data: object) => encoder.encode(`data: ${JSON.stringify(data)}\n\n`);

/** Undefined for `[DONE]`. */
function parse(bytes: Uint8Array): Chunk | undefined {
  const text = new TextDecoder().decode(bytes).slice('data: '.length);
  return text.startsWith('[DONE]') ? undefined : (JSON.parse(text) as Chunk);
}

function halved(content: string | Uint8Array) {
  const whole = typeof content === 'string' ? encoder.encode(content) : content;
  return { whole, half: whole.slice(0, Math.floor(whole.byteLength / 2)) };
}
