import type { CallSettings } from '../../settings/settings.js';
import type { ResolvedSettings } from '../../settings/resolve.js';
import type { CompletionRequest } from '../backend.js';
import type { ResponseFormat, ToolChoice } from '../messages.js';
import { type ChatMessage, toFunctionTools } from './chat-messages.js';

export interface RequestFacts extends Pick<
  CompletionRequest,
  'tools' | 'toolChoice' | 'responseFormat' | 'reasoningEffort' | 'options' | 'stream'
> {
  url: string;
  model: string;
  messages: readonly ChatMessage[];
  settings: CallSettings;
  origins: Pick<ResolvedSettings['origins'], 'topK' | 'repetitionPenalty'>;
}

/**
 * The body of `POST chat/completions`: what every server knows, with greedy decoding as the
 * default. Fields that only some servers know are sent if somebody set them.
 */
export function toRequestBody({
  url,
  model,
  messages,
  tools,
  toolChoice,
  responseFormat,
  reasoningEffort,
  settings,
  origins,
  options,
  stream,
}: RequestFacts): Record<string, unknown> {
  const isSet = (name: 'topK' | 'repetitionPenalty') =>
    options[name] !== undefined || origins[name] !== 'default';
  const { maxTokens, temperature, topP, seed, stop } = settings;
  // OpenAI's newer models refuse `max_tokens`. Many other servers know nothing else.
  const limit = new URL(url).hostname === 'api.openai.com' ? 'max_completion_tokens' : 'max_tokens';
  return {
    model,
    messages,
    [limit]: maxTokens,
    temperature,
    seed,
    ...(topP < 1 ? { top_p: topP } : {}),
    ...(isSet('topK') ? { top_k: settings.topK } : {}),
    ...(isSet('repetitionPenalty') ? { repetition_penalty: settings.repetitionPenalty } : {}),
    ...(stop.length > 0 ? { stop } : {}),
    ...(reasoningEffort ? { reasoning_effort: reasoningEffort } : {}),
    ...(tools.length > 0 ? { tools: toFunctionTools(tools) } : {}),
    ...(toolChoice && tools.length > 0 ? { tool_choice: toToolChoice(toolChoice) } : {}),
    ...(responseFormat ? { response_format: toResponseFormat(responseFormat) } : {}),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...options.extraBody,
  };
}

const toToolChoice = (choice: ToolChoice) =>
  typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice;

const toResponseFormat = (format: ResponseFormat) =>
  format.type === 'json'
    ? { type: 'json_object' }
    : {
        type: 'json_schema',
        json_schema: { name: format.name ?? 'reply', strict: true, schema: format.schema },
      };
