import type { DynamicCache } from '@huggingface/transformers';

/** What one conversation has computed so far. */
export interface CachedConversation {
  /** The text and the token ids that the KV tensors stand for. */
  text: string;
  tokenIds: number[];
  cache: DynamicCache;
}

/**
 * The KV caches of an engine's conversations, within a budget in bytes; the least recently used goes first. A conversation that was
 * evicted is not lost: its next turn computes its whole prompt again.
 */
export class KvCacheStore {
  readonly #budget: number;
  /** In the order of use, the least recent first. */
  readonly #entries = new Map<string, CachedConversation>();

  constructor(budgetBytes: number) {
    this.#budget = budgetBytes;
  }

  get bytes(): number {
    let sum = 0;
    for (const entry of this.#entries.values()) sum += cacheBytes(entry.cache);
    return sum;
  }

  /** Takes the entry out; `keep` puts it back. So that a turn which fails midway leaves no half-updated cache behind. */
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
