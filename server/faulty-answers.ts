import { sleep } from '../src/async.js';
import type { FaultOptions } from './fault-options.js';
import type { Connection } from './connection.js';

/** A client that never leaves must not hold a connection for ever. Milliseconds. */
export const LONGEST = 60_000;
/** Between two chunks of an endless stream. Milliseconds. */
const PACE = 5;
/**
 * A browser drops what its page has not read yet when a connection breaks. Without a pause, the cut
 * would come too early. Milliseconds.
 */
const BEFORE_CUT = 250;
const BAD_CALL = {
  id: 'call_malformed',
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city": "Quel' },
};

interface Choice {
  delta?: { content?: string | null; reasoning_content?: string; tool_calls?: unknown };
  message?: object;
  finish_reason?: string | null;
}

interface Chunk {
  choices?: Choice[];
  usage?: unknown;
}

/** An event of a stream. `chunk` is undefined for `[DONE]`. */
interface Event {
  kind: 'role' | 'content' | 'end';
  chunk: Chunk | undefined;
  bytes: Uint8Array;
}

type Events = AsyncGenerator<Event>;

/**
 * Applies faults to a stream of events. First they change what it says, then how it breaks off, so
 * that `cut` counts the chunks of an endless stream too. Cancelling the result cancels `body`.
 */
export function breakStream(
  body: ReadableStream<Uint8Array>,
  options: FaultOptions,
  connection: Connection,
): ReadableStream<Uint8Array> {
  return toStream((signal) => {
    let events: Events = readEvents(body);
    if (options['malformed-tools']) events = withMalformedCall(events);
    if (options['no-choices']) events = withoutChoices(events);
    if (options.endless) events = withoutEnd(events, signal);
    return brokenOff(events, options, connection, signal);
  });
}

/** Applies faults to a JSON answer. */
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
    if (options.stall !== undefined) await sleep(LONGEST, signal);
    await destroy(connection, signal);
  });
  return new Response(stream, { headers });
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

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  for await (const bytes of body) {
    const chunk = parse(bytes);
    const choice = chunk?.choices?.length === 1 ? chunk.choices[0]! : undefined;
    const { content, reasoning_content, tool_calls } = choice?.delta ?? {};
    const isContent = Boolean(content || reasoning_content || tool_calls);
    const isRole = choice !== undefined && choice.finish_reason === null;
    yield { kind: isContent ? 'content' : isRole ? 'role' : 'end', chunk, bytes };
  }
}

/** Replaces the content with one malformed tool call. */
async function* withMalformedCall(events: Events): AsyncGenerator<Event> {
  for await (const event of events) {
    const { chunk, kind } = event;
    const [choice] = chunk?.choices ?? [];
    if (kind === 'content') continue;
    if (kind === 'role' || !choice) {
      yield event;
      continue;
    }
    const delta = { tool_calls: [{ index: 0, ...BAD_CALL }] };
    yield toEvent('content', { ...chunk, choices: [{ ...choice, delta, finish_reason: null }] });
    yield toEvent('end', { ...chunk, choices: [{ ...choice, finish_reason: 'tool_calls' }] });
  }
}

async function* withoutChoices(events: Events): AsyncGenerator<Event> {
  for await (const event of events)
    yield event.chunk ? toEvent(event.kind, { ...event.chunk, choices: [] }) : event;
}

/** Drops the end and repeats the content, until the client leaves. */
async function* withoutEnd(events: Events, signal: AbortSignal): AsyncGenerator<Event> {
  const contents: Event[] = [];
  for await (const event of events) {
    if (event.kind !== 'end') yield event;
    if (event.kind === 'content') contents.push(event);
  }
  if (contents.length === 0) return;
  const end = Date.now() + LONGEST;
  for (let index = 0; Date.now() < end; index++) {
    await sleep(PACE, signal);
    yield contents[index % contents.length]!;
  }
}

/** Applies `cut`, `stall` and `truncated`. */
async function* brokenOff(
  events: Events,
  { cut, stall, truncated }: FaultOptions,
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let contents = 0;
  for await (const { kind, bytes } of events) {
    if (kind !== 'role') {
      if (contents === cut) await destroy(connection, signal);
      if (contents === stall) await sleep(LONGEST, signal);
      if (truncated && (contents === 1 || kind === 'end')) {
        yield halved(bytes).half;
        return;
      }
    }
    yield bytes;
    if (kind === 'content') contents++;
  }
}

async function destroy(
  { destroy: destroySocket }: Connection,
  signal: AbortSignal,
): Promise<never> {
  await sleep(BEFORE_CUT);
  destroySocket?.();
  // The end of the socket cancels the stream. Without a socket, an error ends the body.
  if (destroySocket) await sleep(LONGEST, signal);
  throw new Error('The connection was destroyed, as the fault requested.');
}

/**
 * A stream that produces a chunk only when the client wants one, so that its pace is the client's.
 */
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

const toEvent = (kind: Event['kind'], chunk: Chunk): Event => ({
  kind,
  chunk,
  bytes: encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`),
});

/** Undefined for `[DONE]`. */
function parse(bytes: Uint8Array): Chunk | undefined {
  const text = new TextDecoder().decode(bytes).replace(/^(?:event: .*\n)?data: /, '');
  return text.startsWith('[DONE]') ? undefined : (JSON.parse(text) as Chunk);
}

function halved(content: string | Uint8Array) {
  const whole = typeof content === 'string' ? encoder.encode(content) : content;
  return { whole, half: whole.slice(0, Math.floor(whole.byteLength / 2)) };
}
