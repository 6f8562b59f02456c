import type { FinishReason } from '../../engine/protocol.js';
import { hasCode } from '../../errors.js';
import { invalid } from '../api-error.js';
import type { Job } from '../generate.js';
import { eventStream } from '../event-stream.js';
import { randomId, randomSeed } from '../random-id.js';
import type { CompletionsRequest } from './request.js';

/** A checked request and everything that is needed to answer it. */
export type CompletionsJob = Omit<Job, 'request'> & { request: CompletionsRequest };

type OnText = (index: number, text: string, finishReason: FinishReason | null) => void;

/** A complete answer, as OpenAI's `text_completion`. */
export async function completeText(job: CompletionsJob): Promise<object> {
  const choices = job.request.prompts.map((_, index) => choice(index, '', null));
  const usage = await run(job, (index, text, finishReason) => {
    choices[index]!.text += text;
    choices[index]!.finish_reason = finishReason;
  });
  return { ...head(job), choices, usage };
}

/** An answer as events, one for each chunk. See `eventStream`. */
export function streamText(job: CompletionsJob): Promise<ReadableStream<Uint8Array>> {
  const chunkHead = head(job);
  const { includeUsage } = job.request;
  return eventStream({
    signal: job.signal,
    log: job.log,
    async work(send, signal) {
      const usage = await run({ ...job, signal }, (...piece) =>
        send({
          ...chunkHead,
          choices: [choice(...piece)],
          ...(includeUsage ? { usage: null } : {}),
        }),
      );
      if (includeUsage) send({ ...chunkHead, choices: [], usage });
      send('[DONE]');
    },
    fail: (error, send) => send(error.body),
  });
}

/** Continues one prompt after the other. Returns the usage of all. */
async function run(
  { request, model, slots, client, signal }: CompletionsJob,
  onText: OnText,
): Promise<object> {
  let prompt_tokens = 0;
  let completion_tokens = 0;
  let cached_tokens = 0;
  for (const [index, prompt] of request.prompts.entries()) {
    let echoes = request.echo;
    const push = (text: string, finishReason: FinishReason | null = null) => {
      const piece = echoes ? prompt + text : text;
      if (piece !== '' || finishReason) onText(index, piece, finishReason);
      echoes = false;
    };
    const result = await slots
      .run(
        client,
        async () => undefined,
        () =>
          model.generate(
            {
              prompt,
              maxTokens: request.maxTokens,
              temperature: request.temperature,
              topP: request.topP,
              topK: request.topK,
              repetitionPenalty: request.repetitionPenalty,
              seed: request.seed ?? randomSeed(),
              stop: request.stop,
              client,
            },
            ({ text }) => push(text),
            signal,
          ),
        signal,
      )
      .catch((error: unknown) => {
        if (!hasCode(error, 'context-overflow')) throw error;
        throw invalid('prompt', error.message, 'context_length_exceeded');
      });
    push('', result.finishReason);
    prompt_tokens += result.promptTokenIds.length;
    completion_tokens += result.outputTokenIds.length;
    cached_tokens += result.promptTokenIds.length - result.prefilledTokens;
  }
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens },
  };
}

const choice = (index: number, text: string, finish_reason: FinishReason | null) => ({
  index,
  text,
  logprobs: null,
  finish_reason,
});

const head = ({ model }: CompletionsJob) => ({
  id: randomId('cmpl-'),
  object: 'text_completion',
  created: Math.floor(Date.now() / 1000),
  model: model.id,
  system_fingerprint: model.fingerprint,
});
