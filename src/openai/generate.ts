import type { FinishReason } from '../agents/agent.js';
import { finishReasonOf } from '../agents/finish-reason.js';
import { ReasoningStream } from '../agents/reply/reasoning-stream.js';
import type { Constraint } from '../engine/constraint/constraint.js';
import type { GenerateRequest, GenerateResult } from '../engine/protocol.js';
import { hasCode } from '../errors.js';
import { ApiError, invalid } from './api-error.js';
import type { ChatRequest } from './chat-request.js';
import { toConversation } from './conversation.js';
import { LogprobStream, type TokenLogprob, vocabularyOf } from './logprobs.js';
import { checkConstraint, constraintOf } from './output-constraint.js';
import { randomSeed } from './random-id.js';
import { type Delta, ReplyStream } from './reply-stream.js';
import type { Prompt, ServedModel } from './served-model.js';
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

/** A token of a choice. */
export interface Step {
  tokenId: number;
  /** Of the tokens whose text has arrived. Empty if the request wants none. */
  logprobs: TokenLogprob[];
}

/** Follows one choice. */
export interface Listener {
  onToken(deltas: Delta[], step: Step, prompt: Prompt): void;
  /** Called at the end with the output that was held back. */
  onRest(delta: Delta): void;
  /** Called when the choice is complete. */
  onEnd?(choice: GeneratedChoice): void;
}

export interface GeneratedChoice {
  result: GenerateResult;
  finishReason: FinishReason;
  /** Reasoning comes first, so these are all tokens up to its last one. */
  reasoningTokens: number;
}

/** Runs the request once it has a slot, and returns its first choice. */
export async function generate(job: Job, listener: Listener): Promise<GeneratedChoice> {
  const [choice] = await generateChoices(job, () => listener);
  return choice!;
}

/**
 * Runs the request once it has a slot: its choices one after the other. With a seed, the first
 * choice is that of a request for one, and the others have the next seeds.
 */
export function generateChoices(
  job: Job,
  listen: (index: number) => Listener,
): Promise<GeneratedChoice[]> {
  const { request, model, slots, client, signal } = job;
  const work = async ({ prompt, constraint, vocabulary }: Awaited<ReturnType<typeof prepare>>) => {
    const choices: GeneratedChoice[] = [];
    for (let index = 0; index < request.n; index++) {
      const seed = request.seed === undefined ? randomSeed() : (request.seed + index) >>> 0;
      const logprobs = vocabulary && new LogprobStream(vocabulary);
      choices.push(
        await generateChoice(job, { prompt, constraint, seed, logprobs }, listen(index)),
      );
    }
    return choices;
  };
  return slots.run(client, () => prepare(request, model), work, signal);
}

interface Start {
  prompt: Prompt;
  constraint: Constraint | undefined;
  seed: number;
  logprobs: LogprobStream | undefined;
}

async function generateChoice(
  { request, model, client, signal }: Job,
  { prompt, constraint, seed, logprobs }: Start,
  { onToken, onRest, onEnd }: Listener,
): Promise<GeneratedChoice> {
  const reply = new ReplyStream(request);
  const reasoning = new ReasoningStream({ isJson: request.responseFormat !== undefined });
  let reasoningTokens = 0;
  const result = await model
    .generate(
      {
        ...samplingOf(request),
        ...(constraint ? { constraint } : {}),
        prompt: prompt.text,
        stop: [...request.stop, ...model.formatStop],
        seed,
        client,
      },
      (event) => {
        const { index, text, tokenId } = event;
        if (reasoning.push(text).thinking) reasoningTokens = index + 1;
        const step = { tokenId, logprobs: logprobs?.push(event) ?? [] };
        onToken(reply.push(text), step, prompt);
      },
      signal,
    )
    .catch((error: unknown) => {
      // The only argument that just the engine can check.
      if (!request.logitBias || !hasCode(error, 'invalid-argument')) throw error;
      throw invalid('logit_bias', error.message.replace('logitBias', 'logit_bias'));
    });
  reply.flush().forEach(onRest);
  const choice = {
    result,
    finishReason: finishReasonOf(result.finishReason, reply.calledTools),
    reasoningTokens,
  };
  onEnd?.(choice);
  return choice;
}

function samplingOf(
  request: ChatRequest,
): Omit<GenerateRequest, 'prompt' | 'stop' | 'seed' | 'client'> {
  const { logitBias, logprobs } = request;
  return {
    maxTokens: request.maxTokens,
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    repetitionPenalty: request.repetitionPenalty,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    ...(logitBias ? { logitBias } : {}),
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}

/**
 * All that a request needs before it waits for a slot.
 *
 * @throws ApiError 400 `context_length_exceeded` or `unsupported_schema`.
 */
async function prepare(request: ChatRequest, model: ServedModel) {
  const constraint = constraintOf(request);
  if (constraint) await checkConstraint(request, constraint, model);
  const prompt = await model.prompt(toConversation(request));
  if (prompt.tokenIds.length >= model.contextWindow)
    throw new ApiError(
      400,
      `The messages have ${prompt.tokenIds.length} tokens; ` +
        `the model's context window is ${model.contextWindow}, ` +
        'and the reply needs at least one of them. Shorten the messages.',
      { param: 'messages', code: 'context_length_exceeded' },
    );
  const vocabulary = request.logprobs === undefined ? undefined : await vocabularyOf(model);
  return { prompt, constraint, vocabulary };
}
