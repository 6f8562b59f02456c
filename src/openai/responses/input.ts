import * as v from 'valibot';
import { object } from '../../agents/input/schemas.js';
import { invalid } from '../api-error.js';
import { text } from '../fields.js';

/* The input of a Responses request: a string, or items that are the conversation so far. */

const textPart = object({
  type: v.picklist(
    ['input_text', 'output_text', 'text'],
    '"input_text" or "output_text": this server does not read images, audio or files',
  ),
  text: text(),
});
const refusalPart = object({ type: v.literal('refusal'), refusal: text() });
const part = v.lazy((input): v.GenericSchema<unknown, string> =>
  hasType(input, 'refusal')
    ? v.pipe(
        refusalPart,
        v.transform(({ refusal }) => refusal),
      )
    : v.pipe(
        textPart,
        v.transform((one) => one.text),
      ),
);
const parts = v.pipe(
  v.array(part),
  v.transform((list) => list.join('')),
);
const plain = text('a string or an array of { type: "input_text", text } parts');
/** A string, or its parts. An issue in a part names that part. */
const content = Object.assign(
  v.lazy((input): v.GenericSchema<unknown, string> => (Array.isArray(input) ? parts : plain)),
  { message: plain.message },
);

const message = object({
  role: v.picklist(
    ['system', 'developer', 'user', 'assistant'],
    '"system", "developer", "user" or "assistant"',
  ),
  content,
});
const callId = text('the id of a call, a string');
const functionCall = object({
  type: v.literal('function_call'),
  call_id: callId,
  name: text(),
  arguments: text('a string that holds JSON'),
});
const functionCallOutput = object({
  type: v.literal('function_call_output'),
  call_id: callId,
  output: content,
});
const reasoning = object({ type: v.literal('reasoning') });
/** References to stored items were replaced before: see stored-items.ts. */
const reference = object({
  type: v.literal('item_reference'),
  id: v.custom<never>(
    () => false,
    'the id of an item that this server still stores. Send the item itself, as clients do with "store": false',
  ),
});
const SCHEMAS = {
  message,
  function_call: functionCall,
  function_call_output: functionCallOutput,
  reasoning,
  item_reference: reference,
};
const unknownItem = object({
  type: v.picklist(
    Object.keys(SCHEMAS),
    '"message", "function_call", "function_call_output" or "reasoning"',
  ),
});

type Item =
  | v.InferOutput<typeof functionCall>
  | v.InferOutput<typeof functionCallOutput>
  | v.InferOutput<typeof reasoning>
  | (v.InferOutput<typeof message> & { type?: 'message' });

/** The type of a message can be left out. */
const item = v.lazy((input) => {
  const { type = 'message' } = (input ?? {}) as { type?: unknown };
  const schema = Object.entries(SCHEMAS).find(([name]) => name === type)?.[1] ?? unknownItem;
  return schema as v.GenericSchema<unknown, Item>;
});

const ITEMS = 'a string or an array of at least one item';
const items = v.pipe(v.array(item, ITEMS), v.nonEmpty(ITEMS));
export const input = Object.assign(
  v.lazy((value): v.GenericSchema<unknown, string | Item[]> =>
    typeof value === 'string' ? v.string() : items,
  ),
  { message: ITEMS },
);

/** A message of a chat request's body, which checks it. */
export interface BodyMessage {
  role: string;
  content: string | null;
  tool_calls?: object[];
  tool_call_id?: string;
}

/** The conversation of a chat request, and for each message where it came from. */
export interface Messages {
  messages: BodyMessage[];
  /** Such as `instructions` and `input[3]`. */
  places: string[];
}

/**
 * Items as messages. A model's text and the calls that follow it are one message. Reasoning is left
 * out, as in the prompts of a chat.
 *
 * @throws ApiError 400 if a call has no output, or an output no call.
 */
export function toMessages(
  instructions: string | null | undefined,
  asked: string | Item[],
): Messages {
  const messages: BodyMessage[] = [];
  const places: string[] = [];
  const open = new Map<string, string>();
  const add = (message: BodyMessage, place: string) => {
    messages.push(message);
    places.push(place);
  };

  if (instructions) add({ role: 'developer', content: instructions }, 'instructions');
  if (typeof asked === 'string') add({ role: 'user', content: asked }, 'input');
  else
    asked.forEach((one, index) => {
      const place = `input[${index}]`;
      if (!('type' in one) || one.type === 'message') {
        const { role, content: said } = one as v.InferOutput<typeof message>;
        add({ role, content: said }, place);
      } else if (one.type === 'function_call') {
        const { call_id: id, name, arguments: args } = one;
        const call = { id, type: 'function', function: { name, arguments: args } };
        const last = messages.at(-1);
        if (last?.role === 'assistant') (last.tool_calls ??= []).push(call);
        else add({ role: 'assistant', content: null, tool_calls: [call] }, place);
        open.set(id, place);
      } else if (one.type === 'function_call_output') {
        if (!open.delete(one.call_id))
          throw invalid(
            `${place}.call_id`,
            `No tool call found for the function call output with call_id ${quote(one.call_id)}. ` +
              'Send the function_call item before its output.',
          );
        add({ role: 'tool', content: one.output, tool_call_id: one.call_id }, place);
      }
    });
  for (const [id, place] of open)
    throw invalid(
      place,
      `No tool output found for the function call ${quote(id)}. ` +
        'Send a function_call_output item with its call_id.',
    );
  return { messages, places };
}

const quote = (id: string) => JSON.stringify(id.slice(0, 100));

const hasType = (value: unknown, type: string) =>
  typeof value === 'object' && value !== null && (value as { type?: unknown }).type === type;
