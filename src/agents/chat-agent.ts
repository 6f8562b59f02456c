import { UnmockedError } from '../errors.js';
import { checkSettings } from '../settings/check-settings.js';
import type { AgentSettings } from '../settings/settings.js';
import type {
  Agent,
  AgentInput,
  AgentResponse,
  AgentStream,
  AssistantMessage,
  InvokeOptions,
  Tool,
  ToolChoice,
} from './agent.js';
import type { ChatBackend, Completion } from './backend.js';
import { readInput } from './input/read-input.js';
import type { Turn } from './input/turn.js';
import { pickSettings } from './invoke-settings.js';
import { noteEffort } from './prompt/reasoning.js';
import { withSystem } from './prompt/system-message.js';
import { toResponse } from './response.js';
import { Sessions } from './sessions.js';
import { streamOf } from './stream.js';

/**
 * An agent over a backend. It owns what does not depend on where the model runs: the life cycle,
 * sessions, checks of the input, streaming, and the response.
 */
export class ChatAgent implements Agent {
  readonly supportsStreaming = true;
  readonly encode?: Agent['encode'];
  readonly decode?: Agent['decode'];
  readonly streamTokens?: Agent['streamTokens'];
  readonly #backend: ChatBackend;
  readonly #settings: AgentSettings;
  readonly #sessions = new Sessions();
  /** Aborts when the agent is disposed of. */
  readonly #end = new AbortController();

  /** The agent owns the backend and disposes of it. */
  constructor(backend: ChatBackend, settings: AgentSettings) {
    this.#backend = backend;
    this.#settings = settings;
    const { tokenizer } = backend;
    if (!tokenizer) return;
    this.encode = (text) => this.#whileUsable(() => tokenizer.encode(text));
    this.decode = (tokenIds) => this.#whileUsable(() => tokenizer.decode(tokenIds));
    this.streamTokens = (tokenIds) => this.#whileUsable(() => tokenizer.streamTokens(tokenIds));
  }

  get backend(): Agent['backend'] {
    return this.#backend.kind;
  }

  get model(): Agent['model'] {
    return this.#backend.model;
  }

  get device(): Agent['device'] {
    return this.#backend.device;
  }

  get contextWindow(): Agent['contextWindow'] {
    return this.#backend.contextWindow;
  }

  get engineInfo(): Agent['engineInfo'] {
    return this.#backend.engineInfo;
  }

  get claims(): Agent['claims'] {
    return this.#backend.claims;
  }

  get disposed(): boolean {
    return this.#end.signal.aborted;
  }

  invoke(input: AgentInput, options: InvokeOptions = {}): Promise<AgentResponse> {
    return this.#invoke(input, options);
  }

  invokeWithTools(
    input: AgentInput,
    tools: readonly Tool[],
    options: InvokeOptions = {},
  ): Promise<AgentResponse> {
    return this.#invoke(input, options, { tools });
  }

  stream(input: AgentInput, options: InvokeOptions = {}): AgentStream {
    return streamOf(
      (onToken, signal) => this.#invoke(input, { ...options, onToken, signal }, { stream: true }),
      options,
      { isJson: typeof input === 'object' && 'responseFormat' in input },
    );
  }

  async forget(sessionId: string): Promise<void> {
    this.#assertUsable();
    this.#sessions.forget(sessionId);
    await this.#backend.forget?.(sessionId);
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.#end.abort(this.#disposedError());
    this.#backend.dispose();
    this.#sessions.clear();
  }

  async #invoke(
    input: AgentInput,
    options: InvokeOptions,
    { tools, stream = false }: { tools?: readonly Tool[]; stream?: boolean } = {},
  ): Promise<AgentResponse> {
    this.#assertUsable();
    const turn = readInput(input, tools);
    const settings = { ...this.#settings, ...checkSettings(pickSettings(options)) };
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#end.signal])
      : this.#end.signal;
    return this.#sessions.inTurn(
      turn.sessionId,
      () => this.#answer(turn, settings, options, stream, signal),
      signal,
    );
  }

  async #answer(
    turn: Turn,
    settings: AgentSettings,
    options: InvokeOptions,
    stream: boolean,
    signal: AbortSignal,
  ): Promise<AgentResponse> {
    const recalled = this.#sessions.recall(turn);
    const { history, tools = [], system = settings.system, systemNotes } = recalled;
    assertOffered(turn.toolChoice, tools);
    const reasoningEffort = turn.reasoningEffort ?? settings.reasoningEffort;
    const spoken = [...history, ...noteEffort(turn.messages, reasoningEffort)];
    const completion = await this.#backend.complete(
      {
        messages: withSystem(spoken, system, systemNotes),
        tools,
        toolChoice: turn.toolChoice,
        responseFormat: turn.responseFormat,
        reasoningEffort,
        settings,
        options,
        stream,
        conversation: turn.sessionId,
      },
      { signal, onToken: options.onToken },
    );
    const { model, device } = this;
    const response = toResponse(completion, {
      model,
      device,
      tools,
      seed: settings.seed,
      responseFormat: turn.responseFormat,
    });
    this.#sessions.remember(recalled, [...spoken, toMessage(completion, response)]);
    return response;
  }

  async #whileUsable<T>(work: () => Promise<T>): Promise<T> {
    this.#assertUsable();
    return work();
  }

  #assertUsable(): void {
    if (this.disposed) throw this.#disposedError();
  }

  #disposedError(): UnmockedError {
    const { url } = this.device;
    return new UnmockedError(
      'disposed',
      `This agent ("${this.model.id}"${url ? ` at ${url}` : ''}) was disposed of. Load a new one.`,
    );
  }
}

/** The reply for the history. Tool calls leave the content, so that the model reads them once. */
function toMessage(
  { message: { content, raw } }: Completion,
  { response, toolCalls }: AgentResponse,
): AssistantMessage {
  const kept = raw === undefined ? {} : { raw };
  if (toolCalls.length === 0) return { role: 'assistant', content: content.trim(), ...kept };
  return { role: 'assistant', content: response, toolCalls, ...kept };
}

/** @throws UnmockedError `invalid-argument` if a call is forced and its tool was not offered. */
function assertOffered(choice: ToolChoice = 'auto', tools: readonly Tool[]): void {
  const offered = tools.map(({ name }) => `"${name}"`).join(', ') || 'none';
  if (typeof choice === 'object' && !tools.some(({ name }) => name === choice.name))
    throw new UnmockedError(
      'invalid-argument',
      `toolChoice names "${choice.name}", which is not offered. Offered: ${offered}.`,
    );
  if (choice === 'required' && tools.length === 0)
    throw new UnmockedError(
      'invalid-argument',
      'toolChoice is "required", but no tool is offered. Offer one in `tools`.',
    );
}
