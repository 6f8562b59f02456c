import type { AgentSettings, SettingName } from '../../settings/settings.js';
import type { SettingOrigin } from '../../settings/resolve.js';
import type { InvokeOptions, Message, Tool, ToolCall } from '../agent.js';
import { clip } from './remote-errors.js';

/** One message in OpenAI's form. */
export interface ChatMessage {
  role: Message['role'];
  content: string | null;
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

/** Messages in OpenAI's form: calls apart from the content, and each result with the id of its call. */
export function toChatMessages(messages: readonly Message[]): ChatMessage[] {
  let open: string[] = [];
  let calls = 0;
  return messages.map(({ role, content, toolCalls = [] }) => {
    // A call that nobody answered is over when something else is said.
    if (role !== 'tool') open = [];
    if (role === 'tool') return { role, content, tool_call_id: open.shift() ?? `call_${++calls}` };
    if (toolCalls.length === 0) return { role, content };
    const tool_calls = toolCalls.map((call) => {
      const id = call.id ?? `call_${++calls}`;
      open.push(id);
      return {
        id,
        type: 'function' as const,
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
      };
    });
    return { role, content: content || null, tool_calls };
  });
}

interface FunctionTool {
  type: 'function';
  function: { name: string; description?: string; parameters: object };
}

/** Tools in OpenAI's form; every parameter is a text. */
export function toFunctionTools(tools: readonly Tool[]): FunctionTool[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: {
      name,
      ...(description ? { description } : {}),
      parameters: {
        type: 'object',
        properties: Object.fromEntries(
          parameters.map((parameter) => [parameter, { type: 'string' }]),
        ),
        required: parameters,
      },
    },
  }));
}

export interface ChatRequest {
  url: string;
  model: string;
  messages: ChatMessage[];
  tools: readonly Tool[];
  settings: AgentSettings;
  origins: Record<SettingName, SettingOrigin>;
  options: InvokeOptions;
  stream: boolean;
}

/** The body of `POST chat/completions`: what all servers know, greedy decoding by default, and the rest where somebody asked for it. */
export function toRequestBody({
  url,
  model,
  messages,
  tools,
  settings,
  origins,
  options,
  stream,
}: ChatRequest): Record<string, unknown> {
  const asked = (name: 'topK' | 'repetitionPenalty') =>
    options[name] !== undefined || origins[name] !== 'default';
  const { maxTokens, temperature, topP, seed, stop, reasoningEffort } = settings;
  return {
    model,
    messages,
    // OpenAI's newer models refuse `max_tokens`; many other servers know nothing else.
    [new URL(url).hostname === 'api.openai.com' ? 'max_completion_tokens' : 'max_tokens']:
      maxTokens,
    temperature,
    seed,
    ...(topP < 1 ? { top_p: topP } : {}),
    ...(asked('topK') ? { top_k: settings.topK } : {}),
    ...(asked('repetitionPenalty') ? { repetition_penalty: settings.repetitionPenalty } : {}),
    ...(stop.length > 0 ? { stop } : {}),
    ...(reasoningEffort ? { reasoning_effort: reasoningEffort } : {}),
    ...(tools.length > 0 ? { tools: toFunctionTools(tools) } : {}),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...options.extraBody,
  };
}

/** A call in OpenAI's form, or what is wrong with it. */
export function readToolCall(call: {
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | undefined;
}): ToolCall | string {
  const { name, arguments: json } = call.function ?? {};
  const raw = JSON.stringify(call.function ?? {});
  if (typeof name !== 'string' || name === '') return `A tool call has no name: ${clip(raw)}`;
  let parsed: unknown;
  try {
    // Some servers send an object in place of its text.
    parsed = typeof json === 'string' ? JSON.parse(json || '{}') : (json ?? {});
  } catch {
    return `The arguments of the tool call ${name} are not JSON: ${clip(String(json))}`;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return `The arguments of the tool call ${name} are not an object: ${clip(String(json))}`;
  const args = Object.fromEntries(
    Object.entries(parsed).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  return { name, arguments: args, raw, ...(typeof call.id === 'string' ? { id: call.id } : {}) };
}
