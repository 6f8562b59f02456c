import * as v from 'valibot';
import { object } from '../../agents/input/schemas.js';
import { invalid } from '../api-error.js';
import { anything, text } from '../fields.js';

/* The tools of a Responses request. Their names and schemas are checked as a chat request's. */

export const tool = object({
  type: v.literal('function', '"function": this server runs no tools of its own'),
  name: anything,
  description: anything,
  parameters: anything,
  strict: v.nullish(v.boolean('true or false')),
});
type Tool = v.InferOutput<typeof tool>;

const named = object({ type: v.literal('function'), name: text() });
const allowedTools = object({
  type: v.literal('allowed_tools'),
  mode: v.picklist(['auto', 'required'], '"auto" or "required"'),
  tools: v.pipe(v.array(named), v.nonEmpty()),
});
const CHOICES =
  '"auto", "none", "required", { type: "function", name } or { type: "allowed_tools", mode, tools }';
export const toolChoice = v.union(
  [v.picklist(['auto', 'none', 'required']), named, allowedTools],
  CHOICES,
);

/**
 * The tools that the model may call and the choice, as fields of a chat request's body. None if
 * there are no tools.
 */
export function chooseTools(
  tools: readonly Tool[],
  choice: v.InferOutput<typeof toolChoice>,
): { tools: object[]; tool_choice: string | object } | undefined {
  const names: { name: string }[] =
    typeof choice === 'string' ? [] : choice.type === 'function' ? [choice] : choice.tools;
  const missing = names.find(({ name }) => !tools.some((one) => one.name === name));
  if (missing || (choice === 'required' && tools.length === 0))
    throw invalid(
      'tool_choice',
      missing
        ? `tool_choice names ${JSON.stringify(missing.name.slice(0, 100))}, which is not in tools.`
        : 'tool_choice is "required", but there are no tools. Send tools.',
    );
  if (tools.length === 0) return undefined;
  if (typeof choice === 'string') return { tools: tools.map(toChatTool), tool_choice: choice };
  const { type } = choice;
  if (type === 'function')
    return {
      tools: tools.map(toChatTool),
      tool_choice: { type, function: { name: choice.name } },
    };
  const allowed = tools.filter(({ name }) => names.some((one) => one.name === name));
  return { tools: allowed.map(toChatTool), tool_choice: choice.mode };
}

const toChatTool = ({ name, description, parameters, strict }: Tool) => ({
  type: 'function',
  function: { name, description, parameters, ...(strict == null ? {} : { strict }) },
});
