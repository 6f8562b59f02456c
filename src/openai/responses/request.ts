import * as v from 'valibot';
import { object } from '../../agents/input/schemas.js';
import { ApiError, invalid } from '../api-error.js';
import { type ChatRequest, readChatRequest } from '../chat-request.js';
import { anything, checkBody, count, flag, neutral, text } from '../fields.js';
import { input, toMessages } from './input.js';
import { chooseTools, tool, toolChoice } from './tools.js';

/*
 * The body of POST /v1/responses, as OpenAI documents it. Fields that a chat request has too are
 * checked there, and are `anything` here.
 */

const format = v.variant(
  'type',
  [
    object({ type: v.literal('text') }),
    object({ type: v.literal('json_object') }),
    object({
      type: v.literal('json_schema'),
      name: anything,
      description: anything,
      schema: anything,
      strict: anything,
    }),
  ],
  'an object whose type is "text", "json_object" or "json_schema"',
);

const SUMMARIES = '"auto", "concise" or "detailed"';
const summary = v.nullish(v.picklist(['auto', 'concise', 'detailed'], SUMMARIES));

const body = object({
  model: anything,
  input,
  instructions: v.nullish(text()),
  tools: v.nullish(v.array(tool, 'an array of tools')),
  tool_choice: v.nullish(toolChoice),
  parallel_tool_calls: v.nullish(v.boolean('true or false'), true),
  text: v.nullish(
    object({
      format: v.nullish(format),
      verbosity: v.nullish(v.picklist(['low', 'medium', 'high'], '"low", "medium" or "high"')),
    }),
  ),
  max_output_tokens: v.nullish(count(1)),
  max_tool_calls: v.nullish(count(1)),
  temperature: anything,
  top_p: anything,
  reasoning: v.nullish(object({ effort: anything, summary, generate_summary: summary })),
  stream: flag,
  stream_options: v.nullish(object({ include_obfuscation: flag })),
  metadata: v.nullish(v.record(v.string(), text(), 'an object of strings'), {}),
  store: v.nullish(v.boolean('true or false'), true),
  include: v.nullish(
    v.array(
      v.pipe(
        text(),
        v.check(
          (value) => value !== 'message.output_text.logprobs',
          'something else: this server does not send log probabilities here',
        ),
      ),
      'an array of strings',
    ),
  ),
  truncation: neutral('"disabled"', (value) => value === 'disabled'),
  user: anything,
  safety_identifier: v.nullish(text()),
  prompt_cache_key: v.nullish(text()),
  prompt_cache_retention: v.nullish(text()),
  service_tier: v.nullish(text()),
  previous_response_id: v.nullish(text()),
  conversation: anything,
  background: neutral('false', (value) => value === false),
  top_logprobs: neutral('0', (value) => value === 0),
  prompt: neutral('null', () => false),
});

/** A checked request. */
export interface ResponsesRequest {
  /** What to generate. */
  chat: ChatRequest;
  stream: boolean;
  /** Whether later requests may refer to the items of the answer. */
  stores: boolean;
  /** Whether reasoning is sent as its own summary, which is what the client then reads. */
  summarizes: boolean;
  /** The fields of a response that repeat the request. */
  echo: object;
  /** An error of the chat request, with the names that this request has for its fields. */
  renamed(error: unknown): unknown;
}

/**
 * Checks a request's body.
 *
 * @throws ApiError 400 that names the field, the kind of its value and what is allowed.
 */
export function readResponsesRequest(value: unknown): ResponsesRequest {
  const checked = checkBody(body, value);
  refuseStored(checked.previous_response_id, checked.conversation);
  const { messages, places } = toMessages(checked.instructions, checked.input);
  const renamed = (error: unknown) => inOwnNames(error, places);
  const toolFields = chooseTools(checked.tools ?? [], checked.tool_choice ?? 'auto');
  const chat = attempt(
    () =>
      readChatRequest({
        model: checked.model,
        messages,
        max_completion_tokens: checked.max_output_tokens,
        temperature: checked.temperature,
        top_p: checked.top_p,
        user: checked.user,
        reasoning_effort: checked.reasoning?.effort,
        reasoning_format: 'deepseek',
        response_format: checked.text?.format && toResponseFormat(checked.text.format),
        ...(toolFields && { ...toolFields, parallel_tool_calls: checked.parallel_tool_calls }),
      }),
    renamed,
  );
  const wanted = checked.reasoning?.summary ?? checked.reasoning?.generate_summary ?? null;
  return {
    chat,
    stream: checked.stream,
    stores: checked.store,
    summarizes: wanted !== null,
    renamed,
    echo: {
      background: false,
      instructions: checked.instructions ?? null,
      max_output_tokens: checked.max_output_tokens ?? null,
      max_tool_calls: checked.max_tool_calls ?? null,
      metadata: checked.metadata,
      parallel_tool_calls: checked.parallel_tool_calls,
      previous_response_id: null,
      prompt_cache_key: checked.prompt_cache_key ?? null,
      reasoning: { effort: checked.reasoning?.effort ?? null, summary: wanted },
      safety_identifier: checked.safety_identifier ?? null,
      service_tier: 'default',
      store: checked.store,
      temperature: chat.temperature,
      text: {
        format: checked.text?.format ?? { type: 'text' },
        verbosity: checked.text?.verbosity ?? 'medium',
      },
      tool_choice: checked.tool_choice ?? 'auto',
      tools: (checked.tools ?? []).map((one) => ({
        ...one,
        description: one.description ?? null,
        parameters: one.parameters ?? null,
        strict: one.strict ?? false,
      })),
      top_logprobs: 0,
      top_p: chat.topP,
      truncation: 'disabled',
      user: chat.user ?? null,
    },
  };
}

/** @throws ApiError for a request that continues a stored response or conversation. */
function refuseStored(previous: string | null | undefined, conversation: unknown): void {
  const remedy =
    'This server stores neither responses nor conversations. Send the earlier items in input.';
  if (previous != null)
    throw invalid(
      'previous_response_id',
      `The response ${JSON.stringify(previous.slice(0, 100))} was not found. ${remedy}`,
      'previous_response_not_found',
    );
  if (conversation != null)
    throw new ApiError(404, `The conversation was not found. ${remedy}`, {
      param: 'conversation',
      code: 'conversation_not_found',
    });
}

const toResponseFormat = ({ type, ...schema }: v.InferOutput<typeof format>) =>
  type === 'json_schema' ? { type, json_schema: schema } : { type };

function attempt<T>(read: () => T, renamed: (error: unknown) => unknown): T {
  try {
    return read();
  } catch (error) {
    throw renamed(error);
  }
}

function inOwnNames(error: unknown, places: readonly string[]): unknown {
  if (!(error instanceof ApiError) || error.param === null) return error;
  const rename = (words: string) =>
    words
      .replaceAll(/\bmessages\[(\d+)\]/g, (_, index: string) => places[Number(index)] ?? 'input')
      .replaceAll(/\btools\[(\d+)\]\.function\b/g, 'tools[$1]')
      .replaceAll(/\bresponse_format(?:\.json_schema)?\b/g, 'text.format')
      .replaceAll(/\bmax_completion_tokens\b/g, 'max_output_tokens')
      .replaceAll(/\breasoning_effort\b/g, 'reasoning.effort');
  return new ApiError(error.status, rename(error.message), {
    param: rename(error.param).replace(/^messages$/, 'input'),
    code: error.code ?? undefined,
    type: error.type,
    headers: error.headers,
    cause: error.cause,
  });
}
