import {
  DynamicCache,
  LogitsProcessor,
  LogitsProcessorList,
  random,
  StoppingCriteria,
  Tensor,
} from '@huggingface/transformers';
import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';
import { abortError, UnmockedError } from '../../errors.js';
import type { GenerateRequest, GenerateResult, StopReason, TokenEvent } from '../protocol.js';
import { FairQueue } from '../fair-queue.js';
import type { Constraint } from '../constraint/constraint.js';
import type { ConstrainedDecoding } from './constrained.js';
import { KvCacheStore } from './kv-cache.js';
import { keepNucleus } from './nucleus.js';
import { StopText } from './stop-text.js';
import { TextStream } from './text-stream.js';

/** At lower temperatures logits overflow; the likeliest token is as good as certain long before. */
const COLDEST = 1e-6;

export interface GeneratorOptions {
  model: PreTrainedModel;
  tokenizer: PreTrainedTokenizer;
  /** Tokens. */
  contextWindow: number;
  eosTokenIds: number[];
  kvCacheBytes: number;
  /** Imports constrained.ts. Called for the first request with a constraint: other pages need not load it. */
  loadConstrained(): Promise<{ ConstrainedDecoding: typeof ConstrainedDecoding }>;
}

/**
 * Generates text with a loaded model, one request at a time, keeping each conversation's KV cache. Knows no worker and no DOM: the
 * browser's engine and the Node server run this same code.
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
   * @throws UnmockedError before anything is computed: `context-overflow`; `invalid-constraint` or
   *   `unsupported` for a constraint. `inference-failed` when the runtime fails (in a browser it is
   *   poisoned from then on); `AbortError` between two tokens.
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

  forget(conversation: string): Promise<void> {
    return this.#caches.forget(conversation);
  }

  encode(text: string): number[] {
    return this.#options.tokenizer.encode(text, { add_special_tokens: false });
  }

  decode(tokenIds: number[], skipSpecialTokens: boolean): string {
    // Cleaning up spaces (distilgpt2's tokenizer asks for it) would change text that was already streamed.
    return tokenIds.length === 0
      ? ''
      : this.#options.tokenizer.decode(tokenIds, {
          skip_special_tokens: skipSpecialTokens,
          clean_up_tokenization_spaces: false,
        });
  }

  /** The pieces in which these tokens' text is streamed. */
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
    const { model, contextWindow, eosTokenIds } = this.#options;
    const constrained = request.constraint && (await this.#constrain(request.constraint));
    const cached = request.conversation ? this.#caches.take(request.conversation) : undefined;
    // Generated ids are kept as they were: the same text encoded again can give other ids, and the KV cache stands for these.
    // A prompt with nothing new is computed anew: given as many ids as are cached, transformers.js takes them all for new ones.
    const continues =
      cached !== undefined &&
      request.prompt.length > cached.text.length &&
      request.prompt.startsWith(cached.text);
    const promptTokenIds = continues
      ? [...cached.tokenIds, ...this.encode(request.prompt.slice(cached.text.length))]
      : this.encode(request.prompt);
    if (promptTokenIds.length === 0)
      throw new UnmockedError(
        'invalid-argument',
        'The prompt is empty. Give at least one character.',
      );
    const room = contextWindow - promptTokenIds.length;
    if (room < 1) {
      if (cached) await this.#caches.keep(request.conversation!, cached);
      throw new UnmockedError(
        'context-overflow',
        `The prompt has ${promptTokenIds.length} tokens; the model's context window is ${contextWindow}, and at least one token must be left for the reply. Shorten the message or the memory.`,
        { details: { promptTokens: promptTokenIds.length, contextWindow } },
      );
    }
    if (cached && !continues) await cached.cache.dispose();
    const cache = continues ? cached.cache : request.conversation ? new DynamicCache() : undefined;
    const reused = continues ? cached.cache.get_seq_length() : 0;
    const samples = request.temperature > COLDEST;

    const maxTokens = Math.min(request.maxTokens, room);
    const output: number[] = [];
    const stream = new TextStream((ids) => this.decode(ids, true));
    const stops = new StopText(request.stop);
    let text = '';
    let firstTokenAt = 0;
    const emit = (tokenId: number, piece: string) => {
      text += piece;
      onToken({ index: output.length - 1, tokenId, text: piece });
    };
    let isPrompt = true; // generate() gives the streamer the prompt first
    const streamer = {
      put: (value: bigint[][]) => {
        if (isPrompt) {
          isPrompt = false;
          return;
        }
        const tokenId = Number(value[0]![0]);
        if (output.length === 0) firstTokenAt = performance.now();
        output.push(tokenId);
        const isEnd = eosTokenIds.includes(tokenId);
        let piece = isEnd ? '' : stops.push(stream.push(tokenId));
        // What was held back is shown with the last token, so that there is one event a token.
        if (isEnd || output.length === maxTokens)
          piece += stops.push(stream.flush()) + stops.flush();
        emit(tokenId, piece);
      },
      end: () => undefined,
    };

    const processors = new LogitsProcessorList();
    // The constraint first: the nucleus is taken of what it allows.
    if (constrained) processors.push(constrained);
    if (samples && request.topP < 1) processors.push(new Nucleus(request.topP));

    random.seed(request.seed);
    try {
      const ids = BigInt64Array.from(promptTokenIds, BigInt);
      await model.generate({
        inputs: new Tensor('int64', ids, [1, ids.length]),
        attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), [
          1,
          ids.length,
        ]),
        ...(cache ? { past_key_values: cache } : {}),
        max_new_tokens: maxTokens,
        eos_token_id: eosTokenIds,
        do_sample: samples,
        ...(samples ? { temperature: request.temperature, top_k: request.topK } : {}),
        logits_processor: processors,
        repetition_penalty: request.repetitionPenalty,
        streamer,
        stopping_criteria: [new StopWhen(() => stops.stopped || signal.aborted)],
        // The published types want the whole GenerationConfig class here; a partial object is what the documentation shows.
      } as unknown as Parameters<PreTrainedModel['generate']>[0]);
    } catch (cause) {
      if (cause instanceof UnmockedError) {
        // The constraint's, between two forward passes: the runtime is as it was.
        await cache?.dispose();
        throw cause;
      }
      throw new UnmockedError(
        'inference-failed',
        `The runtime failed while computing: ${cause instanceof Error ? cause.message : String(cause)}. The engine is replaced; the next call works.`,
        { cause },
      );
    }

    if (cache && request.conversation)
      await this.#keepCache(request, cache, [...promptTokenIds, ...output]);
    if (signal.aborted) throw abortError(signal);

    const ended = eosTokenIds.includes(output.at(-1)!) || stops.stopped;
    const finishReason: StopReason = ended ? 'stop' : 'length';
    return {
      text,
      rawText: this.decode(output, false),
      promptTokenIds,
      outputTokenIds: output,
      finishReason,
      ...(stops.stoppedBy === undefined ? {} : { stopSequence: stops.stoppedBy }),
      ...(ended
        ? {}
        : {
            limitedBy:
              maxTokens < request.maxTokens ? ('context-window' as const) : ('max-tokens' as const),
          }),
      prefilledTokens: promptTokenIds.length - reused,
      timings: {
        queued: startedAt - queuedAt,
        firstToken: firstTokenAt - startedAt,
        total: performance.now() - startedAt,
      },
    };
  }

  async #constrain(constraint: Constraint): Promise<LogitsProcessor> {
    const { tokenizer, eosTokenIds, loadConstrained } = this.#options;
    const { ConstrainedDecoding } = await loadConstrained();
    this.#constrained ??= new ConstrainedDecoding(tokenizer, eosTokenIds);
    return this.#constrained.start(constraint);
  }

  async #keepCache(
    request: GenerateRequest,
    cache: DynamicCache,
    tokenIds: number[],
  ): Promise<void> {
    // The last token was sampled but not computed, so the tensors are one token shorter; text and ids are cut to what they stand for.
    const computed = tokenIds.slice(0, cache.get_seq_length());
    await this.#caches.keep(request.conversation!, {
      text: this.decode(computed, false),
      tokenIds: computed,
      cache,
    });
  }
}

/** `session.run` on WASM never leaves the microtask queue, so without this a worker would not see a cancel message before the last token. */
function yieldBetweenForwardPasses(model: PreTrainedModel): void {
  const nextTask = taskScheduler();
  const forward = model.forward.bind(model);
  model.forward = async (inputs: object) => {
    await new Promise<void>(nextTask);
    return forward(inputs);
  };
}

/**
 * Calls back in a task of its own. In a browser through a message channel and not a timer: timers are clamped to four milliseconds, more
 * than a token of a small model takes. In Node an open port would keep the process alive, and an unreferenced one lets it exit midway.
 */
function taskScheduler(): (callback: () => void) => void {
  if (typeof setImmediate === 'function') return (callback) => void setImmediate(callback);
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    channel.port2.postMessage(null);
  };
}

/** transformers.js 4.3 takes `top_p` and does nothing with it (a TODO in its `_get_logits_processor`). */
class Nucleus extends LogitsProcessor {
  readonly #topP: number;

  constructor(topP: number) {
    super();
    this.#topP = topP;
  }

  override _call(_inputIds: bigint[][], logits: Tensor): Tensor {
    keepNucleus(logits.data as Float32Array, this.#topP); // one sequence at a time, so one row
    return logits;
  }
}

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
