import type { ToolCall } from '../agents/agent.js';
import { ReasoningStream } from '../agents/reply/reasoning-stream.js';
import type { ChatRequest } from './chat-request.js';
import { toTool } from './conversation.js';
import { randomId } from './random-id.js';
import { ToolCallStream } from './tool-call-stream.js';

export interface ChatToolCall {
  id: string;
  type: 'function';
  /** `arguments` is JSON. */
  function: { name: string; arguments: string };
}

/** What a piece of output adds to the assistant's message. */
export type Delta =
  | { content: string }
  | { reasoning_content: string }
  | { tool_calls: (ChatToolCall & { index: number })[] };

/**
 * Turns output, piece by piece, into the parts of a message. Streamed and complete answers both go
 * through here, so that they say the same.
 */
export class ReplyStream {
  readonly #parallelToolCalls: boolean;
  readonly #reasoning: ReasoningStream | undefined;
  readonly #tools: ToolCallStream | undefined;
  /** The model's output begins with the space after its label. The next prompt adds it again. */
  #dropsSpace = true;
  #calls = 0;

  constructor({ reasoningFormat, responseFormat, tools, parallelToolCalls }: ChatRequest) {
    this.#parallelToolCalls = parallelToolCalls;
    if (reasoningFormat === 'deepseek')
      this.#reasoning = new ReasoningStream({
        isJson: responseFormat !== undefined,
        trims: true,
      });
    if (tools.length > 0) this.#tools = new ToolCallStream(tools.map(toTool));
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

  /** Returns what was held back. Call it at the end of the output. */
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
    if (this.#calls > 0 && !this.#parallelToolCalls) return undefined;
    return {
      index: this.#calls++,
      id: randomId('call_'),
      type: 'function',
      function: { name, arguments: JSON.stringify(args) },
    };
  }
}

const reasoning = (text: string): Delta[] => (text ? [{ reasoning_content: text }] : []);
