import { randomBytes } from 'node:crypto';
import { ReasoningStream } from '../src/agents/reasoning-stream.js';
import type { ToolCall } from '../src/agents/agent.js';
import type { ChatRequest, ChatTool } from './chat-request.js';
import { ToolCallStream } from './tool-call-stream.js';

export interface ChatToolCall {
  id: string;
  type: 'function';
  /** `arguments` is JSON. */
  function: { name: string; arguments: string };
}

/** What a piece of output adds to an assistant's message. */
export type Delta =
  | { content: string }
  | { reasoning_content: string }
  | { tool_calls: (ChatToolCall & { index: number })[] };

/**
 * Turns output, piece by piece, into what a message is made of. Streamed or not, an answer goes through here in the same way, so that both
 * say the same.
 */
export class ReplyStream {
  readonly #request: ChatRequest;
  readonly #reasoning: ReasoningStream | undefined;
  readonly #tools: ToolCallStream | undefined;
  /** Models write a space between their label and their reply; it is no part of the reply, and the prompt puts it back. */
  #dropsSpace = true;
  #calls = 0;

  constructor(request: ChatRequest) {
    this.#request = request;
    if (request.reasoningFormat === 'deepseek') this.#reasoning = new ReasoningStream();
    if (request.tools.length > 0) this.#tools = new ToolCallStream();
  }

  get calledTools(): boolean {
    return this.#calls > 0;
  }

  push(text: string): Delta[] {
    if (text === '') return [];
    let rest = text;
    if (this.#dropsSpace) {
      this.#dropsSpace = false;
      rest = rest.replace(/^ /, '');
    }
    if (!this.#reasoning) return this.#answer(rest, false);
    const { thinking, response } = this.#reasoning.push(rest);
    return [...reasoning(thinking), ...this.#answer(response, false)];
  }

  /** What was held back, now that nothing more comes. */
  flush(): Delta[] {
    const { thinking, response } = this.#reasoning?.flush() ?? { thinking: '', response: '' };
    return [...reasoning(thinking), ...this.#answer(response, true)];
  }

  #answer(text: string, isEnd: boolean): Delta[] {
    if (!this.#tools) return text ? [{ content: text }] : [];
    const pieces = this.#tools.push(text);
    const more = isEnd ? this.#tools.flush() : { content: '', calls: [] };
    const content = pieces.content + more.content;
    const calls = [...pieces.calls, ...more.calls]
      .map((call) => this.#toolCall(call))
      .filter((call) => call !== undefined);
    return [
      ...(content ? [{ content }] : []),
      ...(calls.length > 0 ? [{ tool_calls: calls }] : []),
    ];
  }

  #toolCall({ name, arguments: args }: ToolCall): (ChatToolCall & { index: number }) | undefined {
    if (this.#calls > 0 && !this.#request.parallelToolCalls) return undefined;
    const tool = this.#request.tools.find((one) => one.function.name === name);
    const typed = Object.fromEntries(
      Object.entries(args).map(([key, value]) => [key, toType(value, tool, key)]),
    );
    return {
      index: this.#calls++,
      id: `call_${randomBytes(12).toString('hex')}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(typed) },
    };
  }
}

const reasoning = (text: string): Delta[] => (text ? [{ reasoning_content: text }] : []);

/** The model writes all values as text; where the tool's schema asks for a number or a boolean and the text is one, the JSON has one. */
function toType(value: string, tool: ChatTool | undefined, key: string): unknown {
  const schemas = tool?.function.parameters?.properties ?? {};
  const schema = Object.hasOwn(schemas, key)
    ? (schemas[key] as { type?: unknown } | null)
    : undefined;
  switch (schema?.type) {
    case 'integer':
    case 'number': {
      const number = value.trim() === '' ? NaN : Number(value);
      return Number.isFinite(number) ? number : value;
    }
    case 'boolean':
      return value === 'true' || value === 'false' ? value === 'true' : value;
    default:
      return value;
  }
}
