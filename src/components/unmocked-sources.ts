import { html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { toErrorRecord } from '../errors.js';
import type { PageSettings, SourceRow } from './page-settings.js';
import { themeStyles } from './theme.styles.js';
import { sourcesStyles } from './unmocked-sources.styles.js';

/** Files larger than this are no configuration. */
const LARGEST = 256 * 1024;

/**
 * Where each setting comes from, and the config.toml that they may come from: a file, dropped or chosen, or a text.
 *
 * @csspart table, config
 */
export class UnmockedSources extends LitElement {
  static override styles = [themeStyles, sourcesStyles];

  @property({ attribute: false }) page: PageSettings | undefined;
  @property({ type: Boolean }) disabled = false;

  /** Why the latest file or text was refused. */
  @state() private refused = '';
  @state() private over = false;
  @state() private said = '';
  @query('textarea') private area!: HTMLTextAreaElement;
  #watched: PageSettings | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch(this.page);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch(undefined);
  }

  protected override willUpdate(): void {
    if (this.isConnected) this.#watch(this.page);
  }

  #watch(page: PageSettings | undefined): void {
    if (page === this.#watched) return;
    this.#watched?.removeEventListener('change', this.#render);
    page?.addEventListener('change', this.#render);
    this.#watched = page;
  }

  #render = () => this.requestUpdate();

  override render() {
    const { page } = this;
    if (!page) return nothing;
    const backend = page.backend === 'remote' ? 'a server' : 'this page';
    return html`<details>
      <summary>Where each value comes from</summary>
      <div class="body">
        <div class="scroll">
          <table part="table">
            <caption>Strongest first: attribute, address, this browser, config.toml, environment, default. As they count for ${backend}.</caption>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Value</th>
                <th scope="col">Source</th>
              </tr>
            </thead>
            <tbody>
              ${page.rows.map(row)}
            </tbody>
          </table>
        </div>
        ${this.#config(page)}
      </div>
    </details>`;
  }

  #config(page: PageSettings) {
    const file = page.configFile;
    const unknown = file?.config.unknownKeys ?? [];
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
        ${
          file
            ? html`In use: ${file.name}. ${file.origin === 'hand' ? 'It is kept until this tab is closed.' : nothing}`
            : html`None is in use. One that lies beside the page is read by itself; or choose a file, drop it here, or paste its text.`
        }
      </p>
      ${unknown.length > 0 ? html`<p class="hint" id="unknown"><strong>Warning:</strong> these keys are not known and were ignored: ${unknown.join(', ')}.</p>` : nothing}
      ${this.refused ? html`<p class="problem" id="refused" role="alert">${this.refused}</p>` : nothing}
      <div class="buttons">
        <label for="file">Choose a file</label>
        <input id="file" type="file" accept=".toml,text/plain,application/toml" ?disabled=${this.disabled} @change=${this.#choose} />
        ${file?.origin === 'hand' ? html`<button type="button" id="remove" ?disabled=${this.disabled} @click=${this.#remove}>Remove it</button>` : nothing}
      </div>
      <div class="field">
        <label for="text">Or paste its text</label>
        <textarea id="text" spellcheck="false" autocapitalize="off" autocomplete="off" ?disabled=${this.disabled} placeholder=${'[agent]\nbackend = "remote"\napi_url = "http://127.0.0.1:11434/v1"'}></textarea>
      </div>
      <div class="buttons">
        <button type="button" id="use" ?disabled=${this.disabled} @click=${this.#paste}>Use it</button>
        <span role="status">${this.said}</span>
      </div>
    </section>`;
  }

  #dragOver(event: DragEvent): void {
    event.preventDefault(); // else the browser opens the file in place of the page
    this.over = !this.disabled;
  }

  async #drop(event: DragEvent): Promise<void> {
    event.preventDefault();
    this.over = false;
    const [file] = event.dataTransfer?.files ?? [];
    if (this.disabled) return;
    if (file) return this.#read(file);
    const text = event.dataTransfer?.getData('text/plain');
    if (text) await this.#use(text, 'config.toml, dropped');
  }

  async #choose(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) await this.#read(file);
    input.value = ''; // so that the same file, mended, can be chosen again
  }

  async #read(file: File): Promise<void> {
    this.said = '';
    if (file.size > LARGEST) {
      this.refused = `"${file.name}" has ${file.size} bytes; a config.toml has at most ${LARGEST}.`;
      return;
    }
    try {
      await this.#use(await file.text(), file.name);
    } catch (error) {
      this.refused = `"${file.name}" cannot be read: ${toErrorRecord(error).message}`;
    }
  }

  async #paste(): Promise<void> {
    const text = this.area.value;
    this.said = '';
    if (!text.trim()) {
      this.refused = 'There is no text. Paste a config.toml first.';
      this.area.focus();
      return;
    }
    if ((await this.#use(text, 'config.toml, pasted')) && this.area.value === text)
      this.area.value = '';
  }

  async #use(text: string, name: string): Promise<boolean> {
    this.said = '';
    this.refused = '';
    try {
      await this.page?.useConfig(text, name);
    } catch (error) {
      this.refused = toErrorRecord(error).message;
      return false;
    }
    this.said = `${name} is in use.`;
    return true;
  }

  async #remove(): Promise<void> {
    this.refused = '';
    const removed = this.page?.removeConfig();
    this.said = 'It is removed.';
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#file')?.focus();
    await removed;
  }
}

const row = ({
  key,
  value,
  source,
  isDefault,
}: SourceRow) => html`<tr class=${isDefault ? 'default' : ''}>
  <th scope="row"><code>${key}</code></th>
  <td>${value}</td>
  <td>${source}</td>
</tr>`;

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-sources': UnmockedSources;
  }
}
