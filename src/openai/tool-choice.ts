import * as v from 'valibot';
import type { ToolChoice } from '../agents/agent.js';
import { record } from '../agents/input/schemas.js';
import { invalid, kindOf } from './api-error.js';
import { strict, text } from './fields.js';

/* The tools of POST /v1/chat/completions, and which of them the model may or must call. */

const NAME = 'a name of 1 to 64 letters, digits, _ and -';
export const identifier = v.pipe(text(NAME), v.regex(/^[\w-]{1,64}$/, NAME));

const PARAMETERS = 'a JSON Schema of an object';
const isMap = (value: unknown) =>
  value == null || (typeof value === 'object' && !Array.isArray(value));
const parameters = v.pipe(
  record,
  v.check(({ properties }) => isMap(properties), `${PARAMETERS}: its properties are an object`),
);

const tool = strict({
  type: v.literal('function', '"function"'),
  function: strict({
    name: identifier,
    description: v.nullish(text()),
    parameters: v.nullish(parameters),
    strict: v.nullish(v.boolean('true or false')),
  }),
});
export type ChatTool = v.InferOutput<typeof tool>;

export const tools = v.nullish(
  v.pipe(
    v.array(tool, 'an array of tools'),
    v.nonEmpty('left out, or an array of at least one tool'),
  ),
);

const named = strict({
  type: v.literal('function', '"function"'),
  function: strict({ name: text() }),
});
const CHOICES =
  '"none", "auto", "required", { type: "function", function: { name } } or ' +
  '{ type: "allowed_tools", allowed_tools: { mode, tools } }';
export const toolChoice = v.nullish(
  v.union(
    [
      v.picklist(['none', 'auto', 'required']),
      named,
      strict({
        type: v.literal('allowed_tools'),
        allowed_tools: strict({
          mode: v.picklist(['auto', 'required']),
          tools: v.pipe(v.array(named), v.nonEmpty()),
        }),
      }),
    ],
    CHOICES,
  ),
);

export interface ChosenTools {
  /** The tools that the model may call. */
  tools: ChatTool[];
  toolChoice: ToolChoice;
}

/**
 * The tools that the model may call, and whether it has to.
 *
 * @throws ApiError 400 if a name is there twice or is not there, or if there are no tools to choose.
 */
export function chooseTools(
  given: readonly ChatTool[] | null | undefined,
  choice: v.InferOutput<typeof toolChoice>,
): ChosenTools {
  const offered = [...(given ?? [])];
  const names = offered.map((one) => one.function.name);
  const twice = names.findIndex((name, at) => names.indexOf(name) < at);
  if (twice >= 0)
    throw invalid(
      `tools[${twice}].function.name`,
      `tools[${twice}].function.name is ${kindOf(names[twice])}, but has to be another name ` +
        'than those of the tools before it.',
    );
  if (choice != null && !given)
    throw invalid('tool_choice', 'tool_choice is given, but is allowed only with tools.');
  if (choice === 'none') return { tools: [], toolChoice: choice };
  if (choice == null || typeof choice === 'string')
    return { tools: offered, toolChoice: choice ?? 'auto' };

  const find = (name: string) => {
    const found = offered.find((one) => one.function.name === name);
    if (found) return found;
    throw invalid(
      'tool_choice',
      `tool_choice names ${kindOf(name)}, which is not among the tools. ` +
        `Tools: ${names.map((one) => `"${one}"`).join(', ')}.`,
    );
  };
  if (choice.type === 'function')
    return { tools: offered, toolChoice: { name: find(choice.function.name).function.name } };
  const { mode, tools: allowed } = choice.allowed_tools;
  const wanted = new Set(allowed.map((one) => find(one.function.name)));
  return { tools: offered.filter((one) => wanted.has(one)), toolChoice: mode };
}
