import type { FinishReason, GenerateResult, TokenEvent, TokenLogprobs } from '../protocol.js';
import { StopText } from './stop-text.js';
import { type Decode, TextStream } from './text-stream.js';

export interface OutputOptions {
  /** Decodes without special tokens. */
  decode: Decode;
  eosTokenIds: readonly number[];
  stop: readonly string[];
  /** The caller's limit. Tokens. */
  maxTokens: number;
  /** What the context window leaves for the output. Tokens. */
  room: number;
  /** The logprobs of a token that was just picked. Default: none are reported. */
  logprobsOf?(tokenId: number): TokenLogprobs;
  onToken(token: TokenEvent): void;
}

/**
 * The output of one sequence: collects its tokens, streams its text, and knows when and why it
 * ends.
 */
export class Output {
  readonly tokenIds: number[] = [];
  /** The text so far, without special tokens and without the stop sequence. */
  text = '';
  /** When each token arrived; `performance.now()`. */
  readonly arrivals: number[] = [];
  readonly #options: OutputOptions;
  readonly #stream: TextStream;
  readonly #stops: StopText;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.#stream = new TextStream(options.decode);
    this.#stops = new StopText(options.stop);
  }

  /** The most tokens that this output can have. */
  get limit(): number {
    return Math.min(this.#options.maxTokens, this.#options.room);
  }

  /** A stop sequence is complete, so no more tokens are needed. */
  get stopped(): boolean {
    return this.#stops.stopped;
  }

  push(tokenId: number): void {
    this.arrivals.push(performance.now());
    this.tokenIds.push(tokenId);
    const isEnd = this.#options.eosTokenIds.includes(tokenId);
    let text = isEnd ? '' : this.#stops.push(this.#stream.push(tokenId));
    // The last token also carries the text that was held back: one event per token.
    if (isEnd || this.tokenIds.length === this.limit)
      text += this.#stops.push(this.#stream.flush()) + this.#stops.flush();
    this.text += text;
    this.#options.onToken({
      index: this.tokenIds.length - 1,
      tokenId,
      text,
      ...this.#options.logprobsOf?.(tokenId),
    });
  }

  /** Why the output ended. */
  get ending(): Pick<GenerateResult, 'finishReason' | 'stopSequence' | 'limitedBy'> {
    const { eosTokenIds, maxTokens, room } = this.#options;
    const stopSequence = this.#stops.stoppedBy;
    const ended = this.stopped || eosTokenIds.includes(this.tokenIds.at(-1)!);
    const finishReason: FinishReason = ended ? 'stop' : 'length';
    return {
      finishReason,
      ...(stopSequence === undefined ? {} : { stopSequence }),
      ...(ended ? {} : { limitedBy: room < maxTokens ? 'context-window' : 'max-tokens' }),
    };
  }
}
