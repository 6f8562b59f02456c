import * as v from 'valibot';
import type { ResponseFormat, ToolChoice } from '../agents/agent.js';
import { object, pathOf, record } from '../agents/input/schemas.js';
import { invalid, kindOf } from './api-error.js';

/*
 * The body of POST /v1/chat/completions, as OpenAI documents it, with fields that vLLM (`top_k`,
 * `repetition_penalty`, `return_token_ids`) and llama.cpp (`reasoning_format`) added. The message
 * of each schema says what is allowed, for people.
 */

const text = (allowed = 'a string') => v.string(allowed);
const flag = v.nullish(v.boolean('true or false'), false);

function number(min: number, max: number, allowed = `a number from ${min} to ${max}`) {
  return v.pipe(v.number(allowed), v.minValue(min, allowed), v.maxValue(max, allowed));
}

function count(min: number, allowed = `a whole number of at least ${min}`) {
  return v.pipe(v.number(allowed), v.safeInteger(allowed), v.minValue(min, allowed));
}

/** A field that this server does not support. Only values that change nothing are allowed. */
function neutral(allowed: string, accepts: (value: unknown) => boolean) {
  return v.optional(
    v.custom<unknown>(
      (value) => value === null || accepts(value),
      `${allowed}: this server does not support other values`,
    ),
  );
}

const parts = v.pipe(
  v.array(
    object({
      type: v.literal('text', '"text": this server does not read images, audio or files'),
      text: text(),
    }),
  ),
  v.nonEmpty('an array of at least one part'),
  v.transform((list) => list.map((part) => part.text).join('')),
);
const plainText = text('a string or an array of { type: "text", text } parts');
/** A string, or its parts. An issue in a part names that part. */
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
      tool_call_id: text('the id of the tool call that this message answers, a string'),
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

const RESPONSE_FORMAT =
  '{ type: "text" }, { type: "json_object" } or { type: "json_schema", json_schema: { name, schema } }';
const responseFormat = v.variant(
  'type',
  [
    object({ type: v.literal('text') }),
    object({ type: v.literal('json_object') }),
    object({
      type: v.literal('json_schema'),
      json_schema: object({
        name: v.pipe(text(TOOL_NAME), v.regex(/^[\w-]{1,64}$/, TOOL_NAME)),
        description: v.nullish(text()),
        schema: record,
        // Decoding is constrained either way.
        strict: v.nullish(v.boolean('true or false')),
      }),
    }),
  ],
  RESPONSE_FORMAT,
);

const TOOL_CHOICE =
  '"none", "auto", "required", { type: "function", function: { name } } or ' +
  '{ type: "allowed_tools", allowed_tools: { mode, tools } }';
const namedTool = object({
  type: v.literal('function', '"function"'),
  function: object({ name: text() }),
});
const toolChoice = v.union(
  [
    v.picklist(['none', 'auto', 'required']),
    namedTool,
    object({
      type: v.literal('allowed_tools'),
      allowed_tools: object({
        mode: v.picklist(['auto', 'required']),
        tools: v.pipe(v.array(namedTool), v.nonEmpty()),
      }),
    }),
  ],
  TOOL_CHOICE,
);

const MAX_STOPS = 'a string that is not empty, or an array of at most 4 of them';
const stop = v.union(
  [
    v.pipe(v.string(), v.nonEmpty()),
    v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.maxLength(4)),
  ],
  MAX_STOPS,
);
const SEED = 'a whole number of at most 64 bits';
const TOP_K = 'a whole number of at least 1, or 0 or -1 for all tokens';
const isEmpty = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

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
  tool_choice: v.nullish(toolChoice, 'auto'),
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
  n: v.nullish(v.literal(1, '1: this server returns one choice')),
  presence_penalty: neutral('0', (value) => value === 0),
  frequency_penalty: neutral('0', (value) => value === 0),
  logit_bias: neutral('an empty object', isEmpty),
  logprobs: neutral('false', (value) => value === false),
  top_logprobs: neutral('0', (value) => value === 0),
  response_format: v.nullish(responseFormat),
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

