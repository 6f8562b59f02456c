import { createParser } from 'eventsource-parser';
import { nextTask } from '../../async.js';
import { abortError, UnmockedError } from '../../errors.js';
import type { TokenPiece } from '../agent.js';
import { noChoices, parseBody, throwErrorOf } from './answer-body.js';
import { Assembly, readIds, type ServerCompletion } from './assembly.js';
import type { Answer } from './connection.js';
import { remoteError } from './remote-error.js';

/** An answer with more pieces than this is no reply any more. */
const pieceLimit = (maxTokens: number): number => maxTokens * 4 + 64;

/**
 * Reads an answer that comes as server-sent events.
 *
 * @throws UnmockedError with the text so far in `details.text`, if there is some.
 */
export async function readStream(
  answer: Answer,
  maxTokens: number,
  onPiece: (piece: TokenPiece) => void,
): Promise<ServerCompletion> {
  const stream = new EventStream(answer, maxTokens, onPiece);
  try {
    const events: string[] = [];
    const parser = createParser({ onEvent: ({ data }) => void events.push(data) });
    const decoder = new TextDecoder();
    for await (const bytes of chunksOf(answer.response)) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      for (const [index, data] of events.splice(0).entries()) {
        // Many events may arrive at once. Whoever reads the reply gets each piece before the next,
        // and can leave in between.
        if (index > 0) await nextTask();
        if (answer.signal.aborted) throw abortError(answer.signal);
        stream.take(data);
      }
      if (stream.done) break;
    }
    return stream.finish();
  } catch (error) {
    if (!(error instanceof UnmockedError) || !stream.text) throw error;
    throw new UnmockedError(error.code, error.message, {
      cause: error.cause,
      details: { ...error.details, text: stream.text },
    });
  }
}

/** Takes events and passes on the pieces that they hold. */
class EventStream {
  /** The server said that the stream is complete. */
  done = false;
  readonly #answer: Answer;
  readonly #maxTokens: number;
  readonly #onPiece: (piece: TokenPiece) => void;
  readonly #assembly = new Assembly();
  #events = 0;
  #pieces = 0;
  #hasChoice = false;

  constructor(answer: Answer, maxTokens: number, onPiece: (piece: TokenPiece) => void) {
    this.#answer = answer;
    this.#maxTokens = maxTokens;
    this.#onPiece = onPiece;
  }

  get text(): string {
    return this.#assembly.text;
  }

  get #url(): string {
    return this.#answer.response.url;
  }

  take(data: string): void {
    if (this.done) return;
    if (data.trim() === '[DONE]') {
      this.done = true;
      return;
    }
    const { alive, begun, redact } = this.#answer;
    const body = parseBody(data, this.#url, redact);
    throwErrorOf(body, this.#url, redact);
    const choice = body.choices?.[0];
    if (choice) this.#hasChoice = true;
    const text = this.#assembly.take(body, choice, choice?.delta ?? {});
    const tokenIds = readIds(choice?.token_ids);
    const hasOutput = text !== '' || tokenIds.length > 0;
    // Empty events are no sign of life: a server could send them for ever.
    if (!hasOutput && !choice?.finish_reason && !choice?.delta?.tool_calls?.length) return;
    alive();
    this.#assertWithinLimit();
    if (!hasOutput) return;
    begun();
    this.#onPiece({ index: this.#pieces++, tokenId: tokenIds.at(-1), text });
  }

  finish(): ServerCompletion {
    if (!this.#hasChoice) throw noChoices(this.#url);
    if (!this.done && !this.#assembly.finished) throw cut(this.#url, 'ended its stream');
    const closing = this.#assembly.close();
    if (closing) this.#onPiece({ index: this.#pieces++, text: closing });
    return this.#assembly.finish();
  }

  #assertWithinLimit(): void {
    const limit = pieceLimit(this.#maxTokens);
    if (++this.#events <= limit) return;
    throw remoteError(
      'remote-invalid',
      'endless',
      `${new URL(this.#url).host} does not stop: ` +
        `it sent more than ${limit} pieces for ${this.#maxTokens} tokens. ` +
        'Does it support max_tokens?',
      { url: this.#url },
    );
  }
}

/** The body's bytes as they come. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((cause: unknown) => {
        throw cut(response.url, 'hung up', cause);
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Nobody reads the rest. A body that broke has nothing to cancel.
    reader.cancel().catch(() => undefined);
  }
}

const cut = (url: string, how: string, cause?: unknown): UnmockedError =>
  remoteError(
    'network',
    'cut',
    `${new URL(url).host} ${how} before the reply was complete. Try again; ` +
      "if it happens again, check the server's log.",
    { url },
    cause,
  );
