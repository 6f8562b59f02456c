import type { GenerateResult } from '../../engine/protocol.js';
import { generate, type Job } from '../generate.js';
import { eventStream, type Send } from '../event-stream.js';
import { randomId } from '../random-id.js';
import { Output, type OutputItem, type ResponseEvent } from './output.js';
import type { ResponsesRequest } from './request.js';
import type { StoredItems } from './stored-items.js';

/** A checked request and everything that is needed to answer it. */
export type ResponsesJob = Omit<Job, 'request'> & {
  request: ResponsesRequest;
  stored: StoredItems;
};

interface Response {
  id: string;
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  completed_at: number | null;
  error: { code: string; message: string } | null;
  incomplete_details: { reason: 'max_output_tokens' } | null;
  output: OutputItem[];
  usage: object | null;
}

/** A complete answer, as OpenAI's `response`. */
export async function respond(job: ResponsesJob): Promise<object> {
  const response = begin(job);
  await run(job, response, () => undefined);
  return response;
}

/** An answer as events in OpenAI's order, numbered from 0. See `eventStream`. */
export function streamResponse(job: ResponsesJob): Promise<ReadableStream<Uint8Array>> {
  const response = begin(job);
  let next = 0;
  const numbered =
    (send: Send) =>
    ({ type, ...event }: ResponseEvent) =>
      send({ type, sequence_number: next++, ...event }, type);
  return eventStream({
    signal: job.signal,
    log: job.log,
    work: (send, signal) => run({ ...job, signal }, response, numbered(send)),
    fail: ({ code, message }, send) => {
      response.status = 'failed';
      response.error = { code: code ?? 'server_error', message };
      numbered(send)({ type: 'response.failed', response });
    },
  });
}

/** Completes `response`. The first event comes with the first token. */
async function run(
  { request, stored, ...job }: ResponsesJob,
  response: Response,
  emit: (event: ResponseEvent) => void,
): Promise<void> {
  const output = new Output(emit, request.summarizes);
  let tokens = 0;
  let reasoningTokens = 0;
  const start = () => {
    emit({ type: 'response.created', response });
    emit({ type: 'response.in_progress', response });
    response.output = output.items;
  };
  const { result, finishReason } = await generate(
    { ...job, request: request.chat },
    {
      onToken: (deltas) => {
        if (tokens++ === 0) start();
        for (const delta of deltas) {
          if ('reasoning_content' in delta) reasoningTokens = tokens;
          output.add(delta);
        }
      },
      onRest: (delta) => output.add(delta),
    },
  ).catch((error: unknown) => {
    throw request.renamed(error);
  });
  const isCut = finishReason === 'length';
  const status = isCut ? 'incomplete' : 'completed';
  output.end(status);
  response.status = status;
  if (isCut) response.incomplete_details = { reason: 'max_output_tokens' };
  else response.completed_at = now();
  response.usage = usage(result, reasoningTokens);
  if (request.stores) stored.keep(output.items);
  emit({ type: `response.${status}`, response });
}

const begin = ({ request, model }: ResponsesJob): Response & Record<string, unknown> => ({
  id: randomId('resp_'),
  object: 'response',
  created_at: now(),
  status: 'in_progress',
  completed_at: null,
  error: null,
  incomplete_details: null,
  model: model.id,
  output: [],
  usage: null,
  ...request.echo,
});

const now = () => Math.floor(Date.now() / 1000);

/** Reasoning comes first, so its tokens are all up to its last one. */
function usage(
  { promptTokenIds, outputTokenIds, prefilledTokens }: GenerateResult,
  reasoningTokens: number,
) {
  const input_tokens = promptTokenIds.length;
  const output_tokens = outputTokenIds.length;
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: input_tokens - prefilledTokens },
    output_tokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: input_tokens + output_tokens,
  };
}
