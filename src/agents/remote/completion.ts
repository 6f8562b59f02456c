import { createParser } from 'eventsource-parser';
import type { Redact } from '../../settings/secret.js';
import { UnmockedError } from '../../errors.js';
import type { FinishReason, TokenPiece, ToolCall } from '../agent.js';
import type { Answer } from './connection.js';
import { readToolCall } from './messages.js';
import { clip, remoteError } from './remote-errors.js';

/** What a server computed, however it sent it. */
export interface Completion {
  /** The output as one text; reasoning that came apart from it stands in `<think>` tags. */
  text: string;
  /** The same without that reasoning: what the server is told next time. */
  content: string;
  toolCalls: ToolCall[];
  problems: string[];
  finishReason: FinishReason;
  usage:
    | {
        prompt_tokens: number;
        completion_tokens: number;
        prompt_tokens_details?: { cached_tokens?: number };
      }
    | undefined;
  promptTokenIds: number[];
  outputTokenIds: number[];
}

/** The parts of OpenAI's forms that are read; nothing in them is believed to be there. */
interface Body {
  error?: { message?: unknown } | string;
  choices?: Choice[];
  usage?: Completion['usage'] | null;
  prompt_token_ids?: unknown;
}
interface Choice {
  message?: Part | null;
  delta?: Part | null;
  finish_reason?: unknown;
  token_ids?: unknown;
}
interface Part {
  content?: unknown;
  /** DeepSeek, llama.cpp and others; vLLM has moved on to `reasoning`. */
  reasoning_content?: unknown;
  reasoning?: unknown;
  tool_calls?:
    | { index?: number; id?: string; function?: { name?: string; arguments?: string } }[]
    | null;
}

interface Call {
  id?: string;
  function: { name: string; arguments: unknown };
}

/** More pieces than this for each token asked for, and some to begin with, are no reply any more. */
const PIECES = { perToken: 4, more: 64 };

/** The JSON object of an answer that came as one. */
export async function readJson({
  response,
  alive,
  redact,
}: Answer): Promise<Body & { data?: unknown }> {
  const { url } = response;
  const text = await response.text().catch((cause: unknown) => {
    throw remoteError(
      'network',
      'connection-lost',
      `${new URL(url).host} hung up before its answer was whole. Try again; if it goes on, look into the server's log.`,
      { url },
      cause,
    );
  });
  alive();
  return parseJson(text, url, redact);
}

/** Reads an answer that came as one JSON text. */
export async function readCompletion(answer: Answer): Promise<Completion> {
  const {
    response: { url },
    redact,
  } = answer;
  const body = await readJson(answer);
  const text = JSON.stringify(body);
  throwErrorOf(body, url, redact);
  const choice = body.choices?.[0];
  if (!choice) throw noChoices(url, redact(text));
  if (typeof choice.message !== 'object' || choice.message === null)
    throw remoteError(
      'remote-invalid',
      'malformed',
      `${url} answered with a choice without a message: ${clip(redact(text))}. Is it an OpenAI-compatible server?`,
      { url },
    );
  const assembly = new Assembly();
  assembly.take(body, choice, choice.message);
  return assembly.finish();
}

/**
 * Reads an answer that comes as server-sent events.
 *
 * @throws UnmockedError with the text so far in `details.text`, once there is some.
 */
export async function readStream(
  answer: Answer,
  maxTokens: number,
  onPiece: (piece: TokenPiece) => void,
): Promise<Completion> {
  const { response, alive, begun, redact } = answer;
  const { url } = response;
  const assembly = new Assembly();
  const limit = maxTokens * PIECES.perToken + PIECES.more;
  let pieces = 0;
  let events = 0;
  let choices = 0;
  let done = false;
  const onEvent = ({ data }: { data: string }) => {
    if (done) return;
    if (data.trim() === '[DONE]') {
      done = true;
      return;
    }
    const body = parseJson(data, url, redact);
    throwErrorOf(body, url, redact);
    const choice = body.choices?.[0];
    if (choice) choices++;
    const text = assembly.take(body, choice, choice?.delta ?? {});
    const tokenIds = readIds(choice?.token_ids);
    // Only what holds something is a sign of life; an endless trickle of nothing is silence.
    if (
      text === '' &&
      tokenIds.length === 0 &&
      !choice?.finish_reason &&
      !choice?.delta?.tool_calls?.length
    )
      return;
    alive();
    if (++events > limit)
      throw remoteError(
        'remote-invalid',
        'endless',
        `${new URL(url).host} does not stop: ${limit} pieces came, ${maxTokens} tokens were asked for. Does it know max_tokens?`,
        { url },
      );
    if (text === '' && tokenIds.length === 0) return;
    begun();
    onPiece({ index: pieces++, tokenId: tokenIds.at(-1), text });
  };
  try {
    const parser = createParser({ onEvent });
    const decoder = new TextDecoder();
    for await (const bytes of chunksOf(response)) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      if (done) break;
    }
    if (choices === 0) throw noChoices(url, '');
    if (!done && !assembly.finished)
      throw remoteError(
        'network',
        'cut',
        `${new URL(url).host} ended its stream before the reply was whole. Try again; if it goes on, look into the server's log.`,
        { url },
      );
    const closing = assembly.close();
    if (closing) onPiece({ index: pieces++, text: closing });
    return assembly.finish();
  } catch (error) {
    if (!(error instanceof UnmockedError) || !assembly.text) throw error;
    throw new UnmockedError(error.code, error.message, {
      cause: error.cause,
      details: { ...error.details, text: assembly.text },
    });
  }
}

