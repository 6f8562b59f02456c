import type {
  AgentDevice,
  AgentModel,
  FinishReason,
  InvokeOptions,
  ToolCall,
  Usage,
} from '../agents/agent.js';
import type {
  ChatBackend,
  Completion,
  CompletionOptions,
  CompletionRequest,
} from '../agents/backend.js';
import type { Claim } from '../agents/claims.js';
import { abortError, UnmockedError, untilAborted } from '../errors.js';
import type { CallSettings } from '../settings/settings.js';
import { foreignError } from './foreign-error.js';

export interface FunctionAgentOptions {
  /** Names the agent in reports and errors. */
  name: string;
  /** What the agent can do. What it does not claim is not asked of it: see `claims`. */
  claims: readonly Claim[];
  /** Tokens, prompt and reply together. */
  contextWindow?: number;
  /** Called once, when the agent is disposed of. */
  dispose?: () => void;
}

/** Answers a conversation. What it throws becomes an `UnmockedError`. */
export type AgentFunction = (request: FunctionRequest) => FunctionReply | Promise<FunctionReply>;

export interface FunctionRequest extends Pick<
  CompletionRequest,
  | 'messages'
  | 'tools'
  | 'toolChoice'
  | 'responseFormat'
  | 'reasoningEffort'
  | 'stream'
  | 'conversation'
> {
  /** The settings of this call. Keep to those that the agent claims to keep to. */
  settings: CallSettings;
  /** The caller's own options. `settings` contains their settings already. */
  options: InvokeOptions;
  /** Stop computing when it aborts. */
  signal: AbortSignal;
  /** Takes the next piece of the reply while it is computed, with its token's id if there is one. */
  onText(text: string, tokenId?: number): void;
}

export interface FunctionReply extends Partial<
  Pick<Completion['facts'], 'prompt' | 'promptTokenIds' | 'outputTokenIds' | 'limitedBy'>
> {
  /** The whole reply, reasoning in `<think>` tags. Default: the pieces that `onText` got. */
  text?: string;
  /** The reply with special tokens and the stop sequence. Default: the text. */
  rawText?: string;
  /** What later prompts repeat of the reply. Default: the text. */
  content?: string;
  /** Calls that are not in the text. */
  toolCalls?: readonly ToolCall[];
  /** Default: `stop`. */
  finishReason?: FinishReason;
  /** Tokens. `cachedTokens` counts those prompt tokens that were not computed. */
  usage?: { promptTokens: number; completionTokens: number; cachedTokens?: number };
  /** What is wrong with the reply, described. */
  problems?: readonly string[];
}

/** A function as the model of a `ChatAgent`. */
export class FunctionBackend implements ChatBackend {
  readonly kind = 'foreign';
  readonly model: AgentModel;
  readonly device: AgentDevice = { requested: 'auto', actual: 'unknown', attempts: [] };
  readonly claims: readonly Claim[];
  readonly contextWindow?: number;
  readonly #answer: AgentFunction;
  readonly #dispose: (() => void) | undefined;

  constructor(
    { name, claims, contextWindow, dispose }: FunctionAgentOptions,
    answer: AgentFunction,
  ) {
    const capabilities = (['chat', 'tools', 'parallel-tools', 'reasoning'] as const).filter(
      (claim) => claims.includes(claim),
    );
    this.model = { id: name, title: name, capabilities };
    this.claims = claims;
    this.contextWindow = contextWindow;
    this.#answer = answer;
    this.#dispose = dispose;
  }

  async complete(
    request: CompletionRequest,
    { signal, onToken }: CompletionOptions,
  ): Promise<Completion> {
    this.#assertClaimed(request);
    if (signal.aborted) throw abortError(signal);
    const startedAt = performance.now();
    let firstToken: number | undefined;
    let streamed = '';
    let pieces = 0;
    let over = false;
    const onText = (text: string, tokenId?: number) => {
      if (over) return;
      firstToken ??= performance.now() - startedAt;
      streamed += text;
      onToken?.({ index: pieces++, text, ...(tokenId === undefined ? {} : { tokenId }) });
    };
    const reply = await this.#run({ ...request, signal, onText }).finally(() => (over = true));
    const total = performance.now() - startedAt;
    const { text = streamed, content = text, rawText = text } = reply;
    if (pieces === 0) onToken?.({ index: 0, text });
    return {
      facts: {
        finishReason: reply.finishReason ?? 'stop',
        ...(reply.limitedBy ? { limitedBy: reply.limitedBy } : {}),
        text,
        rawText,
        prompt: reply.prompt ?? JSON.stringify(request.messages),
        promptTokenIds: reply.promptTokenIds ?? [],
        outputTokenIds: reply.outputTokenIds ?? [],
        usage: readUsage(reply.usage),
      },
      timings: { queued: 0, firstToken: firstToken ?? total, total },
      message: { content },
      toolCalls: [...(reply.toolCalls ?? [])],
      problems: [...(reply.problems ?? [])],
    };
  }

  dispose(): void {
    this.#dispose?.();
  }

  async #run(request: FunctionRequest): Promise<FunctionReply> {
    const { signal } = request;
    // An agent that stops is waited for. Any other goes on, and there is nothing to wait for.
    const stops = this.claims.includes('abort');
    const work = (async () => this.#answer(request))();
    const reply = await (stops ? work : untilAborted(work, signal)).catch((error: unknown) => {
      throw signal.aborted ? abortError(signal) : foreignError(this.model.id, error);
    });
    if (signal.aborted) throw abortError(signal);
    return reply;
  }

  /** What the agent would ignore is refused, so that nobody takes its reply for an answer to it. */
  #assertClaimed({
    tools,
    toolChoice = 'auto',
    responseFormat,
  }: Pick<CompletionRequest, 'tools' | 'toolChoice' | 'responseFormat'>): void {
    const needs: [Claim, boolean][] = [
      ['tools', tools.length > 0 && toolChoice !== 'none'],
      ['tool-choice', toolChoice !== 'auto' && toolChoice !== 'none'],
      ['structured-output', responseFormat !== undefined],
    ];
    const missing = needs.find(([claim, needed]) => needed && !this.claims.includes(claim))?.[0];
    if (missing)
      throw new UnmockedError(
        'unsupported',
        `"${this.model.id}" does not claim ${missing}. If it can do this, add "${missing}" to the ` +
          'claims of its adapter.',
      );
  }
}

function readUsage(usage: FunctionReply['usage']): Usage {
  if (!usage)
    return { promptTokens: 0, prefilledTokens: 0, completionTokens: 0, countedBy: 'nobody' };
  const { promptTokens, completionTokens, cachedTokens = 0 } = usage;
  return {
    promptTokens,
    prefilledTokens: promptTokens - cachedTokens,
    completionTokens,
    countedBy: 'agent',
  };
}
