import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { withListedFiles } from '../engine/hub-listing.js';
import type { Model } from '../models/model.js';
import { models, resolveModel } from '../models/registry.js';
import { downloadSize } from './download-size.js';
import { type PageDevice, pageDevices, type RunSettings, UnmockedSettingsEvent } from './events.js';
import { themeStyles } from './theme.styles.js';
import { settingsStyles } from './unmocked-settings.styles.js';

const OTHER = '\u0000other';
const deviceLabels: Record<PageDevice, string> = { auto: 'auto (the best that works)', webgpu: 'webgpu only', wasm: 'wasm only' };

/**
 * The controls of a run: model, mirror, device, seed.
 *
 * @fires unmocked-settings - One of them was changed by hand; `detail` has the new value.
 * @csspart panel, field
 */
export class UnmockedSettings extends LitElement {
  static override styles = [themeStyles, settingsStyles];

  @property() model = 'unmocked-tiny';
  @property() device: PageDevice = 'auto';
  @property({ type: Number }) seed = 0;
  @property() hub = '';
  @property({ type: Boolean }) disabled = false;
  /** "Another model" was chosen, whatever its name will be. */
  @state() private other = false;

  /** What the hub says of a model that the registry does not pin, for its size. */
  @state() private listing: Model | undefined;
  #asking = new AbortController();

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#asking.abort();
  }

  protected override updated(changed: PropertyValues<this>) {
    if (changed.has('model') || changed.has('hub')) void this.#askForListing();
  }

  async #askForListing(): Promise<void> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.listing = undefined;
    const model = this.#resolved();
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
    const listed = !this.other && models.some(({ id }) => id === this.model);
    return html`<fieldset part="panel" ?disabled=${this.disabled}>
      <legend>What to run them on</legend>
      <div class="field" part="field">
        <label for="model">Model</label>
        <select id="model" @change=${this.#choose} aria-describedby="about">
          ${models.map(({ id, title }) => html`<option value=${id} .selected=${live(listed && id === this.model)}>${title}</option>`)}
          <option value=${OTHER} .selected=${live(!listed)}>another model…</option>
        </select>
      </div>
      ${listed ? nothing : this.#otherModel()}
      <div id="about" class="about">${this.#about()}</div>
      <div class="row">
        <div class="field" part="field">
          <label for="device">Device</label>
          <select id="device" @change=${(event: Event) => this.#change({ device: (event.target as HTMLSelectElement).value as PageDevice })}>
            ${pageDevices.map((device) => html`<option value=${device} .selected=${live(device === this.device)}>${deviceLabels[device]}</option>`)}
          </select>
        </div>
        <div class="field seed" part="field">
          <label for="seed">Seed</label>
          <input id="seed" type="number" min="0" max="4294967295" step="1" required .value=${live(Number.isNaN(this.seed) ? '' : String(this.seed))} @change=${(event: Event) => this.#change({ seed: (event.target as HTMLInputElement).valueAsNumber })} />
        </div>
      </div>
    </fieldset>`;
  }

  #otherModel() {
    return html`<div class="field" part="field">
        <label for="other">Hub id or folder URL</label>
        <input id="other" type="text" spellcheck="false" autocapitalize="off" placeholder="owner/name" .value=${live(this.model)} @change=${(event: Event) => this.#change({ model: (event.target as HTMLInputElement).value.trim() })} />
      </div>`;
  }

  #about() {
    let model: Model;
    try {
      model = resolveModel(this.model);
    } catch (error) {
      return html`<p class="problem">${(error as Error).message}</p>`;
    }
    return html`<p>${model.description}</p>
      <p class="muted">${downloadSize(this.listing ?? model, this.device)}</p>
      ${model.source.kind === 'hub'
        ? html`<div class="field" part="field">
            <label for="hub">Mirror of the hub (optional)</label>
            <input id="hub" type="url" spellcheck="false" placeholder="https://huggingface.co/" .value=${live(this.hub)} @change=${(event: Event) => this.#change({ hub: (event.target as HTMLInputElement).value.trim() })} />
          </div>`
        : nothing}`;
  }

  #choose(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.other = value === OTHER;
    if (this.other) void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLInputElement>('#other')?.select());
    else this.#change({ model: value });
  }

  #change(settings: Partial<RunSettings>): void {
    Object.assign(this, settings);
    this.dispatchEvent(new UnmockedSettingsEvent(settings));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-settings': UnmockedSettings;
  }
}
