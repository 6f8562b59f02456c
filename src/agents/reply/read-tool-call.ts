import type { Tool, ToolCall } from '../agent.js';
import { fitArguments, typeArguments, type WrittenArgument } from './typed-arguments.js';

/** A call, or what is wrong with it. */
export type ReadCall = Omit<ToolCall, 'raw'> | string;

const CALL = /^([A-Za-z_][\w.-]*)\((.*)\)\.?$/s;

/** Reads a call in the words of the bundled model: `name(key=value, …)`. */
export function readTextCall(text: string, tools: readonly Tool[]): ReadCall {
  const [, name, list] = CALL.exec(text) ?? [];
  if (name === undefined || list === undefined)
    return `A tool call is malformed: ${clip(text)}. Expected name(key=value, …).`;
  const written: WrittenArgument[] = [];
  for (const part of splitArguments(list)) {
    const at = part.indexOf('=');
    if (at < 1)
      return (
        `A tool call has an argument without a name: ${clip(text)}. ` +
        'Expected name(key=value, …).'
      );
    const value = part.slice(at + 1).trim();
    const [, , quoted] = /^(["'])(.*)\1$/s.exec(value) ?? [];
    written.push({
      name: part.slice(0, at).trim(),
      text: quoted ?? value,
      quoted: quoted !== undefined,
    });
  }
  const tool = tools.find((candidate) => candidate.name === name);
  return { name, arguments: typeArguments(written, tool?.parameters) };
}

/**
 * Reads a call in the words of many models and of OpenAI's API: `{ name, arguments }`. Its
 * arguments keep their JSON types if the tool's schema allows them.
 */
export function readJsonCall(json: string, tools: readonly Tool[]): ReadCall {
  try {
    const call = JSON.parse(json) as { name?: unknown; arguments?: unknown } | null;
    if (typeof call?.name !== 'string') return `A tool call has no name: ${clip(json)}`;
    // OpenAI's API writes the arguments as JSON in a string.
    const args: unknown =
      typeof call.arguments === 'string' ? JSON.parse(call.arguments) : (call.arguments ?? {});
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      return `The arguments of a tool call are not an object: ${clip(json)}`;
    const { name } = call;
    const tool = tools.find((candidate) => candidate.name === name);
    return { name, arguments: fitArguments(args as Record<string, unknown>, tool?.parameters) };
  } catch {
    return `A tool call is not JSON: ${clip(json)}`;
  }
}

/** Splits at commas, but not at those in a quoted value or in a JSON array or object. */
function splitArguments(list: string): string[] {
  const parts = list.match(/[^,=]*=\s*(?:"[^"]*"|'[^']*')\s*(?=,|$)|[^,]+/g) ?? [];
  const whole: string[] = [];
  while (parts.length > 0) {
    const length = /^[^=]*=\s*[[{]/.test(parts[0]!) ? jsonLength(parts) : 1;
    whole.push(parts.splice(0, length).join(',').trim());
  }
  return whole.filter(Boolean);
}

/** How many parts make up the JSON value that begins in the first part. 1 if they make up none. */
function jsonLength(parts: readonly string[]): number {
  for (let length = 1; length <= Math.min(parts.length, MAX_JSON_PARTS); length++) {
    const [, ...value] = parts.slice(0, length).join(',').split('=');
    if (isJson(value.join('='))) return length;
  }
  return 1;
}

/** Bounds the work for output that looks like JSON and is not. */
const MAX_JSON_PARTS = 100;

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const clip = (text: string): string => (text.length > 120 ? `${text.slice(0, 120)}…` : text);
