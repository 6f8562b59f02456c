import type { DynamicCache } from '@huggingface/transformers';

/** What a conversation has computed so far. */
export interface CachedConversation {
  /** The text of the tokens in the cache, special tokens included. */
  text: string;
  tokenIds: number[];
  cache: DynamicCache;
}

/**
 * The KV caches of an engine's conversations, within a memory budget. The least recently used cache
 * is evicted first. An evicted conversation still works: its next turn computes the whole prompt.
 */
export class KvCacheStore {
  readonly #budget: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, CachedConversation>();

  constructor(budgetBytes: number) {
    this.#budget = budgetBytes;
  }

  get bytes(): number {
    let sum = 0;
    for (const entry of this.#entries.values()) sum += cacheBytes(entry.cache);
    return sum;
  }

  /**
   * Removes and returns a cache. `keep` puts it back, so a turn that fails leaves no half-updated
   * cache.
   */
  take(conversation: string): CachedConversation | undefined {
    const entry = this.#entries.get(conversation);
    this.#entries.delete(conversation);
    return entry;
  }

  async keep(conversation: string, entry: CachedConversation): Promise<void> {
    this.#entries.set(conversation, entry);
    for (const [oldest, old] of this.#entries) {
      if (this.bytes <= this.#budget) return;
      this.#entries.delete(oldest);
      await old.cache.dispose();
    }
  }

  async forget(conversation: string): Promise<void> {
    await this.take(conversation)?.cache.dispose();
  }
}

function cacheBytes(cache: DynamicCache): number {
  let sum = 0;
  for (const tensor of Object.values(cache)) {
    const elements = tensor.dims.reduce((product: number, dim: number) => product * dim, 1);
    sum += elements * (tensor.type === 'float16' ? 2 : 4);
  }
  return sum;
}
