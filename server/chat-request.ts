import * as v from 'valibot';
import { invalid, kindOf } from './errors.js';

/*
 * The body of POST /v1/chat/completions, as OpenAI documents it, with fields that vLLM (`top_k`, `repetition_penalty`,
 * `return_token_ids`) and llama.cpp (`reasoning_format`) added. Every schema's message is what is allowed, for people.
 */

/** An object of which only these fields are looked at. */
const object = <E extends v.ObjectEntries>(entries: E) =>
  v.looseObject(entries, (issue) => {
    const key = issue.path?.at(-1)?.key;
    const isMissing = typeof key === 'string' && issue.expected === `"${key}"` && key in entries;
    // A missing field is an issue of the object; what is allowed is known to the field.
    return isMissing
      ? String((entries[key] as { message?: unknown }).message ?? 'given')
      : 'an object';
  });

const text = (allowed = 'a string') => v.string(allowed);
const flag = v.nullish(v.boolean('true or false'), false);

function number(min: number, max: number, allowed = `a number from ${min} to ${max}`) {
  return v.pipe(v.number(allowed), v.minValue(min, allowed), v.maxValue(max, allowed));
}

function count(min: number, allowed = `a whole number of at least ${min}`) {
  return v.pipe(v.number(allowed), v.safeInteger(allowed), v.minValue(min, allowed));
}

/** A field that means nothing here: only values that ask for nothing are let through, for ignoring others would change the meaning. */
function neutral(allowed: string, accepts: (value: unknown) => boolean) {
  return v.optional(
    v.custom<unknown>(
      (value) => value === null || accepts(value),
      `${allowed}: this server cannot do what other values ask for`,
    ),
  );
}

const parts = v.pipe(
  v.array(
    object({
      type: v.literal('text', '"text": this server reads no images, audio or files'),
      text: text(),
    }),
  ),
  v.nonEmpty('an array of at least one part'),
  v.transform((list) => list.map((part) => part.text).join('')),
);
const plainText = text('a string or an array of { type: "text", text } parts');
/** A text, or the parts of one: an issue within a part is told as that part's. */
const content = Object.assign(
  v.lazy((input): v.GenericSchema<unknown, string> => (Array.isArray(input) ? parts : plainText)),
  { message: plainText.message },
);

const toolCall = object({
  id: text(),
  type: v.literal('function', '"function"'),
  function: object({ name: text(), arguments: text('a string that holds JSON') }),
});

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;
const message = v.variant(
  'role',
  [
    object({ role: v.picklist(['system', 'developer', 'user']), content }),
    object({
      role: v.literal('assistant'),
      content: v.nullish(content),
      tool_calls: v.nullish(v.array(toolCall, 'an array of tool calls')),
    }),
    object({
      role: v.literal('tool'),
      content,
      tool_call_id: text('the id of the tool call that this answers, a string'),
    }),
  ],
  (issue) =>
    issue.path?.at(-1)?.key === 'role'
      ? `one of ${ROLES.map((role) => `"${role}"`).join(', ')}`
      : 'an object with role and content',
);

const TOOL_NAME = 'a name of 1 to 64 letters, digits, _ and -';
const tool = object({
  type: v.literal('function', '"function"'),
  function: object({
    name: v.pipe(text(TOOL_NAME), v.regex(/^[\w-]{1,64}$/, TOOL_NAME)),
    description: v.nullish(text()),
    parameters: v.nullish(
      object({
        properties: v.nullish(v.record(v.string(), v.unknown(), 'an object of schemas by name')),
      }),
    ),
  }),
});

