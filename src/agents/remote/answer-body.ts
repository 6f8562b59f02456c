import type { Redact } from '../../settings/secret.js';
import type { Answer } from './connection.js';
import { clip, remoteError } from './remote-error.js';

/** The parts of OpenAI's objects that are read. Any of them can be missing. */
export interface Body {
  error?: { message?: unknown } | string;
  choices?: Choice[];
  usage?: TokenCounts | null;
  prompt_token_ids?: unknown;
  data?: unknown;
}

export interface Choice {
  message?: Part | null;
  delta?: Part | null;
  finish_reason?: unknown;
  token_ids?: unknown;
}

/** A message, or a delta of one. */
export interface Part {
  content?: unknown;
  /** DeepSeek, llama.cpp and others. vLLM calls it `reasoning`. */
  reasoning_content?: unknown;
  reasoning?: unknown;
  tool_calls?: (CallPart | null)[] | null;
}

/** A call, or a piece of one. Some servers send the arguments as an object instead of JSON. */
export interface CallPart {
  index?: number;
  id?: string;
  function?: { name?: string; arguments?: unknown };
}

export interface TokenCounts {
  prompt_tokens: number;
  completion_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number };
}

/** Reads an answer that is one JSON object. */
export async function readJson({ response, alive, redact }: Answer): Promise<Body> {
  const { url } = response;
  const text = await response.text().catch((cause: unknown) => {
    throw remoteError(
      'network',
      'connection-lost',
      `${new URL(url).host} hung up before its answer was complete. Try again; ` +
        "if it happens again, check the server's log.",
      { url },
      cause,
    );
  });
  alive();
  return parseBody(text, url, redact);
}

/** @throws UnmockedError `remote-invalid`. */
export function parseBody(text: string, url: string, redact: Redact): Body {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // No cause: the parser's error quotes the text, which may contain the key.
    throw remoteError(
      'remote-invalid',
      'not-json',
      `${url} answered with broken JSON, perhaps cut off: ` +
        `${clip(redact(text))} (${text.length} characters). Try again; ` +
        "if it happens again, check the server's log.",
      { url },
    );
  }
  if (typeof body === 'object' && body !== null) return body;
  throw remoteError(
    'remote-invalid',
    'malformed',
    `${url} answered with JSON that is not an object: ${clip(redact(text))}. ` +
      'Is it an OpenAI-compatible server?',
    { url },
  );
}

/** Some servers report a failure with status 200, or in the middle of a stream. */
export function throwErrorOf({ error }: Body, url: string, redact: Redact): void {
  if (!error) return;
  const message = typeof error === 'string' ? error : error.message;
  throw remoteError(
    'remote-error',
    'server-error',
    `${new URL(url).host} failed: ${clip(redact(String(message ?? 'it does not say why')))}. ` +
      "Check the server's log.",
    { url },
  );
}

export const noChoices = (url: string, text = '') =>
  remoteError(
    'remote-invalid',
    'no-choices',
    `${url} answered without a choice${text ? `: ${clip(text)}` : ''}. Is it a chat model?`,
    { url },
  );
