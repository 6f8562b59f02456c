import type { ToolCall } from './agent.js';
import { THINK_TAG } from './reasoning-stream.js';

export interface ParsedReply {
  thinking: string;
  response: string;
  code: string[];
  toolCalls: ToolCall[];
  problems: string[];
}

const CODE = /```[^\n`]*\n?([\s\S]*?)```/g;
const TOOL_CALL_LINE = /^[ \t]*TOOL_CALL:[ \t]*(.*)$/gm;
const TOOL_CALL_TAG = /<tool_call>([\s\S]*?)(<\/tool_call>|$)/g;
const CALL = /^([A-Za-z_][\w.-]*)\((.*)\)\.?$/s;

/**
 * Takes a model's output apart: reasoning in `<think>` tags, tool calls (`TOOL_CALL: name(key=value)` lines or JSON in `<tool_call>`
 * tags), fenced code, and the rest as the response. Never throws: what is malformed is named in `problems`. The text is never HTML.
 */
export function parseReply(text: string): ParsedReply {
  const problems: string[] = [];
  const toolCalls: ToolCall[] = [];
  const { thinking, answer } = takeReasoning(text, problems);
  const addCall = (raw: string, call: Omit<ToolCall, 'raw'> | string) => {
    if (typeof call === 'string') problems.push(call);
    else toolCalls.push({ ...call, raw });
  };
  let rest = answer.replace(TOOL_CALL_LINE, (line: string, call: string) => {
    addCall(line.trim(), parseCall(call.trim()));
    return '';
  });
  rest = rest.replace(TOOL_CALL_TAG, (whole: string, json: string, close: string) => {
    addCall(whole, close ? parseJsonCall(json) : `A tool call was never closed: ${clip(whole)}`);
    return '';
  });
  return {
    thinking,
    response: rest.trim(),
    code: [...rest.matchAll(CODE)].map((match) => match[1]!.replace(/\n$/, '')),
    toolCalls,
    problems,
  };
}

/** Reasoning can stand within reasoning; and where the prompt opened it already, only its end is in the reply. */
function takeReasoning(text: string, problems: string[]): { thinking: string; answer: string } {
  const thinking: string[] = [];
  let answer = '';
  let depth = 0;
  let from = 0;
  for (const tag of text.matchAll(THINK_TAG)) {
    if (!tag[1]) {
      if (depth++ > 0) continue;
      answer += text.slice(from, tag.index);
    } else if (depth > 0) {
      if (--depth > 0) continue;
      thinking.push(text.slice(from, tag.index).trim());
    } else {
      problems.push(
        'The reasoning was never opened: everything before its end counts as reasoning.',
      );
      thinking.push((answer + text.slice(from, tag.index)).trim());
      answer = '';
    }
    from = tag.index + tag[0].length;
  }
  if (depth > 0) {
    problems.push('The reasoning was never closed: everything after its tag counts as reasoning.');
    thinking.push(text.slice(from).trim());
  } else {
    answer += text.slice(from);
  }
  return { thinking: thinking.join('\n'), answer };
}

function parseCall(text: string): Omit<ToolCall, 'raw'> | string {
  const match = CALL.exec(text);
  if (!match) return `A tool call is malformed: ${clip(text)}. Expected name(key=value, …).`;
  const args: [string, string][] = [];
  for (const part of splitArguments(match[2]!)) {
    const at = part.indexOf('=');
    if (at < 1)
      return `A tool call has an argument without a name: ${clip(text)}. Expected name(key=value, …).`;
    args.push([
      part.slice(0, at).trim(),
      part
        .slice(at + 1)
        .trim()
        .replace(/^(["'])(.*)\1$/s, '$2'),
    ]);
  }
  return { name: match[1]!, arguments: Object.fromEntries(args) };
}

/** At commas; those within a value that is quoted as a whole do not count, and an apostrophe is no quote. */
function splitArguments(text: string): string[] {
  return (text.match(/[^,=]*=\s*(?:"[^"]*"|'[^']*')\s*(?=,|$)|[^,]+/g) ?? [])
    .map((part) => part.trim())
    .filter(Boolean);
}

function parseJsonCall(json: string): Omit<ToolCall, 'raw'> | string {
  try {
    const call = JSON.parse(json) as { name?: unknown; arguments?: unknown };
    if (typeof call?.name !== 'string') return `A tool call has no name: ${clip(json)}`;
    // The OpenAI form writes the arguments as JSON in a text.
    const args: unknown =
      typeof call.arguments === 'string' ? JSON.parse(call.arguments) : (call.arguments ?? {});
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      return `The arguments of a tool call are not an object: ${clip(json)}`;
    return {
      name: call.name,
      arguments: Object.fromEntries(
        Object.entries(args).map(([key, value]) => [
          key,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
    };
  } catch {
    return `A tool call is not JSON: ${clip(json)}`;
  }
}

const clip = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text);
