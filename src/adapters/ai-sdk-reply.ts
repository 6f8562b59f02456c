import type { Part } from '../agents/remote/answer-body.js';
import { UnmockedError } from '../errors.js';
import type { FunctionReply } from './function-backend.js';

/** A part of a reply, whole or of a stream. Parts of other types are passed over. */
export interface AISDKPart {
  type: string;
  /** The text of a whole part. */
  text?: unknown;
  /** A piece of it. */
  delta?: unknown;
  toolCallId?: unknown;
  toolName?: unknown;
  /** The arguments of a call, as JSON. */
  input?: unknown;
  /** The provider ran the tool itself. */
  providerExecuted?: boolean;
  error?: unknown;
  finishReason?: AISDKFinishReason;
  usage?: AISDKUsage;
}

/** A string in version 2. */
export type AISDKFinishReason = string | { unified: string };

/** Numbers in version 2. */
export interface AISDKUsage {
  inputTokens?: number | { total?: number; cacheRead?: number };
  outputTokens?: number | { total?: number };
  cachedInputTokens?: number;
}

export interface AISDKResult {
  content: readonly AISDKPart[];
  finishReason?: AISDKFinishReason;
  usage?: AISDKUsage;
}

/** A part in OpenAI's form, which `Assembly` reads. */
export function toAssemblyPart(part: AISDKPart): Part {
  switch (part.type) {
    case 'text':
    case 'text-delta':
      return { content: part.text ?? part.delta };
    case 'reasoning':
    case 'reasoning-delta':
      return { reasoning: part.text ?? part.delta };
    case 'tool-call':
      if (part.providerExecuted) return {};
      return {
        tool_calls: [
          {
            id: String(part.toolCallId),
            function: { name: String(part.toolName), arguments: part.input },
          },
        ],
      };
    default:
      return {};
  }
}

/**
 * Why a reply ended and what it cost.
 *
 * @throws UnmockedError `remote-error` if it ended with an error that the provider does not name.
 */
export function readEnding({
  finishReason,
  usage,
}: Pick<AISDKResult, 'finishReason' | 'usage'>): FunctionReply {
  const reason = typeof finishReason === 'object' ? finishReason.unified : finishReason;
  if (reason === 'error')
    throw new UnmockedError('remote-error', 'The provider ended its reply with an error.');
  return {
    finishReason: reason === 'length' ? 'length' : reason === 'tool-calls' ? 'tool_calls' : 'stop',
    ...readProblem(reason),
    ...readUsage(usage),
  };
}

const readProblem = (reason: string | undefined): FunctionReply =>
  reason === 'content-filter'
    ? { problems: ['The provider withheld a part of the reply (content-filter).'] }
    : {};

function readUsage(usage: AISDKUsage = {}): FunctionReply {
  const promptTokens = totalOf(usage.inputTokens);
  const completionTokens = totalOf(usage.outputTokens);
  if (promptTokens === undefined || completionTokens === undefined) return {};
  const { inputTokens: input, cachedInputTokens: cached } = usage;
  const cachedTokens = (typeof input === 'object' ? input.cacheRead : cached) ?? 0;
  return { usage: { promptTokens, completionTokens, cachedTokens } };
}

const totalOf = (count: AISDKUsage['inputTokens']): number | undefined =>
  typeof count === 'object' ? count.total : count;
