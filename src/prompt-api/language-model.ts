import { toDictionary, toSignal } from './convert.js';
import { readCoreOptions, readCreateOptions } from './create-options.js';
import { createSession } from './create-session.js';
import { exception } from './exceptions.js';
import { currentHost } from './host.js';
import { readPrompt } from './prompt-input.js';
import { readPromptOptions } from './prompt-options.js';
import { samplingParams } from './sampling.js';
import { Session } from './session.js';
import type {
  Availability,
  LanguageModelCreateCoreOptions,
  LanguageModelCreateOptions,
  LanguageModelParams,
  LanguageModelPrompt,
  LanguageModelPromptOptions,
  LanguageModelSamplingMode,
  LanguageModelSignalOptions,
} from './types.js';

type Handler = ((event: Event) => unknown) | null;

/**
 * The Prompt API's `LanguageModel`, on a model that runs in this page. Calls of one session wait
 * for one another; a call that fails or is aborted leaves the session as it was, except that
 * evicted turns do not come back.
 *
 * @see https://webmachinelearning.github.io/prompt-api/
 * @example
 * const session = await LanguageModel.create({
 *   initialPrompts: [{ role: 'system', content: 'You are Luna, a healer.' }],
 * });
 * const reply = await session.prompt('What do you do?');
 * session.destroy();
 */
export class LanguageModel extends EventTarget {
  readonly #session: Session;
  readonly #handlers = new Map<string, Handler>();

  /** @internal Sessions come from `create()` and `clone()`. */
  constructor(session?: unknown) {
    super();
    if (!(session instanceof Session))
      throw new TypeError('Illegal constructor. Use LanguageModel.create().');
    this.#session = session;
    session.onOverflow = () => {
      this.dispatchEvent(new Event('contextoverflow'));
      this.dispatchEvent(new Event('quotaoverflow'));
    };
  }

  /**
   * Says whether a session with these options is possible, and whether it needs a download first.
   *
   * @throws TypeError or RangeError when an option is malformed.
   */
  static async availability(options?: LanguageModelCreateCoreOptions): Promise<Availability> {
    return currentHost().availability(readCoreOptions(options));
  }

  /**
   * Loads the model and begins a session.
   *
   * @throws TypeError, RangeError or `SyntaxError` when an option is malformed; `NotSupportedError`
   *   when `availability()` says `unavailable`; `NotAllowedError` without a user gesture, if one
   *   is required; `QuotaExceededError` when the initial prompts do not fit; `NetworkError`;
   *   `OperationError`; the signal's reason.
   */
  static async create(options?: LanguageModelCreateOptions): Promise<LanguageModel> {
    return new LanguageModel(await createSession(currentHost(), readCreateOptions(options)));
  }

  /**
   * Defaults and maxima of `topK` and `temperature`; null when there is no model. Deprecated by the
   * specification.
   */
  static async params(): Promise<LanguageModelParams | null> {
    const availability = await currentHost().availability(readCoreOptions(undefined));
    return availability === 'unavailable' ? null : { ...samplingParams };
  }

  /** Tokens that the conversation occupies. */
  get contextUsage(): number {
    return this.#session.contextUsage;
  }

  /** Tokens that a conversation may occupy. */
  get contextWindow(): number {
    return this.#session.contextWindow;
  }

  /** The older name of `contextUsage`. */
  get inputUsage(): number {
    return this.contextUsage;
  }

  /** The older name of `contextWindow`. */
  get inputQuota(): number {
    return this.contextWindow;
  }

  /** Null when the session was created with `topK` or `temperature`. */
  get samplingMode(): LanguageModelSamplingMode | null {
    return this.#session.sampling.mode;
  }

  /** Deprecated by the specification, as `temperature` is. */
  get topK(): number {
    return this.#session.sampling.topK;
  }

  get temperature(): number {
    return this.#session.sampling.temperature;
  }

  /**
   * Handles `contextoverflow`, which is fired when old turns are evicted. `quotaoverflow`, its
   * older name, is fired as well.
   */
  get oncontextoverflow(): Handler {
    return this.#handler('contextoverflow');
  }

