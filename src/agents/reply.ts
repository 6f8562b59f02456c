import type { ToolCall } from './agent.js';

export interface ParsedReply {
  thinking: string;
  response: string;
  code: string[];
  toolCalls: ToolCall[];
  problems: string[];
}

const THINK = /<(think|thinking|reasoning)>([\s\S]*?)(<\/\1>|$)/gi;
const CODE = /```[^\n`]*\n?([\s\S]*?)```/g;
const TOOL_CALL_LINE = /^[ \t]*TOOL_CALL:[ \t]*(.*)$/gm;
const TOOL_CALL_TAG = /<tool_call>([\s\S]*?)(<\/tool_call>|$)/g;
const CALL = /^([A-Za-z_][\w.-]*)\((.*)\)\.?$/s;

/**
 * Takes a model's output apart: reasoning in `<think>` tags, tool calls (`TOOL_CALL: name(key=value)` lines or JSON in `<tool_call>`
 * tags), fenced code, and the rest as the response. Never throws: what is malformed is named in `problems`. The text is never HTML.
 */
export function parseReply(text: string): ParsedReply {
  const thinking: string[] = [];
  const problems: string[] = [];
  const toolCalls: ToolCall[] = [];

  let rest = text.replace(THINK, (_, _tag: string, content: string, close: string) => {
    thinking.push(content.trim());
    if (!close) problems.push('The reasoning was never closed: everything after its tag counts as reasoning.');
    return '';
  });
  const addCall = (raw: string, call: Omit<ToolCall, 'raw'> | string) => {
    if (typeof call === 'string') problems.push(call);
    else toolCalls.push({ ...call, raw });
  };
  rest = rest.replace(TOOL_CALL_LINE, (line: string, call: string) => {
    addCall(line.trim(), parseCall(call.trim()));
    return '';
  });
  rest = rest.replace(TOOL_CALL_TAG, (whole: string, json: string, close: string) => {
    addCall(whole, close ? parseJsonCall(json) : `A tool call was never closed: ${clip(whole)}`);
    return '';
  });
  return {
    thinking: thinking.join('\n'),
    response: rest.trim(),
    code: [...rest.matchAll(CODE)].map((match) => match[1]!.replace(/\n$/, '')),
    toolCalls,
    problems,
  };
}

function parseCall(text: string): Omit<ToolCall, 'raw'> | string {
  const match = CALL.exec(text);
  if (!match) return `A tool call is malformed: ${clip(text)}. Expected name(key=value, …).`;
  const args: Record<string, string> = {};
  for (const part of splitArguments(match[2]!)) {
    const at = part.indexOf('=');
    if (at < 1) return `A tool call has an argument without a name: ${clip(text)}. Expected name(key=value, …).`;
    args[part.slice(0, at).trim()] = part.slice(at + 1).trim().replace(/^(["'])(.*)\1$/s, '$2');
  }
  return { name: match[1]!, arguments: args };
}

/** At commas that stand outside quotes. */
function splitArguments(text: string): string[] {
  return text.match(/(?:"[^"]*"|'[^']*'|[^,])+/g)?.map((part) => part.trim()).filter(Boolean) ?? [];
}

function parseJsonCall(json: string): Omit<ToolCall, 'raw'> | string {
  try {
    const call = JSON.parse(json) as { name?: unknown; arguments?: unknown };
    if (typeof call?.name !== 'string') return `A tool call has no name: ${clip(json)}`;
    const args = typeof call.arguments === 'object' && call.arguments !== null ? call.arguments : {};
    return { name: call.name, arguments: Object.fromEntries(Object.entries(args).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])) };
  } catch {
    return `A tool call is not JSON: ${clip(json)}`;
  }
}

const clip = (text: string) => (text.length > 120 ? `${text.slice(0, 120)}…` : text);
