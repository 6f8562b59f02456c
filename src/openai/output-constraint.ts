import { calls, toConstraint } from '../agents/prompt/forced-output.js';
import type { Constraint, JsonSchema } from '../engine/constraint/constraint.js';
import { hasCode } from '../errors.js';
import { invalid } from './api-error.js';
import type { ChatRequest } from './chat-request.js';
import { toTool } from './conversation.js';
import type { ServedModel } from './served-model.js';

/**
 * What decoding is constrained to. A strict tool that the model need not call leaves the text free,
 * but a call in `<tool_call>` tags fits its schema. Undefined: nothing.
 */
export function constraintOf(request: ChatRequest): Constraint | undefined {
  const constraint = toConstraint({ ...request, tools: request.tools.map(toTool) });
  if (constraint || !request.tools.some(isStrict)) return constraint;
  const tools = request.tools.map((tool) =>
    isStrict(tool) ? toTool(tool) : { name: tool.function.name },
  );
  return {
    type: 'sequence',
    parts: [
      { type: 'text-without', text: '<tool_call>' },
      { type: 'choice', options: ['', calls(tools, request.parallelToolCalls ? undefined : 1)] },
    ],
  };
}

/**
 * Checks a request's constraint, and finds the schema that is wrong.
 *
 * @throws ApiError 400 `unsupported_schema` that names the keyword and its place.
 */
export async function checkConstraint(
  request: ChatRequest,
  constraint: Constraint,
  model: ServedModel,
): Promise<void> {
  const problem = await problemOf(constraint, model);
  if (!problem) return;
  for (const { schema, param, owner } of constrainedSchemas(request)) {
    const own = await problemOf({ type: 'json-schema', schema }, model);
    if (own) throw invalid(param, `${owner}: ${own}`, 'unsupported_schema');
  }
  throw invalid('response_format', problem, 'unsupported_schema');
}

/** What is wrong with a constraint. */
async function problemOf(constraint: Constraint, model: ServedModel): Promise<string | undefined> {
  try {
    await model.checkConstraint(constraint);
    return undefined;
  } catch (error) {
    if (hasCode(error, 'invalid-constraint', 'unsupported')) return error.message;
    throw error;
  }
}

interface ConstrainedSchema {
  schema: JsonSchema;
  param: string;
  owner: string;
}

function constrainedSchemas({ tools, toolChoice, responseFormat }: ChatRequest) {
  const schemas: ConstrainedSchema[] = [];
  const isForced = toolChoice === 'required' || typeof toolChoice === 'object';
  if (responseFormat?.type === 'json-schema' && !isForced)
    schemas.push({
      schema: responseFormat.schema,
      param: 'response_format',
      owner: `The response format "${responseFormat.name}"`,
    });
  for (const tool of tools) {
    const { name, parameters } = tool.function;
    const isCallable = typeof toolChoice !== 'object' || toolChoice.name === name;
    if (isCallable && (isForced || responseFormat || isStrict(tool)))
      schemas.push({
        schema: { type: 'object', ...parameters },
        param: 'tools',
        owner: `The parameters of the tool "${name}"`,
      });
  }
  return schemas;
}

const isStrict = (tool: ChatRequest['tools'][number]): boolean => tool.function.strict === true;
