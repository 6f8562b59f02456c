import { abortError, UnmockedError } from '../errors.js';
import type { AgentChunk, AgentResponse, AgentStream, InvokeOptions } from './agent.js';

/**
 * Makes a stream of a call that reports tokens. Leaving the loop aborts the call and waits until it has stopped; then `response` rejects
 * with an `AbortError`. A caller who only wants `response` need not iterate.
 */
export function streamOf(call: (onToken: (chunk: AgentChunk) => void, signal: AbortSignal) => Promise<AgentResponse>, options: InvokeOptions): AgentStream {
  const controller = new AbortController();
  const stop = () => controller.abort(abortError(options.signal));
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop, { once: true });

  const chunks: AgentChunk[] = [];
  let wake: (() => void) | undefined;
  let over = false;
  const response = call((chunk) => {
    chunks.push(chunk);
    options.onToken?.(chunk);
    wake?.();
  }, controller.signal).finally(() => {
    over = true;
    options.signal?.removeEventListener('abort', stop);
    wake?.();
  });
  response.catch(() => undefined); // whoever iterates gets the error there

  let iterated = false;
  async function* iterate(): AsyncGenerator<AgentChunk, void, undefined> {
    if (iterated) throw new UnmockedError('invalid-argument', 'A stream can be iterated once: its chunks are gone. Its text is in `response`.');
    iterated = true;
    let finished = false;
    try {
      for (;;) {
        while (chunks.length > 0) yield chunks.shift()!;
        if (over) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      finished = true;
      await response;
    } finally {
      if (!finished) {
        controller.abort();
        await response.catch(() => undefined);
      }
    }
  }
  return { response, [Symbol.asyncIterator]: iterate };
}
