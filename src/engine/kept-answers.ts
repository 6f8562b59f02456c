/**
 * A hub's small answers (configurations, tokenizers, listings), kept so that a model that was loaded
 * once loads without the network. Weights are kept elsewhere, by their digest (runtime/file-cache.ts).
 */
export const ANSWERS = 'unmocked-answers';

/**
 * `fetch`, and the kept answer where the network fails. A server's own refusal is an answer.
 *
 * @throws as `fetch`, if nothing is kept.
 */
export async function fetchOrKept(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, init);
    if (response.status === 200) await keep(url, response.clone());
    return response;
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const kept = await openCache().then((cache) => cache?.match(url));
    if (!kept) throw error;
    return kept;
  }
}

/** Without room, or in a page that may keep nothing, the answer is used all the same. */
async function keep(url: string, response: Response): Promise<void> {
  try {
    await (await openCache())?.put(url, response);
  } catch {
    await response.body?.cancel();
  }
}

/** Undefined if this page may keep nothing: it has no secure context. */
const openCache = async (): Promise<Cache | undefined> =>
  globalThis.caches?.open(ANSWERS).catch(() => undefined);
