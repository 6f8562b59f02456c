import { type ApiError, isServerFault, toApiError } from './api-error.js';

/** Sends one event. `name` becomes its `event:` line. */
export type Send = (data: object | '[DONE]', name?: string) => void;

interface EventStreamOptions {
  /** Aborts the work. */
  signal: AbortSignal;
  /** Sends at least one event. Its signal also aborts when the reader of the stream leaves. */
  work(send: Send, signal: AbortSignal): Promise<void>;
  /** Sends the last events after a failure of `work`. */
  fail(error: ApiError, send: Send): void;
  /** Receives errors that are this side's own. */
  log(error: unknown): void;
}

const encoder = new TextEncoder();

/**
 * An answer as server-sent events. Settles with the first event, so that a failure before it still
 * gets its status. Cancelling the stream ends the work.
 */
export function eventStream({
  signal,
  work,
  fail,
  log,
}: EventStreamOptions): Promise<ReadableStream<Uint8Array>> {
  const left = new AbortController();
  return new Promise((resolve, reject) => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const send: Send = (data, name) => {
      if (!controller)
        resolve(
          new ReadableStream<Uint8Array>({
            start: (own) => void (controller = own),
            cancel: () => left.abort(),
          }),
        );
      if (!left.signal.aborted) controller!.enqueue(encoder.encode(format(data, name)));
    };
    work(send, AbortSignal.any([signal, left.signal]))
      .catch((error: unknown) => {
        if (!controller) throw error;
        const apiError = toApiError(error);
        if (isServerFault(apiError)) log(error);
        fail(apiError, send);
      })
      .then(() => {
        if (!left.signal.aborted) controller!.close();
      })
      .catch(reject);
  });
}

const format = (data: object | '[DONE]', name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${
    typeof data === 'string' ? data : JSON.stringify(data)
  }\n\n`;
