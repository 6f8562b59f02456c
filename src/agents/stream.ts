import { abortError, UnmockedError } from '../errors.js';
import type { AgentChunk, AgentResponse, AgentStream, InvokeOptions, TokenPiece } from './agent.js';
import { ReasoningStream } from './reply/reasoning-stream.js';

/**
 * Turns a call that reports tokens into a stream. Leaving the loop aborts the call and waits until
 * it has stopped; then `response` rejects with an `AbortError`. If you only want `response`, you
 * need not iterate.
 *
 * @param reply `isJson`: the reply was asked for in a `responseFormat`.
 */
export function streamOf(
  call: (onToken: (piece: TokenPiece) => void, signal: AbortSignal) => Promise<AgentResponse>,
  options: InvokeOptions,
  reply: { isJson?: boolean } = {},
): AgentStream {
  const controller = new AbortController();
  const stop = () => controller.abort(abortError(options.signal));
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop, { once: true });

  const chunks: AgentChunk[] = [];
  let wake: (() => void) | undefined;
  let over = false;
  const reasoning = new ReasoningStream(reply);
  let count = 0;
  const response = call((piece) => {
    count = piece.index + 1;
    chunks.push({ ...piece, ...reasoning.push(piece.text) });
    options.onToken?.(piece);
    wake?.();
  }, controller.signal).finally(() => {
    over = true;
    const rest = reasoning.flush();
    if (rest.thinking || rest.response) chunks.push({ index: count, text: '', ...rest });
    options.signal?.removeEventListener('abort', stop);
    wake?.();
  });
  response.catch(() => undefined); // the loop throws the error, too

  let iterated = false;
  async function* iterate(): AsyncGenerator<AgentChunk, void, undefined> {
    if (iterated)
      throw new UnmockedError(
        'invalid-argument',
        'A stream can be iterated only once. Read its text from `response`.',
      );
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
