import { html, LitElement } from 'lit';
import { property, state } from 'lit/decorators.js';
import { type Shortcut, shortcutTexts } from './shortcut-texts.js';
import { themeStyles } from './theme.styles.js';
import type { UnmockedHarness } from './unmocked-harness.js';
import { shortcutsStyles } from './unmocked-shortcuts.styles.js';

const STORED = 'unmocked-shortcuts';
const TYPING = 'input, textarea, select, [contenteditable], [role=textbox]';

/**
 * Single keys for what the page's buttons do, and the dialog that lists them. It belongs to the page: an
 * embedded harness leaves the keys to the page around it.
 */
export class UnmockedShortcuts extends LitElement {
  static override styles = [themeStyles, shortcutsStyles];

  /** Whose buttons the keys press. */
  @property({ attribute: false }) harness!: UnmockedHarness;
  /** Single keys can get in the way of speech input, so they can be switched off (WCAG 2.1.4). */
  @state() private on = remembered();

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.#key);
  }

  override render() {
    const { heading, open, close, on, note, keys } = shortcutTexts;
    return html`<button type="button" class="link" aria-haspopup="dialog" @click=${this.#open}
        >${open}</button
      >
      <dialog aria-labelledby="heading" closedby="any">
        <div class="head">
          <h2 id="heading">${heading}</h2>
          <button type="button" @click=${() => this.#dialog.close()}>${close}</button>
        </div>
        <dl>
          ${Object.entries(keys).map(
            ([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`,
          )}
        </dl>
        <label>
          <input type="checkbox" .checked=${this.on} @change=${this.#switch} />
          ${on}
        </label>
        <p class="muted">${note}</p>
      </dialog>`;
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }

  readonly #open = (): void => {
    if (!this.#dialog.open) this.#dialog.showModal();
  };

  readonly #switch = ({ target }: Event): void => {
    this.on = (target as HTMLInputElement).checked;
    remember(this.on);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const act = Object.hasOwn(this.#actions, event.key)
      ? this.#actions[event.key as Shortcut]
      : undefined;
    if (!act || !this.on || isForSomethingElse(event) || this.#dialogIsOpen) return;
    event.preventDefault();
    act();
  };

  readonly #actions: Record<Shortcut, () => void> = {
    '?': this.#open,
    j: () => this.#move('ArrowRight'),
    k: () => this.#move('ArrowLeft'),
    r: () => this.#press('run'),
    s: () => this.#press('stop'),
    f: () => this.#press('follow'),
    '/': () =>
      this.#inHarness('unmocked-list')
        ?.shadowRoot?.querySelector<HTMLElement>('input[type=search]')
        ?.focus(),
    ',': () => this.#press('change'),
  };

  /** The focus may be nowhere, for instance after a click beside the dialog's content. */
  get #dialogIsOpen(): boolean {
    return this.#dialog.open || this.#inHarness('dialog[open]') !== null;
  }

  #inHarness(selector: string): HTMLElement | null {
    return this.harness.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
  }

  /** A hidden button, as on another view of the page, does nothing. */
  #press(id: string): void {
    const button = this.#inHarness(`#${id}`);
    if (button?.checkVisibility()) button.click();
  }

  /** The strip moves by arrow keys, and takes the focus along. */
  #move(key: 'ArrowLeft' | 'ArrowRight'): void {
    const cell = this.#inHarness('[role=tab][aria-selected=true]');
    if (cell?.checkVisibility())
      cell.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  }
}

/** Somebody types, or holds another key down as well. */
function isForSomethingElse(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return true;
  if (event.ctrlKey || event.altKey || event.metaKey) return true;
  const [target] = event.composedPath();
  return target instanceof Element && target.matches(TYPING);
}

function remembered(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    return true; // This browser keeps nothing.
  }
}

function remember(on: boolean): void {
  try {
    if (on) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, 'off');
  } catch {
    // It counts until the page is closed.
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-shortcuts': UnmockedShortcuts;
  }
}
