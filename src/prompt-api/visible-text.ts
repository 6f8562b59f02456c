import type { Tool, ToolCall } from '../agents/agent.js';
import { parseReply } from '../agents/reply/parse-reply.js';
import { ReasoningStream } from '../agents/reply/reasoning-stream.js';

const MARKERS = ['TOOL_CALL:', '<tool_call>'];
/** A call that is complete: a line, or an element. */
const CALL = /TOOL_CALL:[^\n]*\n|<tool_call>[\s\S]*?<\/tool_call>/;
/** At the end of a reply, a line needs no line break. */
const LAST_CALL = /TOOL_CALL:[^\n]*(?:\n|$)|<tool_call>[\s\S]*?<\/tool_call>/;

/**
 * Takes the calls of offered tools out of a reply while it arrives. What may become a call is held
 * back; calls of other tools are ordinary text.
 */
export class ToolCallFilter {
  readonly calls: ToolCall[] = [];
  readonly #offered: readonly Tool[];
  readonly #reasoning = new ReasoningStream();
  #held = '';

  constructor(offered: readonly Tool[]) {
    this.#offered = offered;
  }

  /** Returns the text that can be shown now, without reasoning. */
  push(text: string): string {
    return this.#take(this.#reasoning.push(text).response, CALL);
  }

  /** Ends the reply and returns the rest of its text. */
  end(): string {
    return this.#take(this.#reasoning.flush().response, LAST_CALL) + this.#release(0);
  }

  #take(text: string, pattern: RegExp): string {
    if (this.#offered.length === 0) return text;
    this.#held += text;
    let shown = '';
    for (let match = pattern.exec(this.#held); match; match = pattern.exec(this.#held)) {
      const calls = parseReply(match[0], this.#offered).toolCalls.filter(({ name }) =>
        this.#offered.some((tool) => tool.name === name),
      );
      const end = match.index + match[0].length;
      shown += this.#held.slice(0, calls.length > 0 ? match.index : end);
      this.calls.push(...calls);
      this.#held = this.#held.slice(end);
    }
    return shown + this.#release(heldLength(this.#held));
  }

  /** @param keep how many characters at the end stay. */
  #release(keep: number): string {
    const at = this.#held.length - keep;
    const shown = this.#held.slice(0, at);
    this.#held = this.#held.slice(at);
    return shown;
  }
}

/** How many characters at the end of a text may become a call. */
function heldLength(text: string): number {
  const lengths = MARKERS.map((marker) => {
    const at = text.indexOf(marker);
    if (at >= 0) return text.length - at;
    for (let length = marker.length - 1; length > 0; length--)
      if (text.endsWith(marker.slice(0, length))) return length;
    return 0;
  });
  return Math.max(...lengths);
}