/** A checked request with all defaults. */
export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  /** `Infinity` if the request sets no limit. Then the context window is the limit. */
  maxTokens: number;
  temperature: number;
  topP: number;
  /** 0 means all tokens. */
  topK: number;
  repetitionPenalty: number;
  /** 32 bits. `undefined` if the request has none. */
  seed: number | undefined;
  stop: string[];
  stream: boolean;
  includeUsage: boolean;
  /** The tools that the model can call. Empty with `tool_choice: "none"`. */
  tools: ChatTool[];
  toolChoice: ToolChoice;
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
  const result = v.safeParse(body, input, { abortEarly: true });
  if (!result.success) throw refusal(result.issues[0]);
  const checked = result.output;
  if (checked.stream_options && !checked.stream)
    throw invalid(
      'stream_options',
      'stream_options is an object, but is allowed only with "stream": true.',
    );
  checked.messages.forEach((one, index) => {
    if (one.role === 'assistant' && one.content == null && !one.tool_calls?.length) {
      throw invalid(
        `messages[${index}].content`,
        `messages[${index}].content is ${kindOf(one.content)}, but has to be a string ` +
          "in an assistant's message without tool_calls.",
      );
    }
  });
  return {
    model: checked.model,
    messages: checked.messages,
    maxTokens: checked.max_completion_tokens ?? checked.max_tokens ?? Infinity,
    temperature: checked.temperature,
    topP: checked.top_p,
    topK: Math.max(0, checked.top_k),
    repetitionPenalty: checked.repetition_penalty,
    seed: checked.seed == null ? undefined : fold(checked.seed),
    stop: [checked.stop ?? []].flat(),
    stream: checked.stream,
    includeUsage: checked.stream_options?.include_usage ?? false,
    ...readTools(checked.tools ?? [], checked.tool_choice),
    responseFormat: readFormat(checked.response_format),
    parallelToolCalls: checked.parallel_tool_calls,
    reasoningEffort: checked.reasoning_effort,
    reasoningFormat: checked.reasoning_format,
    returnTokenIds: checked.return_token_ids,
    user: checked.user ?? undefined,
  };
}

/** The tools that the model may call, and whether it has to. */
function readTools(
  offered: ChatTool[],
  choice: Body['tool_choice'],
): Pick<ChatRequest, 'tools' | 'toolChoice'> {
  if (choice === 'none') return { tools: [], toolChoice: 'none' };
  const find = (name: string) => {
    const tool = offered.find((one) => one.function.name === name);
    if (tool) return tool;
    const names = offered.map((one) => `"${one.function.name}"`).join(', ') || 'none';
    throw invalid(
      'tool_choice',
      `tool_choice names ${kindOf(name)}, which is not among the tools. Tools: ${names}.`,
    );
  };
  if (typeof choice === 'object' && choice.type === 'function')
    return { tools: offered, toolChoice: { name: find(choice.function.name).function.name } };
  const { mode, tools } =
    typeof choice === 'object'
      ? {
          mode: choice.allowed_tools.mode,
          tools: choice.allowed_tools.tools.map((one) => find(one.function.name)),
        }
      : { mode: choice, tools: offered };
  if (mode === 'required' && tools.length === 0)
    throw invalid('tool_choice', 'tool_choice is "required", but there are no tools. Send tools.');
  return { tools, toolChoice: mode };
}

function readFormat(format: Body['response_format']): ResponseFormat | undefined {
  if (format?.type === 'json_object') return { type: 'json' };
  if (format?.type !== 'json_schema') return undefined;
  const { name, schema } = format.json_schema;
  return { type: 'json-schema', name, schema };
}

function refusal(issue: v.BaseIssue<unknown>) {
  const param = pathOf(issue);
  const value = issue.path?.at(-1)?.value ?? issue.input;
  return invalid(
    param || undefined,
    `${param || 'The body'} is ${kindOf(value)}, but has to be ${issue.message}.`,
  );
}

/** Folds a seed of up to 64 bits into the generator's 32 bits. Smaller seeds stay as they are. */
function fold(seed: number): number {
  const bits = BigInt.asUintN(64, BigInt(seed));
  return Number((bits ^ (bits >> 32n)) & 0xffff_ffffn);
}
