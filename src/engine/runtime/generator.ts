import { DynamicCache, random, StoppingCriteria, Tensor } from '@huggingface/transformers';
import type {
  LogitsProcessor,
  PreTrainedModel,
  PreTrainedTokenizer,
} from '@huggingface/transformers';
import { abortError, UnmockedError } from '../../errors.js';
import { FairQueue } from '../fair-queue.js';
import type { OutputConstraint } from '../constraint/constraint.js';
import type { Vocabulary } from '../constraint/vocabulary.js';
import type { GenerateRequest, GenerateResult, TokenEvent } from '../protocol.js';
import type { ConstrainedDecoding } from './constrained.js';
import type { GpuDevice } from './gpu-device.js';
import { type CachedConversation, KvCacheStore } from './kv-cache.js';
import { decode } from './model-facts.js';
import { yieldBetweenForwardPasses } from './next-task.js';
import { Output } from './output.js';
import { Logprobs } from './logprobs.js';
import { type OwnProcessors, samplingOptions } from './sampling.js';
import { TextStream } from './text-stream.js';

export interface GeneratorOptions {
  model: PreTrainedModel;
  tokenizer: PreTrainedTokenizer;
  /** Tokens. */
  contextWindow: number;
  eosTokenIds: number[];
  /** Memory budget for the KV caches of all conversations. Bytes. */
  kvCacheBytes: number;
  /** The device that computes, if it is a GPU. */
  gpu?: GpuDevice;
  /** What an error of the runtime means. Default: its own text. */
  explain?(cause: unknown): UnmockedError;
  /** Imports constrained.ts. Called only for constraints and for the
   * vocabulary, so other pages need not load that code. */
  loadConstrained(): Promise<{ ConstrainedDecoding: typeof ConstrainedDecoding }>;
}

/** A prompt as tokens, with the KV cache that it starts from. */
interface Prompt {
  tokenIds: number[];
  /** Undefined for a request without a conversation. */
  cache: DynamicCache | undefined;
  /** Tokens at the start of the prompt that the cache already holds. */
  reused: number;
}

/**
 * Generates text with a loaded model, one request at a time, and keeps the KV cache of each
 * conversation. It knows neither workers nor the DOM: the page's engine and the Node server use
 * this class.
 */
export class Generator {
  readonly #options: GeneratorOptions;
  readonly #queue = new FairQueue();
  readonly #caches: KvCacheStore;
  #constrained: ConstrainedDecoding | undefined;

  constructor(options: GeneratorOptions) {
    this.#options = options;
    this.#caches = new KvCacheStore(options.kvCacheBytes);
    yieldBetweenForwardPasses(options.model);
  }

  /**
   * @throws UnmockedError before a token is computed: `invalid-argument` or `context-overflow`,
   *   and `invalid-constraint` or `unsupported` for a constraint. `inference-failed`, `out-of-memory` or `device-lost` when the
   *   runtime fails (a browser's runtime is poisoned from then on). `AbortError` between two
   *   tokens.
   */
  generate(
    request: GenerateRequest,
    onToken: (token: TokenEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const queuedAt = performance.now();
    return this.#queue.run(
      request.client,
      () => this.#run(request, onToken, signal, queuedAt),
      signal,
    );
  }

  /** Drops a conversation's KV cache. */
  forget(conversation: string): Promise<void> {
    return this.#caches.forget(conversation);
  }

  encode(text: string): number[] {
    return this.#options.tokenizer.encode(text, { add_special_tokens: false });
  }

