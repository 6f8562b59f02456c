import type { FinishReason } from '../agents/agent.js';
import { eventStream } from './event-stream.js';
import { type GeneratedChoice, generateChoices, type Job } from './generate.js';
import type { TokenLogprob } from './logprobs.js';
import { randomId } from './random-id.js';
import type { ChatToolCall, Delta } from './reply-stream.js';

/** A complete answer, as OpenAI's `chat.completion`. */
export async function complete(job: Job): Promise<object> {
  const { request } = job;
  const messages: Message[] = [];
  const choices = await generateChoices(job, (index) => {
    const message = new Message();
    messages[index] = message;
    return {
      onToken: (deltas, { logprobs }) => {
        deltas.forEach((delta) => message.add(delta));
        message.logprobs.push(...logprobs);
      },
      onRest: (delta) => message.add(delta),
    };
  });
  return {
    ...head(job, 'chat.completion'),
    choices: choices.map(({ result, finishReason }, index) => ({
      index,
      message: messages[index]!.toJSON(),
      logprobs: request.logprobs === undefined ? null : listOf(messages[index]!.logprobs),
      finish_reason: finishReason,
      ...(request.returnTokenIds ? { token_ids: result.outputTokenIds } : {}),
    })),
    usage: usage(choices),
    ...(request.returnTokenIds ? { prompt_token_ids: choices[0]!.result.promptTokenIds } : {}),
  };
}

/** An assistant's message that is put together from its deltas. */
class Message {
  readonly logprobs: TokenLogprob[] = [];
  #content = '';
  #reasoning = '';
  readonly #calls: ChatToolCall[] = [];

  add(delta: Delta): void {
    if ('content' in delta) this.#content += delta.content;
    else if ('reasoning_content' in delta) this.#reasoning += delta.reasoning_content;
    else
      this.#calls.push(
        ...delta.tool_calls.map(({ id, type, function: called }) => ({
          id,
          type,
          function: called,
        })),
      );
  }

  toJSON(): object {
    const calls = this.#calls;
    return {
      role: 'assistant',
      content: this.#content === '' && calls.length > 0 ? null : this.#content,
      ...(this.#reasoning ? { reasoning_content: this.#reasoning } : {}),
      refusal: null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    };
  }
}

/** An answer as events, one for each chunk. See `eventStream`. */
export function stream(job: Job): Promise<ReadableStream<Uint8Array>> {
  const { request } = job;
  const chunkHead = head(job, 'chat.completion.chunk');
  return eventStream({
    signal: job.signal,
    log: job.log,
    async work(send, signal) {
      const choices = await generateChoices({ ...job, signal }, (index) => {
        /** Of tokens that no chunk has carried yet. */
        let ids: number[] = [];
        let logprobs: TokenLogprob[] = [];
        let begun = false;
        const sendChoice = (delta: object, finish: FinishReason | null = null) => {
          send({
            ...chunkHead,
            choices: [
              {
                index,
                delta,
                logprobs: logprobs.length > 0 ? listOf(logprobs) : null,
                finish_reason: finish,
                ...(request.returnTokenIds ? { token_ids: ids } : {}),
              },
            ],
            ...(request.includeUsage ? { usage: null } : {}),
          });
          ids = [];
          logprobs = [];
        };
        const begin = (promptTokenIds: number[]) => {
          begun = true;
          send({
            ...chunkHead,
            choices: [
              {
                index,
                delta: { role: 'assistant', content: '' },
                logprobs: null,
                finish_reason: null,
              },
            ],
            ...(request.includeUsage ? { usage: null } : {}),
            ...(request.returnTokenIds ? { prompt_token_ids: promptTokenIds } : {}),
          });
        };
        return {
          onToken(deltas, step, { tokenIds }) {
            if (!begun) begin(tokenIds);
            ids.push(step.tokenId);
            logprobs.push(...step.logprobs);
            for (const delta of deltas) sendChoice(delta);
          },
          onRest: (delta) => sendChoice(delta),
          onEnd: ({ finishReason }) => sendChoice({}, finishReason),
        };
      });
      if (request.includeUsage) send({ ...chunkHead, choices: [], usage: usage(choices) });
      send('[DONE]');
    },
    fail: (error, send) => send(error.body),
  });
}

const listOf = (content: TokenLogprob[]) => ({ content, refusal: null });

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

/** The prompt counts once, however many choices there are. */
function usage(choices: readonly GeneratedChoice[]) {
  const { promptTokenIds, prefilledTokens } = choices[0]!.result;
  const sum = (count: (choice: GeneratedChoice) => number) =>
    choices.reduce((total, choice) => total + count(choice), 0);
  const prompt_tokens = promptTokenIds.length;
  const completion_tokens = sum(({ result }) => result.outputTokenIds.length);
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: prompt_tokens - prefilledTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: sum(({ reasoningTokens }) => reasoningTokens),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
