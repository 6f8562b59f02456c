import * as v from 'valibot';
import type { ResponseFormat } from '../agents/agent.js';
import { object } from '../agents/input/schemas.js';
import { invalid } from './api-error.js';
import { type ChatMessage, checkOrder, messages } from './chat-messages.js';
import { anything, checkBody, count, flag, neutral, number, stop, strict, text } from './fields.js';
import { readFormat, responseFormat } from './response-format.js';
import { type ChosenTools, chooseTools, toolChoice, tools } from './tool-choice.js';

export type { ChatMessage } from './chat-messages.js';
export type { ChatTool } from './tool-choice.js';

/*
 * The body of POST /v1/chat/completions, as OpenAI documents it, with fields that vLLM (`top_k`,
 * `repetition_penalty`, `return_token_ids`) and llama.cpp (`reasoning_format`) added. The message
 * of each schema says what is allowed, for people.
 */

const SEED = 'a whole number of at most 64 bits';
const TOP_K = 'a whole number of at least 1, or 0 or -1 for all tokens';
const N = 'a whole number from 1 to 8';
const TOP_LOGPROBS = 'a whole number from 0 to 20';
const BIASES = 'an object of numbers from -100 to 100 by token id';
const isEmpty = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const body = object({
  model: v.pipe(text('the id of a model, a string'), v.nonEmpty('the id of a model, a string')),
  messages,
  max_tokens: v.nullish(count(1)),
  max_completion_tokens: v.nullish(count(1)),
  n: v.nullish(v.pipe(number(1, 8, N), v.integer(N)), 1),
  temperature: v.nullish(number(0, 2), 1),
  top_p: v.nullish(number(0, 1), 1),
  top_k: v.nullish(v.pipe(v.number(TOP_K), v.safeInteger(TOP_K), v.minValue(-1, TOP_K)), 0),
  repetition_penalty: v.nullish(number(0.01, 2), 1),
  presence_penalty: v.nullish(number(-2, 2), 0),
  frequency_penalty: v.nullish(number(-2, 2), 0),
  logit_bias: v.nullish(
    v.record(v.pipe(text(), v.regex(/^\d{1,9}$/, BIASES)), number(-100, 100), BIASES),
  ),
  logprobs: flag,
  top_logprobs: v.nullish(v.pipe(number(0, 20, TOP_LOGPROBS), v.integer(TOP_LOGPROBS))),
  seed: v.nullish(
    v.pipe(
      v.number(SEED),
      v.integer(SEED),
      v.minValue(-(2 ** 63), SEED),
      v.maxValue(2 ** 64, SEED),
    ),
  ),
  stop,
  stream: flag,
  stream_options: v.nullish(strict({ include_usage: flag, include_obfuscation: flag })),
  tools,
  tool_choice: toolChoice,
  parallel_tool_calls: v.nullish(v.boolean('true or false')),
  response_format: responseFormat,
  reasoning_effort: v.nullish(
    v.picklist(
      ['none', 'minimal', 'low', 'medium', 'high'],
      '"none", "minimal", "low", "medium" or "high"',
    ),
    'none',
  ),
  reasoning_format: v.nullish(v.picklist(['none', 'deepseek'], '"none" or "deepseek"'), 'none'),
  return_token_ids: flag,
  user: v.nullish(text()),
  // Fields of OpenAI's service that change nothing here.
  store: flag,
  metadata: v.nullish(v.record(v.string(), text(), 'an object of strings')),
  service_tier: v.nullish(text()),
  prompt_cache_key: v.nullish(text()),
  prompt_cache_retention: v.nullish(text()),
  safety_identifier: v.nullish(text()),
  verbosity: v.nullish(v.picklist(['low', 'medium', 'high'], '"low", "medium" or "high"')),
  prediction: v.nullish(strict({ type: v.literal('content', '"content"'), content: anything })),
  modalities: neutral(
    '["text"]',
    (value) => Array.isArray(value) && value.every((one) => one === 'text'),
  ),
  audio: neutral('null', () => false),
  functions: neutral('left out in favour of tools', isEmpty),
  function_call: neutral(
    'left out in favour of tool_choice',
    (value) => value === 'none' || value === 'auto',
  ),
  web_search_options: neutral('null', () => false),
});

