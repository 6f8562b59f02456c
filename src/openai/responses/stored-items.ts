import type { OutputItem } from './output.js';

/** Older items are forgotten. */
const MOST = 1000;

/**
 * The output items of the latest responses. By default, the AI SDK sends a model's earlier text as
 * a reference to its item, so a second turn needs them. Responses themselves are not kept.
 */
export class StoredItems {
  readonly #items = new Map<string, OutputItem>();

  keep(items: readonly OutputItem[]): void {
    for (const item of items) this.#items.set(item.id, item);
    for (const id of this.#items.keys()) {
      if (this.#items.size <= MOST) return;
      this.#items.delete(id);
    }
  }

  /** The input of a body with items in place of references. Unknown references stay. */
  resolve(body: unknown): unknown {
    const { input } = (body ?? {}) as { input?: unknown };
    if (!Array.isArray(input)) return body;
    return { ...(body as object), input: input.map((one: unknown) => this.#find(one) ?? one) };
  }

  #find(one: unknown): OutputItem | undefined {
    const { type, id } = (one ?? {}) as { type?: unknown; id?: unknown };
    return type === 'item_reference' && typeof id === 'string' ? this.#items.get(id) : undefined;
  }
}
