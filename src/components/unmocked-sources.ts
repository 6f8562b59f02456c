import { html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { toErrorRecord } from '../errors.js';
import type { SettingRow } from '../settings/setting-rows.js';
import type { SettingsStore } from '../settings/settings-store.js';
import { SettingsWatcher } from './settings-watcher.js';
import { texts } from './texts.js';
import { themeStyles } from './theme.styles.js';
import { sourcesStyles } from './unmocked-sources.styles.js';

/** A larger file is not a configuration. */
const MAX_BYTES = 256 * 1024;

const EXAMPLE = '[agent]\nbackend = "remote"\napi_url = "http://127.0.0.1:11434/v1"';

/**
 * Shows where each setting comes from, and takes a config.toml: dropped, chosen or pasted.
 *
 * @csspart table, config
 */
export class UnmockedSources extends LitElement {
  static override styles = [themeStyles, sourcesStyles];

  @property({ attribute: false }) settings: SettingsStore | undefined;
  @property({ type: Boolean }) disabled = false;

  /** Why the last file or text was refused. */
  @state() private refused = '';
  @state() private over = false;
  /** For screen readers. */
  @state() private announcement = '';
  @query('textarea') private area!: HTMLTextAreaElement;

  constructor() {
    super();
    this.addController(new SettingsWatcher(this, () => this.settings));
  }

  override render() {
    const { settings } = this;
    if (!settings) return nothing;
    const [first] = settings.resolved.backends;
    const place = first === 'remote' ? texts.sources.server : texts.sources.page;
    return html`<details>
      <summary>${texts.sources.summary}</summary>
      <div class="body">
        <div class="scroll" tabindex="0" role="group" aria-label=${texts.sources.summary}>
          <table part="table">
            <caption>${texts.sources.caption(place)}</caption>
            <thead>
              <tr>
                <th scope="col">${texts.sources.setting}</th>
                <th scope="col">${texts.sources.value}</th>
                <th scope="col">${texts.sources.source}</th>
              </tr>
            </thead>
            <tbody>
              ${settings.rows.map(row)}
            </tbody>
          </table>
        </div>
        ${this.#config(settings)}
      </div>
    </details>`;
  }

  #config({ configFile: file }: SettingsStore) {
    const unknown = file?.config.unknownKeys ?? [];
    const byHand = file?.origin === 'hand';
    return html`<section
      class="config ${this.over ? 'over' : ''}"
      part="config"
      aria-labelledby="config-heading"
      @dragover=${this.#dragOver}
      @dragleave=${() => (this.over = false)}
      @drop=${this.#drop}
    >
      <h3 id="config-heading">config.toml</h3>
      <p id="in-use">
        ${file ? inUse(file.name, byHand) : texts.sources.none}
      </p>
      ${unknown.length > 0 ? unknownKeys(unknown) : nothing}
      ${this.refused ? refusal(this.refused) : nothing}
      <div class="buttons">
        <label for="file">${texts.sources.file}</label>
        <input
          id="file"
          type="file"
          accept=".toml,text/plain,application/toml"
          ?disabled=${this.disabled}
          @change=${this.#choose}
        />
        ${byHand ? this.#removeButton() : nothing}
      </div>
      <div class="field">
        <label for="text">${texts.sources.paste}</label>
        <textarea
          id="text"
          spellcheck="false"
          autocapitalize="off"
          autocomplete="off"
          ?disabled=${this.disabled}
          placeholder=${EXAMPLE}
        ></textarea>
      </div>
      <div class="buttons">
        <button type="button" id="use" ?disabled=${this.disabled} @click=${this.#paste}
          >${texts.sources.use}</button
        >
        <span role="status">${this.announcement}</span>
      </div>
    </section>`;
  }

  #removeButton() {
    return html`<button type="button" id="remove" ?disabled=${this.disabled} @click=${this.#remove}
      >${texts.sources.remove}</button
    >`;
  }

  #dragOver(event: DragEvent): void {
    event.preventDefault(); // Otherwise the browser opens the file instead of the page.
    this.over = !this.disabled;
  }

  async #drop(event: DragEvent): Promise<void> {
    event.preventDefault();
    this.over = false;
    const [file] = event.dataTransfer?.files ?? [];
    if (this.disabled) return;
    if (file) return this.#read(file);
    const text = event.dataTransfer?.getData('text/plain');
    if (text) await this.#use(text, texts.sources.dropped);
  }

  async #choose(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) await this.#read(file);
    input.value = ''; // So that the user can choose the same file again after fixing it.
  }

  async #read(file: File): Promise<void> {
    this.announcement = '';
    if (file.size > MAX_BYTES) {
      this.refused = texts.sources.tooLong(file.name, file.size, MAX_BYTES);
      return;
    }
    try {
      await this.#use(await file.text(), file.name);
    } catch (error) {
      this.refused = texts.sources.unreadable(file.name, toErrorRecord(error).message);
    }
  }

  async #paste(): Promise<void> {
    const text = this.area.value;
    this.announcement = '';
    if (!text.trim()) {
      this.refused = texts.sources.empty;
      this.area.focus();
      return;
    }
    if ((await this.#use(text, texts.sources.pasted)) && this.area.value === text)
      this.area.value = '';
  }

  async #use(text: string, name: string): Promise<boolean> {
    this.announcement = '';
    this.refused = '';
    try {
      await this.settings?.useConfig(text, name);
    } catch (error) {
      this.refused = toErrorRecord(error).message;
      return false;
    }
    this.announcement = texts.sources.isInUse(name);
    return true;
  }

  async #remove(): Promise<void> {
    this.refused = '';
    const removed = this.settings?.removeConfig();
    this.announcement = texts.sources.removed;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#file')?.focus();
    await removed;
  }
}

const inUse = (name: string, byHand: boolean) =>
  html`${texts.sources.inUse(name)} ${byHand ? texts.sources.kept : nothing}`;

const unknownKeys = (keys: readonly string[]) =>
  html`<p class="hint" id="unknown"
    ><strong>${texts.page.warning}:</strong> ${texts.sources.unknownKeys(keys.join(', '))}</p
  >`;

const refusal = (why: string) => html`<p class="problem" id="refused" role="alert">${why}</p>`;

const row = ({ key, help, value, origin, isDefault }: SettingRow) => html`<tr
  class=${isDefault ? 'default' : ''}
>
  <th scope="row" title=${help}><code>${key}</code></th>
  <td>${value}</td>
  <td>${origin}</td>
</tr>`;

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-sources': UnmockedSources;
  }
}