  decode(tokenIds: number[], skipSpecialTokens: boolean): string {
    return decode(this.#options.tokenizer, tokenIds, skipSpecialTokens);
  }

  /**
   * Compiles a constraint, so that a request with it starts faster.
   *
   * @throws UnmockedError `invalid-constraint` or `unsupported`.
   */
  async checkConstraint(constraint: OutputConstraint): Promise<void> {
    await this.#constrain(constraint);
  }

  /** The bytes of each token. @throws UnmockedError `unsupported` for an unknown tokenizer. */
  async vocabulary(): Promise<Vocabulary> {
    return (await this.#decoding()).vocabulary();
  }

  /** The pieces of text in which these tokens would be streamed. */
  streamTokens(tokenIds: number[]): string[] {
    const stream = new TextStream((ids) => this.decode(ids, true));
    return [...tokenIds.map((tokenId) => stream.push(tokenId)), stream.flush()].filter(Boolean);
  }

  async #run(
    request: GenerateRequest,
    onToken: (token: TokenEvent) => void,
    signal: AbortSignal,
    queuedAt: number,
  ): Promise<GenerateResult> {
    if (signal.aborted) throw abortError(signal);
    const startedAt = performance.now();
    const own: OwnProcessors = {
      logprobs: request.logprobs === undefined ? undefined : new Logprobs(request.logprobs),
      constrained: request.constraint && (await this.#constrain(request.constraint)),
    };
    const prompt = await this.#preparePrompt(request);
    const output = new Output({
      decode: (ids) => this.decode(ids, true),
      eosTokenIds: this.#options.eosTokenIds,
      stop: request.stop,
      maxTokens: request.maxTokens,
      room: this.#options.contextWindow - prompt.tokenIds.length,
      logprobsOf: own.logprobs && ((tokenId) => own.logprobs!.of(tokenId)),
      onToken,
    });
    const { gpu, explain = asItSays } = this.#options;
    try {
      const decoding = this.#decodeTokens(request, prompt, output, own, signal);
      await (gpu ? Promise.race([decoding, gpu.lost]) : decoding);
      await gpu?.check();
    } catch (cause) {
      gpu?.assertAlive(); // what a lost device throws is of no interest
      if (cause instanceof UnmockedError) {
        // A logits processor's, between two forward passes: the runtime is as it was.
        await prompt.cache?.dispose();
        throw cause;
      }
      throw explain(cause);
    }
    if (prompt.cache)
      await this.#keepCache(request, prompt.cache, [...prompt.tokenIds, ...output.tokenIds]);
    if (signal.aborted) throw abortError(signal);
    return {
      text: output.text,
      rawText: this.decode(output.tokenIds, false),
      promptTokenIds: prompt.tokenIds,
      outputTokenIds: output.tokenIds,
      ...output.ending,
      prefilledTokens: prompt.tokenIds.length - prompt.reused,
      timings: {
        queued: startedAt - queuedAt,
        firstToken: (output.arrivals[0] ?? 0) - startedAt,
        total: performance.now() - startedAt,
        tokens: tokenTimes(startedAt, output.arrivals),
      },
    };
  }

  async #constrain(constraint: OutputConstraint): Promise<LogitsProcessor> {
    return (await this.#decoding()).start(constraint);
  }

  async #decoding(): Promise<ConstrainedDecoding> {
    const { tokenizer, eosTokenIds, loadConstrained } = this.#options;
    const { ConstrainedDecoding } = await loadConstrained();
    return (this.#constrained ??= new ConstrainedDecoding(tokenizer, eosTokenIds));
  }

  async #preparePrompt({ prompt, conversation }: GenerateRequest): Promise<Prompt> {
    const cached = conversation ? this.#caches.take(conversation) : undefined;
    const base = cached && continues(prompt, cached) ? cached : undefined;
    // Keep the generated ids: encoding their text again can give other ids, which the cache does
    // not hold.
    const tokenIds = base
      ? [...base.tokenIds, ...this.encode(prompt.slice(base.text.length))]
      : this.encode(prompt);
    try {
      this.#checkLength(tokenIds.length);
    } catch (error) {
      if (cached) await this.#caches.keep(conversation!, cached);
      throw error;
    }
    if (base) return { tokenIds, cache: base.cache, reused: base.cache.get_seq_length() };
    await cached?.cache.dispose();
    return { tokenIds, cache: conversation ? new DynamicCache() : undefined, reused: 0 };
  }

  #checkLength(promptTokens: number): void {
    const { contextWindow } = this.#options;
    if (promptTokens === 0)
      throw new UnmockedError(
        'invalid-argument',
        'The prompt is empty. Give at least one character.',
      );
    if (promptTokens >= contextWindow)
      throw new UnmockedError(
        'context-overflow',
        `The prompt has ${promptTokens} tokens. ` +
          `The model's context window is ${contextWindow} tokens, ` +
          'and the reply needs at least one. Shorten the message or the memory.',
        { details: { promptTokens, contextWindow } },
      );
  }

  /** Computes one sequence. The signal ends it between two tokens. */
  async #decodeTokens(
    request: GenerateRequest,
    { tokenIds, cache }: Prompt,
    output: Output,
    own: OwnProcessors,
    signal: AbortSignal,
  ): Promise<void> {
    const { model, eosTokenIds } = this.#options;
    let isPrompt = true; // the streamer first receives the prompt
    const streamer = {
      put: (value: bigint[][]) => {
        this.#options.gpu?.assertAlive();
        if (!isPrompt) output.push(Number(value[0]![0]));
        isPrompt = false;
      },
      end: () => undefined,
    };
    // One random state serves the whole realm, so only one request may sample at a time.
    random.seed(request.seed);
    await model.generate({
      inputs: rowOf(BigInt64Array.from(tokenIds, BigInt)),
      attention_mask: rowOf(new BigInt64Array(tokenIds.length).fill(1n)),
      ...(cache ? { past_key_values: cache } : {}),
      max_new_tokens: output.limit,
      eos_token_id: eosTokenIds,
      ...samplingOptions(request, own),
      streamer,
      stopping_criteria: [new StopWhen(() => output.stopped || signal.aborted)],
      // The published types want the whole GenerationConfig; the documentation shows a partial
      // object.
    } as unknown as Parameters<PreTrainedModel['generate']>[0]);
  }

  async #keepCache(
    { conversation }: GenerateRequest,
    cache: DynamicCache,
    tokenIds: number[],
  ): Promise<void> {
    // The last token was sampled but never computed, so the cache is one token shorter.
    const computed = tokenIds.slice(0, cache.get_seq_length());
    await this.#caches.keep(conversation!, {
      text: this.decode(computed, false),
      tokenIds: computed,
      cache,
    });
  }
}

const asItSays = (cause: unknown): UnmockedError =>
  new UnmockedError(
    'inference-failed',
    'The runtime failed while computing: ' +
      `${cause instanceof Error ? cause.message : String(cause)}. ` +
      'The next call starts a new engine.',
    { cause },
  );

/**
 * A cache is of use only if the prompt adds something to it: transformers.js takes a prompt of
 * exactly the cached length for new tokens.
 */
const continues = (prompt: string, { text }: CachedConversation): boolean =>
  prompt.length > text.length && prompt.startsWith(text);

/** The time of each token since the one before, in milliseconds with one decimal. */
const tokenTimes = (startedAt: number, arrivals: readonly number[]): number[] =>
  arrivals.map((at, index) => Math.round((at - (arrivals[index - 1] ?? startedAt)) * 10) / 10);

/** A batch of one sequence. */
const rowOf = (values: BigInt64Array): Tensor => new Tensor('int64', values, [1, values.length]);

class StopWhen extends StoppingCriteria {
  readonly #condition: () => boolean;

  constructor(condition: () => boolean) {
    super();
    this.#condition = condition;
  }

  override _call(inputIds: number[][]): boolean[] {
    return new Array<boolean>(inputIds.length).fill(this.#condition());
  }
}
