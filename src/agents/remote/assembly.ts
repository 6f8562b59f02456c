import type { FinishReason, ToolCall } from '../agent.js';
import type { Body, CallPart, Choice, Part, TokenCounts } from './answer-body.js';
import { clip } from './remote-error.js';

/** What a server computed, streamed or not. */
export interface ServerCompletion {
  /** The output as one string. Reasoning that came apart stands in `<think>` tags. */
  text: string;
  /** The same without that reasoning. */
  content: string;
  toolCalls: ToolCall[];
  problems: string[];
  finishReason: FinishReason;
  usage: TokenCounts | undefined;
  promptTokenIds: number[];
  outputTokenIds: number[];
}

interface Call {
  id?: string;
  name: string;
  /** JSON, as far as it came; or the object that some servers send. */
  arguments: unknown;
}

/** Assembles a completion from its parts: one message, or the deltas of a stream. */
export class Assembly {
  text = '';
  #content = '';
  #isReasoning = false;
  #calls: Call[] = [];
  /** The calls of a stream by their index. */
  #open = new Map<number, Call>();
  #finishReason: unknown;
  #usage: TokenCounts | undefined;
  #promptTokenIds: number[] = [];
  #outputTokenIds: number[] = [];

  get finished(): boolean {
    return typeof this.#finishReason === 'string';
  }

  /** Returns the text that this part adds. */
  take(body: Body, choice: Choice | undefined, part: Part): string {
    if (body.usage && typeof body.usage === 'object') this.#usage = body.usage;
    this.#promptTokenIds.push(...readIds(body.prompt_token_ids));
    this.#outputTokenIds.push(...readIds(choice?.token_ids));
    if (choice?.finish_reason) this.#finishReason = choice.finish_reason;
    for (const call of Array.isArray(part.tool_calls) ? part.tool_calls : [])
      if (call) this.#takeCall(call);
    const reasoning = readContent(part.reasoning_content ?? part.reasoning);
    const content = readContent(part.content);
    let added = '';
    if (reasoning) {
      added += (this.#isReasoning ? '' : '<think>') + reasoning;
      this.#isReasoning = true;
    }
    if (content) added += this.#endReasoning() + content;
    this.text += added;
    this.#content += content;
    return added;
  }

  /** Closes reasoning that no content followed. Returns the text that this adds. */
  close(): string {
    const closing = this.#endReasoning();
    this.text += closing;
    return closing;
  }

  finish(): ServerCompletion {
    this.close();
    const toolCalls: ToolCall[] = [];
    const problems: string[] = [];
    for (const call of this.#calls) {
      const read = readToolCall(call);
      if (typeof read === 'string') problems.push(read);
      else toolCalls.push(read);
    }
    if (this.#finishReason === 'content_filter')
      problems.push('The server withheld a part of the reply (content_filter).');
    return {
      text: this.text,
      content: this.#content,
      toolCalls,
      problems,
      finishReason: readFinishReason(this.#finishReason),
      usage: this.#usage,
      promptTokenIds: this.#promptTokenIds,
      outputTokenIds: this.#outputTokenIds,
    };
  }

  #endReasoning(): string {
    const ends = this.#isReasoning;
    this.#isReasoning = false;
    return ends ? '</think>' : '';
  }

  /** The arguments of a call come in pieces. The first piece has its id and name. */
  #takeCall({ index, id, function: piece }: CallPart): void {
    let call = index === undefined ? undefined : this.#open.get(index);
    // Some servers give every call the index 0. A new id starts a new call.
    if (!call || (id && call.id && id !== call.id)) {
      call = { name: '', arguments: '' };
      this.#calls.push(call);
      if (index !== undefined) this.#open.set(index, call);
    }
    if (id) call.id = id;
    call.name += piece?.name ?? '';
    const args = piece?.arguments;
    call.arguments =
      typeof args === 'object' && args !== null
        ? args
        : `${String(call.arguments)}${String(args ?? '')}`;
  }
}

/** A call, or what is wrong with it. */
function readToolCall({ name, arguments: json, id }: Call): ToolCall | string {
  const raw = JSON.stringify({ name, arguments: json });
  if (name === '') return `A tool call has no name: ${clip(raw)}`;
  let args: unknown = json;
  try {
    if (typeof json === 'string') args = JSON.parse(json || '{}');
  } catch {
    return `The arguments of the tool call ${name} are not JSON: ${clip(String(json))}`;
  }
  if (typeof args !== 'object' || args === null || Array.isArray(args))
    return `The arguments of the tool call ${name} are not an object: ${clip(String(json))}`;
  return {
    name,
    arguments: args as Record<string, unknown>,
    raw,
    ...(typeof id === 'string' ? { id } : {}),
  };
}

function readFinishReason(reason: unknown): FinishReason {
  if (reason === 'length') return 'length';
  return reason === 'tool_calls' || reason === 'function_call' ? 'tool_calls' : 'stop';
}

/** A string, or (from some servers) an array of parts with texts. */
function readContent(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : ''))
    .join('');
}

export const readIds = (ids: unknown): number[] =>
  Array.isArray(ids) && ids.every((id) => typeof id === 'number') ? ids : [];
