/** A browser storage in memory. */
export class FakeStorage implements Storage {
  readonly #items = new Map<string, string>();
  get length(): number {
    return this.#items.size;
  }
  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
  getItem(name: string): string | null {
    return this.#items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.#items.set(name, String(value));
  }
  removeItem(name: string): void {
    this.#items.delete(name);
  }
  clear(): void {
    this.#items.clear();
  }
  /** All entries as JSON. */
  get text(): string {
    return JSON.stringify([...this.#items]);
  }
}

/** A storage that refuses every write. */
export class FullStorage extends FakeStorage {
  override setItem(): never {
    throw new DOMException('full', 'QuotaExceededError');
  }
}
