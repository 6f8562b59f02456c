import type { Constraint } from '../../engine/constraint/constraint.js';
import type { JsonSchema, ResponseFormat, Tool, ToolChoice } from '../messages.js';

export interface OutputRules {
  tools: readonly Tool[];
  /** Default: `auto`. */
  toolChoice?: ToolChoice;
  /** Default: text. */
  responseFormat?: ResponseFormat;
  /** Whether one reply may make several calls. Default: true. */
  parallelToolCalls?: boolean;
}

/** Bounds a reply that has to call tools: a weak model would go on until its limit. */
const MAX_CALLS = 8;

/**
 * What decoding must be constrained to, so that the output follows the rules on any model. Undefined:
 * nothing. Forced calls are in the Hermes form, which `parseReply` reads:
 * `<tool_call>{"name": …, "arguments": …}</tool_call>`. JSON has the spaces that models write by
 * themselves: where they cannot, a small model loses the thread and copies wrong values.
 */
export function toConstraint({
  tools,
  toolChoice = 'auto',
  responseFormat,
  parallelToolCalls = true,
}: OutputRules): Constraint | undefined {
  const isNamed = typeof toolChoice === 'object';
  if (isNamed || toolChoice === 'required')
    return calls(
      isNamed ? tools.filter(({ name }) => name === toolChoice.name) : tools,
      isNamed || !parallelToolCalls ? 1 : MAX_CALLS,
    );
  if (!responseFormat) return undefined;
  const json: Constraint =
    responseFormat.type === 'json'
      ? { type: 'json', spaced: true }
      : { type: 'json-schema', schema: responseFormat.schema, spaced: true };
  // With tools, the model may still call one instead.
  return tools.length === 0 || toolChoice === 'none'
    ? json
    : { type: 'choice', options: [json, calls(tools, parallelToolCalls ? MAX_CALLS : 1)] };
}

/** From one to `max` calls, each of one of the tools and with arguments that fit its schema. */
export function calls(tools: readonly Tool[], max = MAX_CALLS): Constraint {
  const options = tools.map(({ name, parameters = {} }): Constraint => {
    const head = `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `;
    const closed = declaresNothing(parameters) ? { additionalProperties: false } : {};
    const schema = { type: 'object', ...closed, ...parameters };
    return {
      type: 'sequence',
      parts: [head, { type: 'json-schema', schema, spaced: true }, '}\n</tool_call>'],
    };
  });
  return { type: 'repeat', of: { type: 'choice', options }, separator: '\n', min: 1, max };
}

/**
 * By such a schema people mean that a tool takes no arguments. By the specification it allows all.
 */
const declaresNothing = ({ properties = {}, ...schema }: JsonSchema): boolean =>
  Object.keys(properties as object).length === 0 && !DECLARING.some((keyword) => keyword in schema);
const DECLARING = [
  'required',
  'patternProperties',
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'enum',
  'const',
];
