import { randomId } from '../random-id.js';
import type { Delta } from '../reply-stream.js';

type Status = 'in_progress' | 'completed' | 'incomplete';
interface TextPart {
  type: string;
  text: string;
}

interface MessageItem {
  id: string;
  type: 'message';
  status: Status;
  role: 'assistant';
  content: TextPart[];
}
interface ReasoningItem {
  id: string;
  type: 'reasoning';
  status: Status;
  summary: TextPart[];
  content?: TextPart[];
}
interface FunctionCallItem {
  id: string;
  type: 'function_call';
  status: Status;
  call_id: string;
  name: string;
  arguments: string;
}
export type OutputItem = MessageItem | ReasoningItem | FunctionCallItem;

/** An event of a stream, without its number. */
export interface ResponseEvent {
  type: string;
  [field: string]: unknown;
}

/** How the text of an item is sent: the names of its events and what each of them repeats. */
interface TextForm {
  part: string;
  text: string;
  index: 'content_index' | 'summary_index';
  empty: () => TextPart;
  repeats: object;
}
const MESSAGE: TextForm = {
  part: 'response.content_part',
  text: 'response.output_text',
  index: 'content_index',
  empty: () => ({ type: 'output_text', text: '', annotations: [], logprobs: [] }) as TextPart,
  repeats: { logprobs: [] },
};
const REASONING: TextForm = {
  part: 'response.content_part',
  text: 'response.reasoning_text',
  index: 'content_index',
  empty: () => ({ type: 'reasoning_text', text: '' }),
  repeats: {},
};
const SUMMARY: TextForm = {
  part: 'response.reasoning_summary_part',
  text: 'response.reasoning_summary_text',
  index: 'summary_index',
  empty: () => ({ type: 'summary_text', text: '' }),
  repeats: {},
};

interface OpenItem {
  item: MessageItem | ReasoningItem;
  part: TextPart;
  form: TextForm;
  /** The fields that say where the text belongs. */
  at: object;
}

/**
 * Turns the deltas of a reply into the items of a response, and emits an event for each step.
 * Streamed and complete answers both go through here, so that they say the same.
 */
export class Output {
  readonly items: OutputItem[] = [];
  readonly #emit: (event: ResponseEvent) => void;
  readonly #summarizes: boolean;
  #open: OpenItem | undefined;
  /** Space before a message's first word. Between two calls it is no message. */
  #space = '';

  constructor(emit: (event: ResponseEvent) => void, summarizes: boolean) {
    this.#emit = emit;
    this.#summarizes = summarizes;
  }

  add(delta: Delta): void {
    if ('reasoning_content' in delta) this.#reason(delta.reasoning_content);
    else if ('content' in delta) this.#say(delta.content);
    else for (const { id, function: called } of delta.tool_calls) this.#call(id, called);
  }

  /** Closes the last item. A response has at least one. */
  end(status: 'completed' | 'incomplete'): void {
    if (this.#space !== '' || this.items.every(({ type }) => type === 'reasoning'))
      if (!this.items.some(({ type }) => type === 'function_call')) this.#message();
    this.#close(status);
  }

  #say(text: string): void {
    if (this.#open?.form !== MESSAGE && text.trim() === '') this.#space += text;
    else this.#grow(this.#message(), text);
  }

  #reason(text: string): void {
    const form = this.#summarizes ? SUMMARY : REASONING;
    if (this.#open?.form === form) return this.#grow(this.#open, text);
    const item: ReasoningItem = {
      id: randomId('rs_'),
      type: 'reasoning',
      status: 'in_progress',
      summary: [],
      ...(this.#summarizes ? {} : { content: [] }),
    };
    this.#grow(this.#begin(item, item.content ?? item.summary, form), text);
  }

  #call(callId: string, { name, arguments: args }: { name: string; arguments: string }): void {
    this.#close('completed');
    this.#space = '';
    const item: FunctionCallItem = {
      id: randomId('fc_'),
      type: 'function_call',
      status: 'in_progress',
      call_id: callId,
      name,
      arguments: '',
    };
    const at = { item_id: item.id, output_index: this.#added(item) };
    item.arguments = args;
    this.#emit({ type: 'response.function_call_arguments.delta', ...at, delta: args });
    this.#emit({ type: 'response.function_call_arguments.done', ...at, name, arguments: args });
    this.#done(item, 'completed');
  }

  /** The open message, or a new one that begins with the space that was held back. */
  #message(): OpenItem {
    if (this.#open?.form === MESSAGE) return this.#open;
    const item: MessageItem = {
      id: randomId('msg_'),
      type: 'message',
      status: 'in_progress',
      role: 'assistant',
      content: [],
    };
    const open = this.#begin(item, item.content, MESSAGE);
    if (this.#space !== '') this.#grow(open, this.#space);
    this.#space = '';
    return open;
  }

  #begin(item: MessageItem | ReasoningItem, parts: TextPart[], form: TextForm): OpenItem {
    this.#close('completed');
    const at = { item_id: item.id, output_index: this.#added(item), [form.index]: 0 };
    const part = form.empty();
    this.#emit({ type: `${form.part}.added`, ...at, part });
    parts.push(part);
    return (this.#open = { item, part, form, at });
  }

  #grow({ part, form, at }: OpenItem, delta: string): void {
    part.text += delta;
    this.#emit({ type: `${form.text}.delta`, ...at, delta, ...form.repeats });
  }

  #close(status: 'completed' | 'incomplete'): void {
    if (!this.#open) return;
    const { item, part, form, at } = this.#open;
    this.#open = undefined;
    this.#emit({ type: `${form.text}.done`, ...at, text: part.text, ...form.repeats });
    this.#emit({ type: `${form.part}.done`, ...at, part });
    this.#done(item, status);
  }

  /** The index of the new item. */
  #added(item: OutputItem): number {
    const index = this.items.push(item) - 1;
    this.#emit({ type: 'response.output_item.added', output_index: index, item });
    return index;
  }

  #done(item: OutputItem, status: Status): void {
    item.status = status;
    const index = this.items.indexOf(item);
    this.#emit({ type: 'response.output_item.done', output_index: index, item });
  }
}