/** The body's bytes as they come; a body that breaks off is an error of its own. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  const { url } = response;
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((cause: unknown) => {
        throw remoteError(
          'network',
          'cut',
          `${new URL(url).host} hung up in the middle of its reply. Try again; if it goes on, look into the server's log.`,
          { url },
          cause,
        );
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops listening wants no more; a body that broke has nothing to cancel.
    reader.cancel().catch(() => undefined);
  }
}

/** Puts a completion together from its parts: one message, or the deltas of a stream. */
class Assembly {
  text = '';
  #content = '';
  #reasons = false;
  #calls: Call[] = [];
  /** Those of a stream, by their index. */
  #open = new Map<number, Call>();
  #finish: unknown;
  #usage: Completion['usage'];
  #promptTokenIds: number[] = [];
  #outputTokenIds: number[] = [];

  get finished(): boolean {
    return typeof this.#finish === 'string';
  }

  /** Returns the text that this part adds. */
  take(body: Body, choice: Choice | undefined, part: Part): string {
    if (body.usage && typeof body.usage === 'object') this.#usage = body.usage;
    this.#promptTokenIds.push(...readIds(body.prompt_token_ids));
    this.#outputTokenIds.push(...readIds(choice?.token_ids));
    if (choice?.finish_reason) this.#finish = choice.finish_reason;
    for (const call of Array.isArray(part.tool_calls) ? part.tool_calls : [])
      if (call) this.#takeCall(call);
    const reasoning = readContent(part.reasoning_content ?? part.reasoning);
    const content = readContent(part.content);
    let added = '';
    if (reasoning) {
      if (!this.#reasons) added += '<think>';
      this.#reasons = true;
      added += reasoning;
    }
    if (content) added += this.#endReasoning() + content;
    this.text += added;
    this.#content += content;
    return added;
  }

  /** The end tag of reasoning that no content followed. */
  close(): string {
    const closing = this.#endReasoning();
    this.text += closing;
    return closing;
  }

  #endReasoning(): string {
    const ends = this.#reasons;
    this.#reasons = false;
    return ends ? '</think>' : '';
  }

  /** A call's arguments come in pieces; the first has its id and name. */
  #takeCall(piece: {
    index?: number;
    id?: string;
    function?: { name?: string; arguments?: unknown };
  }): void {
    let call = piece.index === undefined ? undefined : this.#open.get(piece.index);
    // Some servers number all calls 0: an id that is another begins another call.
    if (!call || (piece.id && call.id && piece.id !== call.id)) {
      call = { function: { name: '', arguments: '' } };
      this.#calls.push(call);
      if (piece.index !== undefined) this.#open.set(piece.index, call);
    }
    if (piece.id) call.id = piece.id;
    call.function.name += piece.function?.name ?? '';
    const { arguments: args } = piece.function ?? {};
    call.function.arguments =
      typeof args === 'object' && args !== null
        ? args
        : `${String(call.function.arguments)}${String(args ?? '')}`;
  }

  finish(): Completion {
    this.close();
    const toolCalls: ToolCall[] = [];
    const problems: string[] = [];
    for (const call of this.#calls) {
      const read = readToolCall(call);
      if (typeof read === 'string') problems.push(read);
      else toolCalls.push(read);
    }
    if (this.#finish === 'content_filter')
      problems.push('The server held back a part of the reply (content_filter).');
    return {
      text: this.text,
      content: this.#content,
      toolCalls,
      problems,
      finishReason: readFinishReason(this.#finish),
      usage: this.#usage,
      promptTokenIds: this.#promptTokenIds,
      outputTokenIds: this.#outputTokenIds,
    };
  }
}

function readFinishReason(reason: unknown): FinishReason {
  if (reason === 'length') return 'length';
  return reason === 'tool_calls' || reason === 'function_call' ? 'tool_calls' : 'stop';
}

/** A text, or (some servers) a list of parts with texts. */
function readContent(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content)
    ? content
        .map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : ''))
        .join('')
    : '';
}

const readIds = (ids: unknown): number[] =>
  Array.isArray(ids) && ids.every((id) => typeof id === 'number') ? ids : [];

function parseJson(text: string, url: string, redact: Redact): Body {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // The parser's own error quotes the text, key or not.
    throw remoteError(
      'remote-invalid',
      'not-json',
      `${url} answered with broken JSON, perhaps cut off: ${clip(redact(text))} (${text.length} characters). Try again; if it goes on, look into the server's log.`,
      { url },
    );
  }
  throw remoteError(
    'remote-invalid',
    'malformed',
    `${url} answered with JSON that is no object: ${clip(redact(text))}. Is it an OpenAI-compatible server?`,
    { url },
  );
}

/** Some servers say in a 200, or in mid-stream, that they failed. */
function throwErrorOf({ error }: Body, url: string, redact: Redact): void {
  if (!error) return;
  const message = typeof error === 'string' ? error : error.message;
  throw remoteError(
    'remote-error',
    'server-error',
    `${new URL(url).host} failed: ${clip(redact(String(message ?? 'it does not say why')))}. Look into the server's log.`,
    { url },
  );
}

const noChoices = (url: string, text: string) =>
  remoteError(
    'remote-invalid',
    'no-choices',
    `${url} answered without a choice in it${text ? `: ${clip(text)}` : ''}. Is the model one for chat?`,
    { url },
  );
