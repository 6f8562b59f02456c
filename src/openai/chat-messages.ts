import * as v from 'valibot';
import { invalid, kindOf } from './api-error.js';
import { strict, text } from './fields.js';

/* The messages of POST /v1/chat/completions. */

const textPart = strict({
  type: v.literal('text', '"text": this server does not read images, audio or files'),
  text: text(),
});
const refusalPart = strict({ type: v.literal('refusal'), refusal: text() });

/** A string, or its parts. An issue in a part names that part. */
function contentOf<Part extends v.GenericSchema<unknown, { text: string } | { refusal: string }>>(
  part: Part,
) {
  const parts = v.pipe(
    v.array(part),
    v.nonEmpty('an array of at least one part'),
    v.transform((list) => list.map((one) => ('text' in one ? one.text : one.refusal)).join('')),
  );
  const plain = text('a string or an array of { type: "text", text } parts');
  return Object.assign(
    v.lazy((input): v.GenericSchema<unknown, string> => (Array.isArray(input) ? parts : plain)),
    { message: plain.message },
  );
}
const content = contentOf(textPart);
const isRefusal = (part: unknown) =>
  typeof part === 'object' && (part as { type?: unknown } | null)?.type === 'refusal';
const spoken = contentOf(v.lazy((part) => (isRefusal(part) ? refusalPart : textPart)));

const name = v.nullish(text());
/** A field that clients add to a message that they got and send back. It changes nothing. */
const echoed = v.optional(v.unknown());

const toolCall = strict({
  id: text(),
  type: v.literal('function', '"function"'),
  function: strict({
    name: text(),
    arguments: text('a string that holds JSON'),
    parsed_arguments: echoed,
  }),
  index: echoed,
});

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const;
const message = v.variant(
  'role',
  [
    strict({ role: v.picklist(['system', 'developer', 'user']), content, name }),
    strict({
      role: v.literal('assistant'),
      content: v.nullish(spoken),
      refusal: v.nullish(text()),
      tool_calls: v.nullish(v.array(toolCall, 'an array of tool calls')),
      name,
      reasoning_content: echoed,
      annotations: echoed,
      audio: v.nullish(
        v.custom<never>(() => false, 'null: this server does not read images, audio or files'),
      ),
      function_call: v.nullish(v.custom<never>(() => false, 'left out in favour of tool_calls')),
      parsed: echoed,
    }),
    strict({
      role: v.literal('tool'),
      content,
      tool_call_id: text('the id of the tool call that this message answers, a string'),
      name,
    }),
  ],
  (issue) =>
    issue.path?.at(-1)?.key === 'role'
      ? `one of ${ROLES.map((role) => `"${role}"`).join(', ')}`
      : 'an object with role and content',
);

export const messages = v.pipe(
  v.array(message, 'an array of messages'),
  v.nonEmpty('an array of at least one message'),
);

/** A checked message. Its content is a string; a refusal is one too. */
export type ChatMessage = v.InferOutput<typeof message>;

/**
 * Checks what no message shows alone: an assistant says or calls something, and the results of its
 * calls follow it, one for each.
 *
 * @throws ApiError 400 that names the message.
 */
export function checkOrder(conversation: readonly ChatMessage[]): void {
  /** The calls without a result, and the message that makes them. */
  let open: { ids: string[]; at: number } = { ids: [], at: 0 };
  conversation.forEach((one, index) => {
    const place = `messages[${index}]`;
    if (one.role === 'tool') {
      const id = one.tool_call_id;
      if (!open.ids.includes(id))
        throw invalid(
          `${place}.tool_call_id`,
          `${place}.tool_call_id is ${kindOf(id)}, but has to be the id of a tool call that ` +
            'the assistant made right before and that has no result yet.',
        );
      open.ids = open.ids.filter((other) => other !== id);
      return;
    }
    assertAnswered(open);
    if (one.role !== 'assistant') return;
    const ids = (one.tool_calls ?? []).map((call) => call.id);
    if (one.content == null && one.refusal == null && ids.length === 0)
      throw invalid(
        `${place}.content`,
        `${place}.content is ${kindOf(one.content)}, but has to be a string ` +
          "in an assistant's message without tool_calls.",
      );
    const twice = ids.findIndex((id, at) => ids.indexOf(id) < at);
    if (twice >= 0)
      throw invalid(
        `${place}.tool_calls[${twice}].id`,
        `${place}.tool_calls[${twice}].id is ${kindOf(ids[twice])}, but has to be another id ` +
          'than those of the calls before it.',
      );
    open = { ids, at: index };
  });
  assertAnswered(open);
}

function assertAnswered({ ids: [id], at }: { ids: readonly string[]; at: number }): void {
  if (id === undefined) return;
  const place = `messages[${at}].tool_calls`;
  throw invalid(
    place,
    `${place} has the call ${JSON.stringify(id.slice(0, 100))} without a result. ` +
      'Send a message with the role "tool" and its tool_call_id right after the calls.',
  );
}
