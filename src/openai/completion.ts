import type { GenerateResult } from '../engine/protocol.js';
import type { FinishReason } from '../agents/agent.js';
import { finishReasonOf } from '../agents/finish-reason.js';
import type { ChatRequest } from './chat-request.js';
import { ApiError, isServerFault, toApiError } from './api-error.js';
import { toConstraint } from '../agents/prompt/forced-output.js';
import { toConversation, toTool } from './conversation.js';
import { type ChatToolCall, type Delta, ReplyStream } from './reply-stream.js';
import type { Prompt, ServedModel } from './served-model.js';
import { randomId, randomSeed } from './random-id.js';
import type { Slots } from './slots.js';

/** A checked request and everything that is needed to answer it. */
export interface Job {
  request: ChatRequest;
  model: ServedModel;
  slots: Slots;
  /** The requests of one client run one after the other. */
  client: string;
  signal: AbortSignal;
  /** Called with errors that are this server's fault. */
  log(error: unknown): void;
}

interface Listener {
  onToken(deltas: Delta[], tokenId: number, prompt: Prompt): void;
  /** Called at the end with the output that was held back. */
  onRest(delta: Delta): void;
}

/** A complete answer, as OpenAI's `chat.completion`. */
export async function complete(job: Job): Promise<object> {
  const { request } = job;
  let content = '';
  let reasoning = '';
  const toolCalls: ChatToolCall[] = [];
  const add = (delta: Delta) => {
    if ('content' in delta) content += delta.content;
    else if ('reasoning_content' in delta) reasoning += delta.reasoning_content;
    else
      toolCalls.push(
        ...delta.tool_calls.map(({ id, type, function: called }) => ({
          id,
          type,
          function: called,
        })),
      );
  };
  const { result, finishReason } = await generate(job, {
    onToken: (deltas) => deltas.forEach(add),
    onRest: add,
  });
  return {
    ...head(job, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' && toolCalls.length > 0 ? null : content,
          ...(request.reasoningFormat === 'deepseek' && reasoning
            ? { reasoning_content: reasoning }
            : {}),
          refusal: null,
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
        },
        logprobs: null,
        finish_reason: finishReason,
        ...(request.returnTokenIds ? { token_ids: result.outputTokenIds } : {}),
      },
    ],
    usage: usage(result),
    ...(request.returnTokenIds ? { prompt_token_ids: result.promptTokenIds } : {}),
  };
}

const encoder = new TextEncoder();

/**
 * An answer as server-sent events, one for each chunk of the stream. Settles with the first token,
 * so that a failure before it still gets its status. A later failure is an event with an error.
 * Cancelling the stream ends the generation.
 */
export function stream(job: Job): Promise<ReadableStream<Uint8Array>> {
  const { request } = job;
  const chunkHead = head(job, 'chat.completion.chunk');
  const left = new AbortController();
  const signal = AbortSignal.any([job.signal, left.signal]);
  let pendingIds: number[] = [];

  return new Promise((resolve, reject) => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const send = (data: object | '[DONE]') => {
      if (!left.signal.aborted)
        controller!.enqueue(
          encoder.encode(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`),
        );
    };
    const sendChoice = (
      delta: object,
      finishReason: FinishReason | null = null,
      more: object = {},
    ) => {
      const ids = request.returnTokenIds && !('role' in delta) ? { token_ids: pendingIds } : {};
      if (!('role' in delta)) pendingIds = [];
      send({
        ...chunkHead,
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason, ...ids }],
        ...(request.includeUsage ? { usage: null } : {}),
        ...more,
      });
    };
    const begin = ({ tokenIds }: Prompt) => {
      resolve(
        new ReadableStream<Uint8Array>({
          start: (own) => void (controller = own),
          cancel: () => left.abort(),
        }),
      );
      sendChoice(
        { role: 'assistant', content: '' },
        null,
        request.returnTokenIds ? { prompt_token_ids: tokenIds } : {},
      );
    };

    generate(
      { ...job, signal },
      {
        onToken: (deltas, tokenId, prompt) => {
          if (!controller) begin(prompt);
          pendingIds.push(tokenId);
          for (const delta of deltas) sendChoice(delta);
        },
        onRest: (delta) => sendChoice(delta),
      },
    ).then(
      ({ result, finishReason }) => {
        sendChoice({}, finishReason);
        if (request.includeUsage) send({ ...chunkHead, choices: [], usage: usage(result) });
        send('[DONE]');
        if (!left.signal.aborted) controller!.close();
      },
      (error: unknown) => {
        if (!controller) return reject(error);
        const apiError = toApiError(error);
        if (isServerFault(apiError)) job.log(error);
        send(apiError.body);
        if (!left.signal.aborted) controller.close();
      },
    );
  });
}

/** Runs the request once it has a slot. */
export async function generate(
  { request, model, slots, client, signal }: Job,
  { onToken, onRest }: Listener,
): Promise<{ result: GenerateResult; finishReason: FinishReason }> {
  const reply = new ReplyStream(request);
  const constraint = toConstraint({ ...request, tools: request.tools.map(toTool) });
  const work = (prompt: Prompt) =>
    model.generate(
      {
        prompt: prompt.text,
        maxTokens: request.maxTokens,
        temperature: request.temperature,
        topP: request.topP,
        topK: request.topK,
        repetitionPenalty: request.repetitionPenalty,
        seed: request.seed ?? randomSeed(),
        stop: [...request.stop, ...model.formatStop],
        ...(constraint ? { constraint } : {}),
        client,
      },
      ({ text, tokenId }) => onToken(reply.push(text), tokenId, prompt),
      signal,
    );
  const result = await slots.run(client, () => prepare(request, model), work, signal);
  reply.flush().forEach(onRest);
  return {
    result,
    finishReason: finishReasonOf(result.finishReason, reply.calledTools),
  };
}

/** @throws ApiError 400 `context_length_exceeded`, before the request waits for a slot. */
async function prepare(request: ChatRequest, model: ServedModel): Promise<Prompt> {
  const prompt = await model.prompt(toConversation(request));
  if (prompt.tokenIds.length < model.contextWindow) return prompt;
  throw new ApiError(
    400,
    `The messages have ${prompt.tokenIds.length} tokens; ` +
      `the model's context window is ${model.contextWindow}, ` +
      'and the reply needs at least one of them. Shorten the messages.',
    { param: 'messages', code: 'context_length_exceeded' },
  );
}

/** The fields that all chunks of one answer share. */
function head({ model }: Job, object: string) {
  return {
    id: randomId('chatcmpl-'),
    object,
    created: Math.floor(Date.now() / 1000),
    model: model.id,
    system_fingerprint: model.fingerprint,
  };
}

function usage({ promptTokenIds, outputTokenIds }: GenerateResult) {
  const prompt_tokens = promptTokenIds.length;
  const completion_tokens = outputTokenIds.length;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
