import { assets } from '../engine/assets.js';

/**
 * The `base` attribute of an element: `assets.base`, of which a page has one. An attribute cannot
 * throw, so a wrong one is an error of the next run.
 */
export class BaseAttribute {
  #text: string | null = null;
  #error: Error | undefined;

  get text(): string {
    return this.#text ?? '';
  }

  /** Missing: leaves `assets.base` as it is, unless this attribute has set it. */
  set text(text: string | null) {
    if (text === this.#text) return;
    this.#text = text;
    this.#error = undefined;
    try {
      assets.base = text ?? '';
    } catch (error) {
      this.#error = error as Error;
    }
  }

  /** @throws UnmockedError `invalid-argument` if the attribute is not a URL. */
  check(): void {
    if (this.#error) throw this.#error;
  }
}
