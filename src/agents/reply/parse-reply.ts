import type { Tool, ToolCall } from '../agent.js';
import { clip, type ReadCall, readJsonCall, readTextCall } from './read-tool-call.js';
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

/**
 * Parses a model's output: reasoning in `<think>` tags, tool calls (`TOOL_CALL: name(key=value)`
 * lines or JSON in `<tool_call>` tags), fenced code, and the rest as the response. Never throws:
 * `problems` describes what is malformed. The output is never interpreted as HTML.
 *
 * @param tools their schemas give the arguments of calls their types.
 */
export function parseReply(text: string, tools: readonly Tool[] = []): ParsedReply {
  const problems: string[] = [];
  const toolCalls: ToolCall[] = [];
  const { thinking, answer } = takeReasoning(text, problems);
  const addCall = (raw: string, call: ReadCall) => {
    if (typeof call === 'string') problems.push(call);
    else toolCalls.push({ ...call, raw });
  };
  let rest = answer.replace(TOOL_CALL_LINE, (line: string, call: string) => {
    addCall(line.trim(), readTextCall(call.trim(), tools));
    return '';
  });
  rest = rest.replace(TOOL_CALL_TAG, (whole: string, json: string, close: string) => {
    addCall(
      whole,
      close ? readJsonCall(json, tools) : `A tool call was never closed: ${clip(whole)}`,
    );
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

/** Reasoning can be nested. If the prompt opened it, only its end is in the reply. */
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
