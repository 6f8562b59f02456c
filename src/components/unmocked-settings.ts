import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { checkSettings } from '../settings/options.js';
import { withListedFiles } from '../engine/hub-listing.js';
import type { Model } from '../models/model.js';
import { models, resolveModel } from '../models/registry.js';
import { downloadSize } from './download-size.js';
import {
  backends,
  type PageDevice,
  pageDevices,
  type RunSettings,
  type SettingsChange,
  UnmockedForgetEvent,
  UnmockedSettingsEvent,
} from './events.js';
import { agentNames, runSettingNames, toAgentSettings } from './run-settings.js';
import { themeStyles } from './theme.styles.js';
import { settingsStyles } from './unmocked-settings.styles.js';

const OTHER = '\u0000other';
const deviceLabels: Record<PageDevice, string> = {
  auto: 'auto (the best that works)',
  webgpu: 'webgpu only',
  wasm: 'wasm only',
};
const backendLabels: Record<RunSettings['backend'], string> = {
  auto: 'auto (a server if one is set)',
  local: 'local (this page)',
  remote: 'remote (a server)',
};
const labels: Record<keyof RunSettings, string> = {
  model: 'Model',
  device: 'Device',
  seed: 'Seed',
  hub: 'Mirror',
  backend: 'Backend',
  apiUrl: 'API URL',
  apiKey: 'API key',
};

/**
 * The controls of a run: backend, model, mirror, device, seed, and the server with its key. A value that is not allowed is refused beside
 * its field, and the one before stays in effect.
 *
 * @fires unmocked-settings - One of them was changed by hand; `detail` has the new value. Does not bubble.
 * @fires unmocked-forget - "Forget saved settings" was pressed. Does not bubble.
 * @csspart panel, field
 */
export class UnmockedSettings extends LitElement {
  static override styles = [themeStyles, settingsStyles];

  @property() model = 'unmocked-tiny';
  @property() device: PageDevice = 'auto';
  @property({ type: Number }) seed = 0;
  @property() hub = '';
  @property() backend: RunSettings['backend'] = 'auto';
  @property({ attribute: 'api-url' }) apiUrl = '';
  /** Secret: never an attribute, and in the field as a property only. */
  @property({ attribute: false }) apiKey = '';
  /** Where a key comes from that was not entered here; empty where there is none. */
  @property({ attribute: false }) keyFrom = '';
  /** The URL came with the address alone, and so the key is not sent to it. */
  @property({ type: Boolean }) keyWithheld = false;
  /** What is entered is kept in this browser. */
  @property({ type: Boolean }) keeps = false;
  /** There is something to forget. */
  @property({ type: Boolean }) saved = false;
  @property({ type: Boolean }) rememberKey = false;
  @property({ type: Boolean }) disabled = false;
  /** "Another model" was chosen, whatever its name will be. */
  @state() private other = false;
  /** What was entered and refused, and why. */
  @state() private refused: Partial<Record<keyof RunSettings, { entered: string; why: string }>> =
    {};
  @state() private said = '';

