import type { AssistantMessage } from '../agent.js';

/** An assistant's content, followed by its calls as the bundled model writes them. */
export const writeToolCalls = ({ content, toolCalls = [] }: AssistantMessage): string =>
  [content, ...toolCalls.map((call) => writeToolCall(call.name, call.arguments))]
    .filter(Boolean)
    .join('\n');

/** A call as a line. Arguments that are not an object can be given as the text to write. */
export function writeToolCall(
  name: string,
  args: Readonly<Record<string, unknown>> | string,
): string {
  const text =
    typeof args === 'string'
      ? args
      : Object.entries(args)
          .map(([key, value]) => `${key}=${writeValue(value)}`)
          .join(', ');
  return `TOOL_CALL: ${name}(${text})`;
}

/** Quotes a value only if it could be misread. */
function writeValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!/[,=]|^\s|\s$|^["']|^$/.test(text)) return text;
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
