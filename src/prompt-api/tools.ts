import type { JsonSchema, Tool } from '../agents/agent.js';
import { untilAborted } from '../errors.js';
import { toDictionary, toSequence } from './convert.js';
import { exception } from './exceptions.js';

/** A tool that was checked. Its schema is a copy. */
export interface SessionTool extends Tool {
  execute(args: Record<string, unknown>): unknown;
}

/**
 * @throws TypeError when a tool has the wrong form or two have one name; what a schema's getters
 *   throw passes through.
 */
export function readTools(given: unknown): SessionTool[] {
  if (given === undefined) return [];
  const tools = toSequence(given, 'tools').map((item) => {
    const { name, description, inputSchema, execute } = toDictionary(item, 'tools[]');
    const tool = {
      name: requiredString(name, 'name'),
      description: requiredString(description, 'description'),
    };
    if (typeof execute !== 'function')
      throw new TypeError(`The tool "${tool.name}" has no execute function.`);
    return {
      ...tool,
      parameters: readSchema(inputSchema, tool.name),
      execute: execute as SessionTool['execute'],
    };
  });
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice) throw new TypeError(`Two tools have the name "${twice}".`);
  return tools;
}

/**
 * Carries out one call.
 *
 * @throws `UnknownError` with the tool's own error as its cause, so that a broken tool is not
 *   hidden by a polite reply; the signal's reason as soon as it aborts.
 */
export async function callTool(
  tool: SessionTool,
  args: Record<string, unknown>,
  signal: AbortSignal,
): Promise<string> {
  try {
    const running = Promise.resolve(tool.execute(args));
    return String(await untilAborted(running, signal));
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw exception('UnknownError', `The tool "${tool.name}" failed: ${why}`, cause);
  }
}

function requiredString(value: unknown, member: string): string {
  if (value === undefined || String(value) === '') throw new TypeError(`A tool has no ${member}.`);
  return String(value);
}

function readSchema(given: unknown, name: string): JsonSchema {
  const wrong = (what: string) => new TypeError(`The inputSchema of the tool "${name}" ${what}.`);
  if (typeof given !== 'object' || given === null) throw wrong('is not an object');
  const { type, properties, required } = given as Record<string, unknown>;
  if (type !== 'object') throw wrong('does not have the type "object"');
  if (properties !== undefined && (typeof properties !== 'object' || properties === null))
    throw wrong('has properties that are not an object');
  if (required !== undefined && !Array.isArray(required))
    throw wrong('has a required member that is not an array');
  return JSON.parse(JSON.stringify(given)) as JsonSchema; // a circular schema is a TypeError
}