  /** What the hub says of a model that the registry does not pin, for its size. */
  @state() private listing: Model | undefined;
  #asking = new AbortController();

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#asking.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // A value that came from elsewhere takes the place of one that was refused.
    const stale = runSettingNames.filter((name) => changed.has(name) && this.refused[name]);
    if (stale.length > 0)
      this.refused = Object.fromEntries(
        Object.entries(this.refused).filter(([name]) => !stale.includes(name as keyof RunSettings)),
      );
  }

  protected override updated(changed: PropertyValues<this>) {
    if (changed.has('model') || changed.has('hub') || changed.has('backend'))
      void this.#askForListing();
  }

  async #askForListing(): Promise<void> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.listing = undefined;
    const model = this.backend === 'remote' ? undefined : this.#resolved();
    if (!model || Object.keys(model.files).length > 0) return;
    const listing = await withListedFiles(model, signal);
    if (!signal.aborted) this.listing = listing;
  }

  #resolved(): Model | undefined {
    try {
      return resolveModel(this.model, { hub: this.hub });
    } catch {
      return undefined; // said where the model is shown
    }
  }

  override render() {
    const remote = this.backend === 'remote';
    return html`<fieldset part="panel" ?disabled=${this.disabled}>
      <legend>What to run them on</legend>
      <div class="row">
        ${this.#select('backend', backends, backendLabels)}
        ${remote ? nothing : this.#select('device', pageDevices, deviceLabels)}
      </div>
      ${this.backend === 'local' ? nothing : this.#server()}
      ${remote ? this.#remoteModel() : this.#localModel()}
      <div class="row end">
        <div class="field seed" part="field">
          <label for="seed">Seed</label>
          <input id="seed" type="number" min="0" max="4294967295" step="1" required .value=${live(this.#shown('seed', Number.isNaN(this.seed) ? '' : String(this.seed)))} @change=${this.#enter('seed')} aria-invalid=${this.refused.seed ? 'true' : 'false'} aria-describedby=${this.refused.seed ? 'seed-error' : nothing} />
        </div>
        ${this.keeps ? html`<button type="button" id="forget" class="quiet" ?disabled=${!this.saved} @click=${this.#forget}>Forget saved settings</button>` : nothing}
      </div>
      ${this.#error('seed')}
      <p class="visually-hidden" role="status">${this.said}</p>
    </fieldset>`;
  }

  #server() {
    return html`<div class="row">
        ${this.#text('apiUrl', this.apiUrl, { above: true, type: 'url', placeholder: 'http://127.0.0.1:11434/v1', label: this.backend === 'remote' ? 'API URL' : 'API URL (optional)' })}
        ${this.#text('apiKey', this.apiKey, { above: true, type: 'password', placeholder: this.keyFrom ? `set by ${this.keyFrom}` : 'none' })}
      </div>
      ${this.#error('apiUrl')} ${this.#error('apiKey')}
      ${
        this.keyWithheld
          ? html`<p class="hint" id="withheld">
            This URL came with the page's address, so no key is sent to it.
            <button type="button" id="adopt" class="quiet" @click=${() => this.#change({ apiUrl: this.apiUrl })}>Trust this URL with the key</button>
          </p>`
          : nothing
      }
      ${this.backend === 'auto' && this.apiUrl && this.device !== 'auto' ? html`<p class="hint">A device of this page is chosen, so the server is not used. Choose the device “auto”, or the backend “remote”.</p>` : nothing}
      ${
        this.keeps
          ? html`<label class="check"><input id="rememberKey" type="checkbox" .checked=${live(this.rememberKey)} @change=${(event: Event) => this.#change({ rememberKey: (event.target as HTMLInputElement).checked })} />Keep the key after this session, in this browser</label>`
          : nothing
      }`;
  }

  #localModel() {
    const listed = !this.other && models.some(({ id }) => id === this.model);
    return html`<div class="field" part="field">
        <label for="model">Model</label>
        <select id="model" @change=${this.#choose} aria-describedby="about">
          ${models.map(({ id, title }) => html`<option value=${id} .selected=${live(listed && id === this.model)}>${title}</option>`)}
          <option value=${OTHER} .selected=${live(!listed)}>another model…</option>
        </select>
      </div>
      ${listed ? nothing : this.#text('model', this.model, { id: 'other', label: this.backend === 'auto' && this.apiUrl ? "Hub id, folder URL, or the server's name for it" : 'Hub id or folder URL', placeholder: 'owner/name' })}
      <div id="about" class="about">${this.#about()}</div>`;
  }

  #remoteModel() {
    return html`${this.#text('model', this.model, { id: 'model', placeholder: "the server's only one", label: "Model, by the server's name for it" })}
      <div id="about" class="about">
        <p class="muted">The server computes. Scenarios about this page's own engine still load a model here.</p>
      </div>`;
  }

  #about() {
    let model: Model;
    try {
      model = resolveModel(this.model);
    } catch (error) {
      if (this.backend === 'auto' && this.apiUrl)
        return html`<p class="muted">This page has no model of that name; the server may.</p>`;
      return html`<p class="problem">${(error as Error).message}</p>`;
    }
    return html`<p>${model.description}</p>
      <p class="muted">${downloadSize(this.listing ?? model, this.device)}</p>
      ${model.source.kind === 'hub' ? this.#text('hub', this.hub, { type: 'url', label: 'Mirror of the hub (optional)', placeholder: 'https://huggingface.co/' }) : nothing}`;
  }

  #select<T extends 'backend' | 'device'>(
    name: T,
    values: readonly RunSettings[T][],
    texts: Record<RunSettings[T], string>,
  ) {
    return html`<div class="field" part="field">
      <label for=${name}>${labels[name]}</label>
      <select id=${name} @change=${this.#enter(name)}>
        ${values.map((value) => html`<option value=${value} .selected=${live(value === this[name])}>${texts[value]}</option>`)}
      </select>
    </div>`;
  }

  #text(
    name: keyof RunSettings,
    value: string,
    {
      id = name,
      type = 'text',
      label = labels[name],
      placeholder = '',
      above = false,
    }: {
      id?: string;
      type?: string;
      label?: string;
      placeholder?: string;
      /** Its error is shown elsewhere, with more room. */ above?: boolean;
    },
  ) {
    return html`<div class="field" part="field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        type=${type}
        autocomplete="off"
        spellcheck="false"
        autocapitalize="off"
        placeholder=${placeholder}
        .value=${live(this.#shown(name, value))}
        @change=${this.#enter(name)}
        aria-invalid=${this.refused[name] ? 'true' : 'false'}
        aria-describedby=${this.refused[name] ? `${name}-error` : nothing}
      />
      ${above ? nothing : this.#error(name)}
    </div>`;
  }

  #error(name: keyof RunSettings): TemplateResult | typeof nothing {
    const refused = this.refused[name];
    return refused
      ? html`<p class="problem" id=${`${name}-error`} role="alert">${refused.why}</p>`
      : nothing;
  }

  /** What was entered stays where it was entered, also when it was refused. */
  #shown = (name: keyof RunSettings, value: string): string => this.refused[name]?.entered ?? value;

  #enter = (name: keyof RunSettings) => (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    const entered = value.trim();
    this.#change(
      { [name]: name === 'seed' ? (entered === '' ? Number.NaN : Number(entered)) : entered },
      value,
    );
  };

  #choose(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.other = value === OTHER;
    if (this.other)
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector<HTMLInputElement>('#other')?.select(),
      );
    else this.#change({ model: value });
  }

  #change(change: SettingsChange, entered = ''): void {
    const [name] = Object.keys(change) as (keyof RunSettings)[];
    this.said = '';
    try {
      checkSettings(
        toAgentSettings(change),
        'invalid-argument',
        (option) => labels[runSettingNames.find((candidate) => agentNames[candidate] === option)!],
      );
    } catch (error) {
      this.refused = { ...this.refused, [name!]: { entered, why: (error as Error).message } };
      return;
    }
    const { [name!]: _, ...others } = this.refused;
    this.refused = others;
    Object.assign(this, change);
    this.dispatchEvent(new UnmockedSettingsEvent(change));
  }

  #forget(): void {
    this.refused = {};
    this.other = false;
    this.dispatchEvent(new UnmockedForgetEvent());
    this.said = 'The saved settings are forgotten.';
    // The button has nothing more to do and is disabled: the focus goes to where the settings begin.
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('#backend')?.focus(),
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-settings': UnmockedSettings;
  }
}