const MAX_STOPS = 'a string that is not empty, or an array of at most 4 of them';
const stop = v.union(
  [
    v.pipe(v.string(), v.nonEmpty()),
    v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.maxLength(4)),
  ],
  MAX_STOPS,
);
const SEED = 'a whole number of at most 64 bits';
const TOP_K = 'a whole number of at least 1; 0 and -1 stand for all tokens';
const isEmpty = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
const isObjectOf = (value: unknown, key: string, expected: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  (value as Record<string, unknown>)[key] === expected;

const body = object({
  model: v.pipe(text('the id of a model, a string'), v.nonEmpty('the id of a model, a string')),
  messages: v.pipe(
    v.array(message, 'an array of messages'),
    v.nonEmpty('an array of at least one message'),
  ),
  max_tokens: v.nullish(count(1)),
  max_completion_tokens: v.nullish(count(1)),
  temperature: v.nullish(number(0, 2), 1),
  top_p: v.nullish(number(0, 1), 1),
  top_k: v.nullish(v.pipe(v.number(TOP_K), v.safeInteger(TOP_K), v.minValue(-1, TOP_K)), 0),
  repetition_penalty: v.nullish(number(0.01, 2), 1),
  seed: v.nullish(
    v.pipe(
      v.number(SEED),
      v.integer(SEED),
      v.minValue(-(2 ** 63), SEED),
      v.maxValue(2 ** 64, SEED),
    ),
  ),
  stop: v.nullish(stop),
  stream: flag,
  stream_options: v.nullish(object({ include_usage: flag })),
  tools: v.nullish(v.array(tool, 'an array of tools')),
  tool_choice: v.nullish(
    v.picklist(['auto', 'none'], '"auto" or "none": this server cannot make a model call a tool'),
    'auto',
  ),
  parallel_tool_calls: v.nullish(v.boolean('true or false'), true),
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
  n: v.nullish(v.literal(1, '1: this server gives one choice')),
  presence_penalty: neutral('0', (value) => value === 0),
  frequency_penalty: neutral('0', (value) => value === 0),
  logit_bias: neutral('an empty object', isEmpty),
  logprobs: neutral('false', (value) => value === false),
  top_logprobs: neutral('0', (value) => value === 0),
  response_format: neutral('{ type: "text" }', (value) => isObjectOf(value, 'type', 'text')),
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
export type ChatMessage = Body['messages'][number];
export type ChatTool = NonNullable<Body['tools']>[number];

/** A checked request, with every default filled in. */
export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  /** `Infinity` where the request names none: the context window limits it. */
  maxTokens: number;
  temperature: number;
  topP: number;
  /** 0: all tokens. */
  topK: number;
  repetitionPenalty: number;
  /** 32 bits; `undefined` where the request names none. */
  seed: number | undefined;
  stop: string[];
  stream: boolean;
  includeUsage: boolean;
  /** Those that the model may call; empty with `tool_choice: "none"`. */
  tools: ChatTool[];
  parallelToolCalls: boolean;
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
  const result = v.safeParse(body, input, { abortEarly: true });
  if (!result.success) throw refusal(result.issues[0]);
  const said = result.output;
  if (said.stream_options && !said.stream)
    throw invalid(
      'stream_options',
      'stream_options is an object, but is allowed only with "stream": true.',
    );
  said.messages.forEach((one, index) => {
    if (one.role === 'assistant' && one.content == null && !one.tool_calls?.length) {
      throw invalid(
        `messages[${index}].content`,
        `messages[${index}].content is ${kindOf(one.content)}, but has to be a string where an assistant's message has no tool_calls.`,
      );
    }
  });
  return {
    model: said.model,
    messages: said.messages,
    maxTokens: said.max_completion_tokens ?? said.max_tokens ?? Infinity,
    temperature: said.temperature,
    topP: said.top_p,
    topK: Math.max(0, said.top_k),
    repetitionPenalty: said.repetition_penalty,
    seed: said.seed == null ? undefined : fold(said.seed),
    stop: [said.stop ?? []].flat(),
    stream: said.stream,
    includeUsage: said.stream_options?.include_usage ?? false,
    tools: said.tool_choice === 'none' ? [] : (said.tools ?? []),
    parallelToolCalls: said.parallel_tool_calls,
    reasoningEffort: said.reasoning_effort,
    reasoningFormat: said.reasoning_format,
    returnTokenIds: said.return_token_ids,
    user: said.user ?? undefined,
  };
}

function refusal(issue: v.BaseIssue<unknown>) {
  const param = (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  const value = issue.path?.at(-1)?.value ?? issue.input;
  return invalid(
    param || undefined,
    `${param || 'The body'} is ${kindOf(value)}, but has to be ${issue.message}.`,
  );
}

/** A seed of any 64 bits as the 32 that the generator takes; a seed of 32 bits stays as it is. */
function fold(seed: number): number {
  const bits = BigInt.asUintN(64, BigInt(seed));
  return Number((bits ^ (bits >> 32n)) & 0xffff_ffffn);
}
