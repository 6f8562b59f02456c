import { isIterable, show, toDictionary, toEnum, toSequence } from './convert.js';
import { exception } from './exceptions.js';
import {
  type LanguageModelMessageRole,
  type LanguageModelMessageType,
  messageRoles,
  messageTypes,
} from './types.js';

/** A message in canonical form. The models here read text only, so its content is one string. */
export interface InputMessage {
  role: LanguageModelMessageRole;
  content: string;
}

export interface PromptInput {
  messages: InputMessage[];
  /** The beginning of the reply, from an assistant's message with `prefix`. */
  prefix: string | undefined;
}

/**
 * Reads a prompt: a string, or a sequence of messages. As in every Web IDL union with a string, any
 * other value is turned into one; an empty sequence is an empty user message.
 *
 * @throws TypeError when a message has the wrong form or a system message is not the first;
 *   `NotSupportedError` for content other than text; `SyntaxError` for a misplaced `prefix`.
 */
export function readPrompt(input: unknown): PromptInput {
  const items = isIterable(input) ? [...input] : [{ role: 'user', content: String(input) }];
  if (items.length === 0) return { messages: [{ role: 'user', content: '' }], prefix: undefined };
  return readMessages(items);
}

/** Reads the messages that a session begins with; an empty sequence is none at all. */
export function readInitialPrompts(input: unknown): InputMessage[] {
  if (input === undefined) return [];
  const { messages, prefix } = readMessages(toSequence(input, 'initialPrompts'));
  if (prefix === undefined) return messages;
  throw exception('SyntaxError', 'An initial prompt has prefix: true. Give it to prompt().');
}

/** @throws TypeError when a system message comes after others. */
export function checkSystemFirst(messages: readonly InputMessage[], hasHistory: boolean): void {
  if (messages.some(({ role }, index) => role === 'system' && (hasHistory || index > 0))) {
    throw new TypeError(
      'A system message comes after other messages. It must be the first message of the session.',
    );
  }
}

function readMessages(items: unknown[]): PromptInput {
  const messages: InputMessage[] = [];
  let prefix: string | undefined;
  items.forEach((item, index) => {
    const {
      role: givenRole,
      content: givenContent,
      prefix: isPrefix,
    } = toDictionary(item, 'message');
    const role = toEnum(givenRole, messageRoles, "A message's role");
    const content = readContent(givenContent, role);
    if (!isPrefix) {
      messages.push({ role, content });
      return;
    }
    if (role !== 'assistant')
      throw exception(
        'SyntaxError',
        `A message of the role "${role}" has prefix: true. Only an assistant's message may.`,
      );
    if (index < items.length - 1)
      throw exception('SyntaxError', 'A message with prefix: true is not the last message.');
    prefix = content;
  });
  checkSystemFirst(messages, false);
  return { messages, prefix };
}

function readContent(content: unknown, role: LanguageModelMessageRole): string {
  if (content === undefined) throw new TypeError('A message has no content.');
  if (!isIterable(content)) return String(content);
  return [...content].map((item) => readItem(item, role)).join('');
}

function readItem(item: unknown, role: LanguageModelMessageRole): string {
  const { type: givenType, value } = toDictionary(item, 'content');
  const type = toEnum(givenType, messageTypes, 'A content type');
  if (value === undefined) throw new TypeError(`Content of the type "${type}" has no value.`);
  if (type !== 'text') throw notText(type, role);
  if (typeof value === 'object' && value !== null)
    throw new TypeError(
      `Content of the type "text" has the value ${show(value)}. Allowed: a string.`,
    );
  return String(value);
}

function notText(type: LanguageModelMessageType, role: LanguageModelMessageRole): DOMException {
  return exception(
    'NotSupportedError',
    `A message of the role "${role}" has content of the type "${type}". The model reads text only.`,
  );
}
