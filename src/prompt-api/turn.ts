import type { OutputConstraint } from '../engine/constraint/constraint.js';
import type { Context } from './context.js';
import { exception } from './exceptions.js';
import type { ConversationModel, Message } from './model.js';
import type { PromptInput } from './prompt-input.js';
import type { ResponseConstraint } from './prompt-options.js';
import { callTool, type SessionTool } from './tools.js';
import { TrimmedText } from '../agents/reply/trimmed-text.js';
import { ToolCallFilter } from './visible-text.js';

/** Limits how often a model can call tools before it answers. */
const MAX_TOOL_ROUNDS = 8;
/**
 * Old turns leave so that a reply has this share of the context window, and is not cut off after a
 * word.
 */
const REPLY_SHARE = 1 / 8;

export interface Turn {
  model: ConversationModel;
  context: Context;
  tools: readonly SessionTool[];
  input: PromptInput;
  constraint: ResponseConstraint | undefined;
  signal: AbortSignal;
  /** Receives the reply in pieces. */
  onText(text: string): void;
  /** Called after old turns were evicted. */
  onOverflow(): void;
}

/**
 * Answers a prompt, carrying out the tool calls that the model makes on the way.
 *
 * @returns the messages that the turn adds to the context.
 * @throws `QuotaExceededError`; `SyntaxError` when a reply does not meet its constraint;
 *   `UnknownError` when a tool fails or the model does not stop calling tools; what the engine
 *   throws.
 */
export async function runTurn(turn: Turn): Promise<Message[]> {
  const { tools, input, constraint, signal, onText } = turn;
  const added: Message[] = [...input.messages];
  const visible = new TrimmedText(input.prefix !== undefined);
  const show = (text: string) => {
    if (text) onText(text);
  };
  if (constraint) {
    const reply = await generateReply(turn, added, input.prefix, show);
    return [...added, reply];
  }
  for (let round = 0; round <= MAX_TOOL_ROUNDS; round++) {
    const filter = new ToolCallFilter(tools);
    const prefix = round === 0 ? input.prefix : undefined;
    const reply = await generateReply(turn, added, prefix, (text) =>
      show(visible.push(filter.push(text))),
    );
    show(visible.push(filter.end()));
    added.push(reply);
    if (filter.calls.length === 0) return added;
    const results = await Promise.all(
      filter.calls.map(({ name, arguments: args }) =>
        callTool(
          tools.find((tool) => tool.name === name)!,
          args,
          signal,
        ),
      ),
    );
    added.push(...results.map((content): Message => ({ role: 'tool', content })));
    visible.breakLine();
  }
  throw exception(
    'UnknownError',
    `The model called tools ${MAX_TOOL_ROUNDS + 1} times in a row without answering. ` +
      'Rephrase the prompt or offer fewer tools.',
  );
}

/**
 * A reply that reaches the end of the context window goes on once the oldest turns were evicted.
 */
async function generateReply(
  turn: Turn,
  added: readonly Message[],
  prefix: string | undefined,
  onText: (text: string) => void,
): Promise<Message> {
  const { model, context, constraint, signal } = turn;
  let raw = prefix === undefined ? '' : await model.replyStart(prefix);
  let text = prefix ?? '';
  let left = model.maxTokens;
  for (;;) {
    await makeRoom(turn, added, raw);
    const result = await model.generate(
      {
        messages: [...context.messages, ...added],
        start: raw,
        maxTokens: left,
        constraint: constraint && toOutputConstraint(constraint.engine, prefix),
      },
      onText,
      signal,
    );
    raw += result.rawText;
    text += result.text;
    left -= result.outputTokenIds.length;
    const isCut = result.finishReason === 'length';
    if (constraint && (isCut || !constraint.accepts(text))) throw misfit(isCut);
    if (constraint || !isCut) break;
    if (result.limitedBy === 'max-tokens' || left < 1 || !context.canEvict) break;
  }
  return { role: 'assistant', content: text.trim(), raw };
}

async function makeRoom(
  { model, context, signal, onOverflow }: Turn,
  added: readonly Message[],
  start: string,
): Promise<void> {
  const evicted = await context.makeRoom(
    (kept) => model.countPrompt({ messages: [...kept, ...added], start }, signal),
    model.contextWindow,
    1,
    Math.max(1, Math.floor(model.contextWindow * REPLY_SHARE)),
  );
  if (evicted) onOverflow();
}

function misfit(isCut: boolean): DOMException {
  return exception(
    'SyntaxError',
    isCut
      ? 'The reply reached its token limit before it met the responseConstraint. Ask for less.'
      : 'The reply does not meet the responseConstraint.',
  );
}

/**
 * JSON has the spaces that models write by themselves, because a small one copies wrong values without
 * them. After a prefix it is compact: the prefix has its own spaces, or none.
 */
function toOutputConstraint(
  engine: ResponseConstraint['engine'],
  prefix: string | undefined,
): OutputConstraint {
  if (prefix) return { ...engine, prefix };
  return engine.type === 'json-schema' ? { ...engine, spaced: true } : engine;
}
