import { randomBytes, randomInt } from 'node:crypto';
import type { GenerateResult, TokenEvent } from '../src/engine/protocol.js';
import { TURN_STOP } from '../src/agents/prompt.js';
import type { ChatRequest } from './chat-request.js';
import { ApiError, isOurs, toApiError } from './errors.js';
import type { ServedModel } from './model.js';
import { toMessages } from './prompt.js';
import { type ChatToolCall, type Delta, ReplyStream } from './reply-stream.js';
import type { Slots } from './slots.js';

/** What a completion needs to know of the request that it answers. */
export interface Context {
  slots: Slots;
  /** Requests of one client wait for one another. */
  client: string;
  signal: AbortSignal;
  /** Told of errors that are this server's own fault. */
  log(error: unknown): void;
}

type FinishReason = 'stop' | 'length' | 'tool_calls';

/** Output token by token, then the end of it. */
interface Listener {
  onToken(deltas: Delta[], tokenId: number): void;
}

/** A checked request and the prompt made of it. */
export interface Prepared {
  request: ChatRequest;
  model: ServedModel;
  prompt: string;
  promptTokenIds: number[];
}

/** @throws ApiError 400 `context_length_exceeded`, before the request waits for anything. */
export function prepare(request: ChatRequest, model: ServedModel): Prepared {
  const prompt = model.render(toMessages(request));
  const promptTokenIds = model.generator.encode(prompt);
  if (promptTokenIds.length >= model.contextWindow) {
    throw new ApiError(
      400,
      `The messages have ${promptTokenIds.length} tokens; the model's context window is ${model.contextWindow}, and at least one token must be left for the reply. Shorten the messages.`,
      { param: 'messages', code: 'context_length_exceeded' },
    );
  }
  return { request, model, prompt, promptTokenIds };
}

/** A whole answer, as OpenAI's `chat.completion`. */
export async function complete(prepared: Prepared, context: Context): Promise<object> {
  const { request, promptTokenIds } = prepared;
  let content = '';
  let reasoning = '';
  const toolCalls: ChatToolCall[] = [];
  const add = (delta: Delta) => {
    if ('content' in delta) content += delta.content;
    else if ('reasoning_content' in delta) reasoning += delta.reasoning_content;
    else toolCalls.push(...delta.tool_calls.map(({ id, type, function: called }) => ({ id, type, function: called })));
  };
  const { result, finishReason } = await generate(prepared, context, { onToken: (deltas) => deltas.forEach(add) }, add);
  return {
    ...head(prepared, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' && toolCalls.length > 0 ? null : content,
          ...(request.reasoningFormat === 'deepseek' && reasoning ? { reasoning_content: reasoning } : {}),
          refusal: null,
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
        },
        logprobs: null,
        finish_reason: finishReason,
        ...(request.returnTokenIds ? { token_ids: result.outputTokenIds } : {}),
      },
    ],
    usage: usage(result),
    ...(request.returnTokenIds ? { prompt_token_ids: promptTokenIds } : {}),
  };
}

const encoder = new TextEncoder();

/**
 * An answer as server-sent events, one a chunk of the stream. Settles with the first token, so that what fails before it still gets its
 * status; what fails later is an event with an error in it. Cancelling the stream ends the generation.
 */
export function stream(prepared: Prepared, context: Context): Promise<ReadableStream<Uint8Array>> {
  const { request, promptTokenIds } = prepared;
  const chunkHead = head(prepared, 'chat.completion.chunk');
  const left = new AbortController();
  const signal = AbortSignal.any([context.signal, left.signal]);
  let pendingIds: number[] = [];

  return new Promise((resolve, reject) => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const send = (data: object | '[DONE]') => {
      if (!left.signal.aborted) controller!.enqueue(encoder.encode(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`));
    };
    const sendChoice = (delta: object, finishReason: FinishReason | null = null, more: object = {}) => {
      const ids = request.returnTokenIds && !('role' in delta) ? { token_ids: pendingIds } : {};
      if (!('role' in delta)) pendingIds = [];
      send({ ...chunkHead, choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason, ...ids }], ...(request.includeUsage ? { usage: null } : {}), ...more });
    };
    const begin = () => {
      resolve(
        new ReadableStream<Uint8Array>({
          start: (own) => void (controller = own),
          cancel: () => left.abort(),
        }),
      );
      sendChoice({ role: 'assistant', content: '' }, null, request.returnTokenIds ? { prompt_token_ids: promptTokenIds } : {});
    };

    generate(
      prepared,
      { ...context, signal },
      {
        onToken: (deltas, tokenId) => {
          if (!controller) begin();
          pendingIds.push(tokenId);
          for (const delta of deltas) sendChoice(delta);
        },
      },
      (delta) => sendChoice(delta),
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
        if (isOurs(apiError)) context.log(error);
        send(apiError.body);
        if (!left.signal.aborted) controller.close();
      },
    );
  });
}

/** Runs the request when it is its turn. `onRest` gets what was held back until the end. */
async function generate(
  { request, model, prompt }: Prepared,
  { slots, client, signal }: Context,
  listener: Listener,
  onRest: (delta: Delta) => void,
): Promise<{ result: GenerateResult; finishReason: FinishReason }> {
  const reply = new ReplyStream(request);
  const onToken = ({ text, tokenId }: TokenEvent) => listener.onToken(reply.push(text), tokenId);
  const result = await slots.run(
    client,
    () =>
      model.generator.generate(
        {
          prompt,
          maxNewTokens: request.maxTokens,
          temperature: request.temperature,
          topP: request.topP,
          topK: request.topK,
          repetitionPenalty: request.repetitionPenalty,
          seed: request.seed ?? randomInt(2 ** 32),
          // A base model does not know that its turn is over; without this it goes on as the user.
          stop: model.usesTemplate ? request.stop : [...request.stop, TURN_STOP],
          client,
        },
        onToken,
        signal,
      ),
    signal,
  );
  reply.flush().forEach(onRest);
  return { result, finishReason: result.finishReason === 'stop' && reply.calledTools ? 'tool_calls' : result.finishReason };
}

/** What all chunks of one answer have in common. */
function head({ model }: Prepared, object: string) {
  return { id: `chatcmpl-${randomBytes(12).toString('hex')}`, object, created: Math.floor(Date.now() / 1000), model: model.id, system_fingerprint: model.fingerprint };
}

function usage({ promptTokenIds, outputTokenIds }: GenerateResult) {
  const prompt_tokens = promptTokenIds.length;
  const completion_tokens = outputTokenIds.length;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
