import type { UnmockedError } from '../../errors.js';
import { clip, remoteError } from './remote-error.js';

export interface ServerFacts {
  /** The request's URL. It never contains a key. */
  url: string;
  model: string;
  /** The ids that `GET /models` listed. */
  models: readonly string[];
}

/** The error for an answer with a status of 400 or more. `text` is the answer's body. */
export function statusError(
  status: number,
  text: string,
  { url, model, models }: ServerFacts,
): UnmockedError {
  const { message, code } = readErrorBody(text);
  const said = message ? `: ${sentence(message)}` : '.';
  const details = { url, status };
  const host = new URL(url).host;
  if (status === 401 || status === 403)
    return remoteError(
      'unauthorized',
      'unauthorized',
      `${host} refuses the API key (status ${status})${said} Set the right key: ` +
        'OPENAI_API_KEY, api_key in config.toml, or the key in the settings.',
      details,
    );
  if (
    status === 404 &&
    model !== '' &&
    (/model_not_found/i.test(code) || message.includes(model))
  ) {
    const list =
      models.length > 0
        ? `It has: ${models.slice(0, 20).join(', ')}.`
        : 'List its models with GET /models.';
    return remoteError(
      'model-not-found',
      'no-such-model',
      `${host} has no model "${model}"${said} ${list}`,
      details,
    );
  }
  if (status === 404 || status === 405)
    return remoteError(
      'remote-error',
      'no-such-endpoint',
      `${url} does not exist (status ${status}). Check the API URL: most end in /v1.`,
      details,
    );
  if (status === 429)
    return remoteError(
      'rate-limited',
      'rate-limited',
      `${host} gets too many requests (429)${said} Wait, or send fewer.`,
      details,
    );
  if (status === 503)
    return remoteError(
      'remote-error',
      'unavailable',
      `${host} is not available (503)${said} Try again in a moment.`,
      details,
    );
  if (status >= 500)
    return remoteError(
      'remote-error',
      'server-error',
      `${host} failed (status ${status})${said} Check the server's log.`,
      details,
    );
  if (/context_length|context.?(length|window|size)|maximum context/i.test(`${code} ${message}`))
    return remoteError(
      'context-overflow',
      'context-overflow',
      `${sentence(message)} Shorten the message or the memory.`,
      details,
    );
  return remoteError(
    'invalid-argument',
    'bad-request',
    `${host} refuses the request (status ${status})${said} Check the settings and the messages.`,
    details,
  );
}

/** Reads OpenAI's form and those of other servers. */
function readErrorBody(text: string): { message: string; code: string } {
  try {
    const body = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown };
    const error = (
      typeof body.error === 'object' && body.error !== null
        ? body.error
        : { message: body.error ?? body.message ?? body.detail }
    ) as { message?: unknown; code?: unknown };
    return {
      message: typeof error.message === 'string' ? clip(error.message) : '',
      code: String(error.code ?? ''),
    };
  } catch {
    return { message: /^\s*</.test(text) ? '' : clip(text.trim()), code: '' };
  }
}

/** Adds the full stop that is missing, so that another sentence can follow. */
const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
