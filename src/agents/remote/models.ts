import { hasCode } from '../../errors.js';
import { readJson } from './answer-body.js';
import type { Connection } from './connection.js';

export interface ServedModel {
  id: string;
  /** Tokens, if the server says. */
  contextWindow?: number;
}

/**
 * The models that `GET /models` lists. Some servers have no list; then there are none.
 *
 * @throws UnmockedError as `Connection.send` does; `AbortError`.
 */
export async function readModels(
  connection: Connection,
  signal: AbortSignal = new AbortController().signal,
): Promise<ServedModel[]> {
  try {
    return await connection.send(
      'models',
      { accept: 'application/json', facts: { model: '', models: [] }, signal },
      async (answer) => {
        const { data } = await readJson(answer);
        return Array.isArray(data) ? data.flatMap(readModel) : [];
      },
    );
  } catch (error) {
    if (hasCode(error, 'remote-error') && error.details['fault'] === 'no-such-endpoint') return [];
    throw error;
  }
}

/** The context window has no standard name. In order: vLLM, OpenRouter, Groq, llama.cpp. */
function readModel(
  entry: {
    id?: unknown;
    max_model_len?: unknown;
    context_length?: unknown;
    context_window?: unknown;
    meta?: { n_ctx_train?: unknown };
  } | null,
): ServedModel[] {
  if (typeof entry?.id !== 'string') return [];
  const contextWindow = [
    entry.max_model_len,
    entry.context_length,
    entry.context_window,
    entry.meta?.n_ctx_train,
  ].find((value) => typeof value === 'number' && value > 0);
  return [
    {
      id: entry.id,
      ...(contextWindow === undefined ? {} : { contextWindow: contextWindow as number }),
    },
  ];
}