type Body = v.InferOutput<typeof body>;

/** A checked request with all defaults. */
export interface ChatRequest extends ChosenTools {
  model: string;
  messages: ChatMessage[];
  /** `Infinity` if the request sets no limit. Then the context window is the limit. */
  maxTokens: number;
  /** How many choices to answer with. */
  n: number;
  temperature: number;
  topP: number;
  /** 0 means all tokens. */
  topK: number;
  repetitionPenalty: number;
  presencePenalty: number;
  frequencyPenalty: number;
  /** By token id. */
  logitBias: Record<string, number> | undefined;
  /** How many alternatives each token reports. Undefined: no logprobs. */
  logprobs: number | undefined;
  /** 32 bits. `undefined` if the request has none. */
  seed: number | undefined;
  stop: string[];
  stream: boolean;
  includeUsage: boolean;
  parallelToolCalls: boolean;
  /** Undefined: text. */
  responseFormat: ResponseFormat | undefined;
  reasoningEffort: Body['reasoning_effort'];
  reasoningFormat: Body['reasoning_format'];
  returnTokenIds: boolean;
  user: string | undefined;
}

/**
 * Checks a request's body.
 *
 * @throws ApiError 400 that names the field, the kind of its value and what is allowed.
 */
export function readChatRequest(input: unknown): ChatRequest {
  const checked = checkBody(body, input);
  checkTogether(checked);
  checkOrder(checked.messages);
  return {
    model: checked.model,
    messages: checked.messages,
    maxTokens: checked.max_completion_tokens ?? checked.max_tokens ?? Infinity,
    n: checked.n,
    temperature: checked.temperature,
    topP: checked.top_p,
    topK: Math.max(0, checked.top_k),
    repetitionPenalty: checked.repetition_penalty,
    presencePenalty: checked.presence_penalty,
    frequencyPenalty: checked.frequency_penalty,
    logitBias: isEmpty(checked.logit_bias) ? undefined : (checked.logit_bias ?? undefined),
    logprobs: checked.logprobs ? (checked.top_logprobs ?? 0) : undefined,
    seed: checked.seed == null ? undefined : fold(checked.seed),
    stop: [checked.stop ?? []].flat(),
    stream: checked.stream,
    includeUsage: checked.stream_options?.include_usage ?? false,
    ...chooseTools(checked.tools, checked.tool_choice),
    responseFormat: readFormat(checked.response_format),
    parallelToolCalls: checked.parallel_tool_calls ?? true,
    reasoningEffort: checked.reasoning_effort,
    reasoningFormat: checked.reasoning_format,
    returnTokenIds: checked.return_token_ids,
    user: checked.user ?? undefined,
  };
}

/** Refuses fields that contradict each other or need another one. */
function checkTogether(checked: Body): void {
  if (checked.stream_options && !checked.stream)
    throw invalid(
      'stream_options',
      'stream_options is an object, but is allowed only with "stream": true.',
    );
  if (checked.max_tokens != null && checked.max_completion_tokens != null)
    throw invalid(
      'max_tokens',
      `max_tokens is ${checked.max_tokens}, but is allowed only without max_completion_tokens, ` +
        'which replaces it. Leave one of them out.',
    );
  if (checked.top_logprobs && !checked.logprobs)
    throw invalid(
      'top_logprobs',
      `top_logprobs is ${checked.top_logprobs}, but is allowed only with "logprobs": true.`,
    );
  if (checked.parallel_tool_calls != null && !checked.tools)
    throw invalid(
      'parallel_tool_calls',
      `parallel_tool_calls is ${checked.parallel_tool_calls}, but is allowed only with tools.`,
    );
}

/** Folds a seed of up to 64 bits into the generator's 32 bits. Smaller seeds stay as they are. */
function fold(seed: number): number {
  const bits = BigInt.asUintN(64, BigInt(seed));
  return Number((bits ^ (bits >> 32n)) & 0xffff_ffffn);
}
