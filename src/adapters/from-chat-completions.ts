import { nextTask } from '../async.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import { type Claim, openAiClaims } from '../agents/claims.js';
import type { Body } from '../agents/remote/answer-body.js';
import { Assembly, type ServerCompletion } from '../agents/remote/assembly.js';
import { toChatMessages } from '../agents/remote/chat-messages.js';
import { toRequestBody } from '../agents/remote/request-body.js';
import { fromFunction } from './from-function.js';
import type { FunctionReply, FunctionRequest } from './function-backend.js';

/** The part of the `openai` client that is used. A WebLLM engine has it, too. */
export interface ChatCompletionsClient {
  readonly chat: {
    readonly completions: {
      create(body: object, options?: { signal?: AbortSignal }): PromiseLike<unknown>;
    };
  };
  readonly baseURL?: string;
  /** WebLLM stops computing with it. The `openai` client takes a signal. */
  interruptGenerate?(): unknown;
}

export interface ChatCompletionsOptions {
  model: string;
  /** Default: `chatCompletionsClaims`. */
  claims?: readonly Claim[];
  /** Tokens, prompt and reply together. */
  contextWindow?: number;
  /** More fields of each request. They win over the adapter's; `undefined` takes one away. */
  body?: Readonly<Record<string, unknown>>;
}

/** What OpenAI's API promises. Take away what your server lacks; add `seed` if it keeps to it. */
export const chatCompletionsClaims: readonly Claim[] = openAiClaims;

/** A WebLLM engine has none. */
const ANY_URL = 'http://localhost/';
/** Fields that only some servers know are sent if the caller sets them. */
const ORIGINS = { topK: 'default', repetitionPenalty: 'default' } as const;

/**
 * Any object with `chat.completions.create` as an agent: the `openai` client, or a WebLLM engine.
 *
 * @example
 * const agent = fromChatCompletions(new OpenAI(), { model: 'gpt-5-mini' });
 * await runScenarios({ agent });
 */
export const fromChatCompletions = (
  client: ChatCompletionsClient,
  { model, claims = chatCompletionsClaims, contextWindow, body: more }: ChatCompletionsOptions,
): AgentLoader =>
  fromFunction({ name: model, claims, contextWindow }, async (request) => {
    const { signal, stream } = request;
    const interrupt = () => void client.interruptGenerate?.();
    signal.addEventListener('abort', interrupt);
    try {
      const body = toRequestBody({
        ...request,
        url: client.baseURL ?? ANY_URL,
        model,
        messages: toChatMessages(request.messages),
        origins: ORIGINS,
      });
      const answer = await client.chat.completions.create({ ...body, ...more }, { signal });
      return stream
        ? await readChunks(answer as AsyncIterable<Body>, request)
        : readWhole(answer as Body);
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  });

async function readChunks(
  chunks: AsyncIterable<Body>,
  { onText, signal }: FunctionRequest,
): Promise<FunctionReply> {
  const assembly = new Assembly();
  for await (const chunk of chunks) {
    if (signal.aborted) break; // leaving the loop closes the connection
    const choice = chunk.choices?.[0];
    const text = assembly.take(chunk, choice, choice?.delta ?? {});
    if (text) onText(text);
    await nextTask(); // many may arrive at once, and the reader may leave in between
  }
  const closing = assembly.close();
  if (closing) onText(closing);
  return toReply(assembly.finish());
}

function readWhole(completion: Body): FunctionReply {
  const assembly = new Assembly();
  const choice = completion.choices?.[0];
  assembly.take(completion, choice, choice?.message ?? {});
  return toReply(assembly.finish());
}

function toReply({ usage, ...completion }: ServerCompletion): FunctionReply {
  if (!usage) return completion;
  return {
    ...completion,
    usage: {
      promptTokens: usage.prompt_tokens,
      completionTokens: usage.completion_tokens,
      cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    },
  };
}
