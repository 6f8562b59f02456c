import * as v from 'valibot';
import { object } from '../../agents/input/schemas.js';
import { invalid } from '../api-error.js';
import { checkBody, count, flag, neutral, number, text } from '../fields.js';

/* The body of POST /v1/completions, as OpenAI documents it, with vLLM's `top_k` and penalty. */

const PROMPT = 'a string or an array of at least one string: token ids are not supported';
const STOPS = 'a string that is not empty, or an array of at most 4 of them';
const SEED = 'a whole number of at most 53 bits';
const MODEL = 'the id of a model, a string';
const filled = v.pipe(v.string(), v.nonEmpty());

const body = object({
  model: v.pipe(text(MODEL), v.nonEmpty(MODEL)),
  prompt: v.union([filled, v.pipe(v.array(filled), v.nonEmpty())], PROMPT),
  max_tokens: v.nullish(count(1), 16),
  temperature: v.nullish(number(0, 2), 1),
  top_p: v.nullish(number(0, 1), 1),
  top_k: v.nullish(count(0), 0),
  repetition_penalty: v.nullish(number(0.01, 2), 1),
  seed: v.nullish(v.pipe(v.number(SEED), v.safeInteger(SEED))),
  stop: v.nullish(v.union([filled, v.pipe(v.array(filled), v.maxLength(4))], STOPS)),
  stream: flag,
  stream_options: v.nullish(object({ include_usage: flag, include_obfuscation: flag })),
  echo: flag,
  user: v.nullish(text()),
  n: v.nullish(v.literal(1, '1: this server returns one choice for each prompt')),
  best_of: v.nullish(v.literal(1, '1: this server generates one choice for each prompt')),
  suffix: neutral('null', (value) => value === ''),
  logprobs: neutral('null', () => false),
  presence_penalty: neutral('0', (value) => value === 0),
  frequency_penalty: neutral('0', (value) => value === 0),
  logit_bias: neutral(
    'an empty object',
    (value) => typeof value === 'object' && Object.keys(value as object).length === 0,
  ),
});

/** A checked request with all defaults. */
export interface CompletionsRequest {
  model: string;
  /** The model continues each of them as it is. */
  prompts: string[];
  maxTokens: number;
  temperature: number;
  topP: number;
  topK: number;
  repetitionPenalty: number;
  /** 32 bits. */
  seed: number | undefined;
  stop: string[];
  stream: boolean;
  includeUsage: boolean;
  echo: boolean;
  user: string | undefined;
}

/**
 * Checks a request's body.
 *
 * @throws ApiError 400 that names the field, the kind of its value and what is allowed.
 */
export function readCompletionsRequest(input: unknown): CompletionsRequest {
  const checked = checkBody(body, input);
  if (checked.stream_options && !checked.stream)
    throw invalid(
      'stream_options',
      'stream_options is an object, but is allowed only with "stream": true.',
    );
  return {
    model: checked.model,
    prompts: [checked.prompt].flat(),
    maxTokens: checked.max_tokens,
    temperature: checked.temperature,
    topP: checked.top_p,
    topK: checked.top_k,
    repetitionPenalty: checked.repetition_penalty,
    seed: checked.seed == null ? undefined : checked.seed >>> 0,
    stop: [checked.stop ?? []].flat(),
    stream: checked.stream,
    includeUsage: checked.stream_options?.include_usage ?? false,
    echo: checked.echo,
    user: checked.user ?? undefined,
  };
}