  set oncontextoverflow(handler: Handler) {
    this.#setHandler('contextoverflow', handler);
  }

  get onquotaoverflow(): Handler {
    return this.#handler('quotaoverflow');
  }

  set onquotaoverflow(handler: Handler) {
    this.#setHandler('quotaoverflow', handler);
  }

  /**
   * Answers a prompt.
   *
   * @throws TypeError, `SyntaxError` or `NotSupportedError` when the input or an option is
   *   malformed; `QuotaExceededError` when the input does not fit beside the initial prompts;
   *   `InvalidStateError` after `destroy()`; `UnknownError`; the signal's reason.
   */
  async prompt(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<string> {
    let text = '';
    const keep = (piece: string) => void (text += piece);
    await this.#session.prompt(readPrompt(input), readPromptOptions(options), keep);
    return text;
  }

  /**
   * As `prompt`, in pieces. Cancelling the stream stops the model and removes the turn. Throws at
   * once when an argument is malformed.
   */
  promptStreaming(
    input: LanguageModelPrompt,
    options?: LanguageModelPromptOptions,
  ): ReadableStream<string> {
    const prompt = readPrompt(input);
    const { constraint, signal } = readPromptOptions(options);
    this.#session.combined(signal).throwIfAborted();
    const cancelling = new AbortController();
    const combined = AbortSignal.any([cancelling.signal, ...(signal ? [signal] : [])]);
    return new ReadableStream<string>({
      start: (controller) => {
        const enqueue = (piece: string) => controller.enqueue(piece);
        this.#session.prompt(prompt, { constraint, signal: combined }, enqueue).then(
          () => {
            if (!cancelling.signal.aborted) controller.close();
          },
          (error: unknown) => controller.error(error),
        );
      },
      cancel: (reason) => cancelling.abort(reason),
    });
  }

  /**
   * Adds messages without an answer. Evicts old turns when they do not fit otherwise.
   *
   * @throws as `prompt`.
   */
  async append(
    input: LanguageModelPrompt,
    options?: LanguageModelSignalOptions,
  ): Promise<undefined> {
    const { messages, prefix } = readPrompt(input);
    if (prefix !== undefined)
      throw exception('SyntaxError', 'An appended message has prefix: true. Give it to prompt().');
    await this.#session.append(messages, readSignal(options));
  }

  /** Tokens that a prompt would need. */
  async measureContextUsage(
    input: LanguageModelPrompt,
    options?: LanguageModelPromptOptions,
  ): Promise<number> {
    const { messages, prefix } = readPrompt(input);
    const { signal } = readPromptOptions(options);
    if (prefix !== undefined) messages.push({ role: 'assistant', content: prefix });
    return this.#session.measure(messages, signal);
  }

  /** The older name of `measureContextUsage`. */
  measureInputUsage(
    input: LanguageModelPrompt,
    options?: LanguageModelPromptOptions,
  ): Promise<number> {
    return this.measureContextUsage(input, options);
  }

  /**
   * Makes an independent session that continues from here, without the turn that is in progress.
   */
  async clone(options?: LanguageModelSignalOptions): Promise<LanguageModel> {
    return new LanguageModel(await this.#session.clone(readSignal(options)));
  }

  /**
   * Ends the session. Pending calls fail with `InvalidStateError`, as in Chromium and in
   * web-platform-tests; the specification says `AbortError`. The last session to end unloads the
   * model. Safe to call twice.
   */
  destroy(): undefined {
    this.#session.destroy(
      exception('InvalidStateError', 'The session was destroyed. Create a new one.'),
    );
  }

  #handler(type: string): Handler {
    return this.#handlers.get(type) ?? null;
  }

  #setHandler(type: string, handler: Handler): void {
    this.removeEventListener(type, this.#handler(type));
    this.#handlers.set(type, typeof handler === 'function' ? handler : null);
    this.addEventListener(type, this.#handler(type));
  }
}

const readSignal = (options: unknown) => toSignal(toDictionary(options, 'options').signal);
