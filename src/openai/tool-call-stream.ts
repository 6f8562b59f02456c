import type { Tool, ToolCall } from '../agents/agent.js';
import { parseReply } from '../agents/reply/parse-reply.js';
import { THINK_TAG } from '../agents/reply/reasoning-stream.js';

const MARK = 'TOOL_CALL:';
const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';
/** A call on a line of its own. The line break before it is part of the call. */
const LINE = /(?:^|\n)[ \t]*TOOL_CALL:/;

export interface ReplyPieces {
  content: string;
  calls: ToolCall[];
}

/**
 * Takes tool calls out of text that arrives in pieces. Text that may begin a call is held back. A
 * call that is malformed, never ends, or names a tool that was not offered is content.
 */
export class ToolCallStream {
  readonly #tools: readonly Tool[];
  #held = '';
  /** All content so far. Shows whether a line begins here and whether reasoning is open. */
  #content = '';

  /** @param tools their schemas give the arguments their types. */
  constructor(tools: readonly Tool[]) {
    this.#tools = tools;
  }

  push(text: string): ReplyPieces {
    this.#held += text;
    return this.#scan(false);
  }

  /** Returns what was held back. Call it at the end of the output. */
  flush(): ReplyPieces {
    return this.#scan(true);
  }

  #scan(isEnd: boolean): ReplyPieces {
    const pieces: ReplyPieces = { content: '', calls: [] };
    for (let from = 0; ;) {
      const start = this.#nextCall(from);
      const end = start < 0 ? -1 : this.#endOfCall(start, isEnd);
      if (end < 0) {
        const safe = isEnd
          ? this.#held.length
          : start < 0
            ? this.#held.length - this.#beginningLength()
            : start;
        pieces.content += this.#take(safe);
        return pieces;
      }
      const call = this.#isInReasoning(start)
        ? undefined
        : this.#read(this.#held.slice(start, end));
      if (call) {
        pieces.content += this.#take(start);
        this.#held = this.#held.slice(end - start);
        pieces.calls.push(call);
        from = 0;
      } else {
        from = end;
      }
    }
  }

  /** Index of the next call in the held text, or -1. */
  #nextCall(from: number): number {
    const rest = this.#held.slice(from);
    const line = LINE.exec(rest);
    const isLine = line && (line[0].startsWith('\n') || (from === 0 && this.#atStartOfLine()));
    const later = isLine || !line ? line : LINE.exec(rest.slice(1));
    const lineAt = !later ? -1 : isLine ? later.index : later.index + 1;
    const tagAt = rest.indexOf(OPEN);
    const found = [lineAt, tagAt].filter((at) => at >= 0);
    return found.length === 0 ? -1 : from + Math.min(...found);
  }

  /** Index after the call, or -1 if its end has not come yet. */
  #endOfCall(start: number, isEnd: boolean): number {
    const isTag = this.#held.startsWith(OPEN, start);
    const at = isTag ? this.#held.indexOf(CLOSE, start) : this.#held.indexOf('\n', start + 1);
    if (at >= 0) return isTag ? at + CLOSE.length : at;
    return isEnd ? this.#held.length : -1;
  }

  /** Length of the longest end of the held text that may become a call. */
  #beginningLength(): number {
    const lineAt = Math.max(this.#held.lastIndexOf('\n'), this.#atStartOfLine() ? 0 : -1);
    const line = lineAt < 0 ? undefined : this.#held.slice(lineAt).replace(/^\n/, '').trimStart();
    const ofLine = line !== undefined && MARK.startsWith(line) ? this.#held.length - lineAt : 0;
    let ofTag = Math.min(OPEN.length - 1, this.#held.length);
    while (!OPEN.startsWith(this.#held.slice(this.#held.length - ofTag))) ofTag--;
    return Math.max(ofLine, ofTag);
  }

  #atStartOfLine(): boolean {
    return this.#content === '' || this.#content.endsWith('\n');
  }

  #isInReasoning(at: number): boolean {
    const tags = [...(this.#content + this.#held.slice(0, at)).matchAll(THINK_TAG)];
    return tags.reduce((depth, [, slash]) => Math.max(0, depth + (slash ? -1 : 1)), 0) > 0;
  }

  #take(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#content += text;
    return text;
  }

  #read(text: string): ToolCall | undefined {
    const { toolCalls, problems } = parseReply(text, this.#tools);
    const [call] = toolCalls;
    const isOffered = this.#tools.some(({ name }) => name === call?.name);
    return problems.length === 0 && isOffered ? call : undefined;
  }
}
