import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { describeDownload } from '../engine/download-size.js';
import type { Model } from '../models/model.js';
import { models, resolveModel } from '../models/registry.js';
import { fromAttribute } from '../settings/attributes.js';
import { checkSettings, fromText } from '../settings/check-settings.js';
import { definitions } from '../settings/definitions.js';
import type { AgentSettings } from '../settings/settings.js';
import {
  type SettingsChange,
  UnmockedForgetEvent,
  UnmockedSettingsEvent,
} from './settings-events.js';
import { ModelListing } from './model-listing.js';
import { texts } from './texts.js';
import { themeStyles } from './theme.styles.js';
import { settingsStyles } from './unmocked-settings.styles.js';

/** The option "another model…". No model can have this name. */
const OTHER = '\u0000other';

/** The choices of each select, in order, with their labels. */
const choices: {
  backend: Record<AgentSettings['backend'], string>;
  device: Record<AgentSettings['device'], string>;
} = { backend: texts.form.backends, device: texts.form.devices };

const option = (value: string, label: string, selected: boolean) =>
  html`<option value=${value} .selected=${live(selected)}>${label}</option>`;

const deviceHint = html`<p class="hint">${texts.form.deviceHint}</p>`;

const serverMayHaveIt = html`<p class="muted">${texts.form.serverMayHaveIt}</p>`;

type FieldName = 'backend' | 'model' | 'device' | 'hubUrl' | 'apiUrl' | 'apiKey' | 'seed';

/**
 * The controls of a run: backend, model, mirror, device, seed, and the server with its key. A field
 * refuses a value that is not allowed and says why; the previous value stays in effect.
 *
 * @fires unmocked-settings - The user changed one; `detail` has the new value. Does not bubble.
 * @fires unmocked-forget - The user pressed "Forget saved settings". Does not bubble.
 * @csspart panel, field
 */
export class UnmockedSettings extends LitElement {
  static override styles = [themeStyles, settingsStyles];

  @property(fromAttribute('model')) model = definitions.model.default;
  @property(fromAttribute('device')) device = definitions.device.default;
  @property(fromAttribute('seed')) seed = definitions.seed.default;
  @property(fromAttribute('hubUrl')) hubUrl = '';
  @property(fromAttribute('backend')) backend = definitions.backend.default;
  @property(fromAttribute('apiUrl')) apiUrl = '';
  /** Secret: it has no attribute, and the field gets it as a property only. */
  @property(fromAttribute('apiKey')) apiKey = '';
  /** Where the key comes from if the user did not enter it here; else empty. */
  @property({ attribute: false }) keyFrom = '';
  /** Only the page's URL names the server, so the key is not sent. */
  @property({ type: Boolean }) keyWithheld = false;
  /** This browser keeps what the user enters. */
  @property({ type: Boolean }) keeps = false;
  /** There is something to forget. */
  @property({ type: Boolean }) saved = false;
  @property({ type: Boolean }) rememberKey = false;
  @property({ type: Boolean }) disabled = false;
  /** The user chose "another model…", and has not named it yet. */
  @state() private other = false;
  /** Values that were refused, and why. */
  @state() private refused: Partial<Record<FieldName, { entered: string; why: string }>> = {};
  /** For screen readers. */
  @state() private announcement = '';

  readonly #listing = new ModelListing(this, () =>
    this.backend === 'remote' ? undefined : { id: this.model, hub: this.hubUrl },
  );

  protected override willUpdate(changed: PropertyValues<this>): void {
    // A value from elsewhere replaces one that was refused.
    const names = Object.keys(this.refused) as FieldName[];
    const current = names.filter((name) => !changed.has(name));
    if (current.length < names.length)
      this.refused = Object.fromEntries(current.map((name) => [name, this.refused[name]]));
  }

  override render() {
    const remote = this.backend === 'remote';
    return html`<fieldset part="panel" ?disabled=${this.disabled}>
      <legend>${texts.form.legend}</legend>
      <div class="row">
        ${this.#select('backend')}
        ${remote ? nothing : this.#select('device')}
      </div>
      ${this.backend === 'local' ? nothing : this.#server()}
      ${remote ? this.#remoteModel() : this.#localModel()}
      <div class="row end">
        <div class="field seed" part="field">
          <label for="seed">${texts.form.seed}</label>
          <input
            id="seed"
            type="number"
            min="0"
            max="4294967295"
            step="1"
            .value=${live(this.#shown('seed', String(this.seed)))}
            @change=${this.#enter('seed')}
            aria-invalid=${this.refused.seed ? 'true' : 'false'}
            aria-describedby=${this.refused.seed ? 'seed-error' : nothing}
          />
        </div>
        ${this.keeps ? this.#forgetButton() : nothing}
      </div>
      ${this.#error('seed')}
      <p class="visually-hidden" role="status">${this.announcement}</p>
    </fieldset>`;
  }

  #forgetButton() {
    return html`<button
      type="button"
      id="forget"
      class="quiet"
      ?disabled=${!this.saved}
      @click=${this.#forget}
      >${texts.form.forget}</button
    >`;
  }

  #server() {
    const deviceExcludesServer = this.backend === 'auto' && this.apiUrl && this.device !== 'auto';
    const url = this.#text('apiUrl', this.apiUrl, {
      above: true,
      type: 'url',
      placeholder: 'http://127.0.0.1:11434/v1',
      label: this.backend === 'remote' ? texts.form.apiUrl : texts.form.apiUrlOptional,
    });
    const key = this.#text('apiKey', this.apiKey, {
      above: true,
      type: 'password',
      placeholder: this.keyFrom ? texts.form.keyFrom(this.keyFrom) : texts.form.noKey,
    });
    return html`<div class="row">
        ${url}
        ${key}
      </div>
      ${this.#error('apiUrl')} ${this.#error('apiKey')}
      ${this.keyWithheld ? this.#withheldHint() : nothing}
      ${deviceExcludesServer ? deviceHint : nothing}
      ${this.keeps ? this.#rememberKeyBox() : nothing}`;
  }

  #withheldHint() {
    const adopt = () => this.#change({ apiUrl: this.apiUrl });
    return html`<p class="hint" id="withheld">
      ${texts.form.withheld}
      <button type="button" id="adopt" class="quiet" @click=${adopt}
        >${texts.form.adopt}</button
      >
    </p>`;
  }

  #rememberKeyBox() {
    const remember = ({ target }: Event) =>
      this.#change({ rememberKey: (target as HTMLInputElement).checked });
    return html`<label class="check"
      ><input
        id="rememberKey"
        type="checkbox"
        .checked=${live(this.rememberKey)}
        @change=${remember}
      />${texts.form.rememberKey}</label
    >`;
  }

  #localModel() {
    const listed = !this.other && models.some(({ id }) => id === this.model);
    const listedId = listed ? this.model : OTHER;
    return html`<div class="field" part="field">
        <label for="model">${texts.form.model}</label>
        <select id="model" @change=${this.#choose} aria-describedby="about">
          ${models.map(({ id, title }) => option(id, title, id === listedId))}
          ${option(OTHER, texts.form.otherModel, !listed)}
        </select>
      </div>
      ${listed ? nothing : this.#otherModel()}
      <div id="about" class="about">${this.#about()}</div>`;
  }

  #otherModel() {
    const label =
      this.backend === 'auto' && this.apiUrl ? texts.form.otherIdOrServer : texts.form.otherId;
    return this.#text('model', this.model, { id: 'other', label, placeholder: 'owner/name' });
  }

  #remoteModel() {
    const field = this.#text('model', this.model, {
      id: 'model',
      placeholder: texts.form.onlyOne,
      label: texts.form.remoteModel,
    });
    return html`${field}
      <div id="about" class="about">
        <p class="muted"
          >${texts.form.remoteComputes}</p
        >
      </div>`;
  }

  #about() {
    let model: Model;
    try {
      model = resolveModel(this.model);
    } catch (error) {
      if (this.backend === 'auto' && this.apiUrl) return serverMayHaveIt;
      return html`<p class="problem">${(error as Error).message}</p>`;
    }
    return html`<p>${model.description}</p>
      ${
        model.source.kind === 'kept'
          ? nothing // its description says that it is here
          : html`<p class="muted">${describeDownload(this.#listing.model ?? model, this.device)}</p>`
      }
      ${model.source.kind === 'hub' ? this.#mirror() : nothing}`;
  }

  #mirror() {
    return this.#text('hubUrl', this.hubUrl, {
      id: 'hub',
      type: 'url',
      label: texts.form.mirror,
      placeholder: 'https://huggingface.co/',
    });
  }

  #select(name: keyof typeof choices) {
    return html`<div class="field" part="field">
      <label for=${name}>${definitions[name].label}</label>
      <select id=${name} @change=${this.#enter(name)}>
        ${Object.entries(choices[name]).map(([value, label]) =>
          option(value, label, value === this[name]),
        )}
      </select>
    </div>`;
  }

  #text(
    name: FieldName,
    value: string,
    {
      id = name,
      type = 'text',
      label = definitions[name].label,
      placeholder = '',
      above = false,
    }: {
      id?: string;
      type?: string;
      label?: string;
      placeholder?: string;
      /** The caller shows the error, where there is more room. */
      above?: boolean;
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

  #error(name: FieldName): TemplateResult | typeof nothing {
    const refused = this.refused[name];
    return refused
      ? html`<p class="problem" id=${`${name}-error`} role="alert">${refused.why}</p>`
      : nothing;
  }

  /** A refused value stays in its field. */
  #shown = (name: FieldName, value: string): string => this.refused[name]?.entered ?? value;

  /** Reads a field; an empty one means that the setting is no longer set. */
  #enter = (name: FieldName) => (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    this.#change({ [name]: value.trim() === '' ? undefined : fromText(name, value) }, value);
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

  #change({ rememberKey, ...values }: SettingsChange, entered = ''): void {
    this.announcement = '';
    const [name] = Object.keys(values) as FieldName[];
    if (name) {
      try {
        checkSettings(values, 'invalid-argument', (setting) => definitions[setting].label);
      } catch (error) {
        this.refused = { ...this.refused, [name]: { entered, why: (error as Error).message } };
        return;
      }
      const { [name]: _, ...others } = this.refused;
      this.refused = others;
    }
    const change = rememberKey === undefined ? values : { rememberKey };
    this.dispatchEvent(new UnmockedSettingsEvent(change));
  }

  #forget(): void {
    this.refused = {};
    this.other = false;
    this.dispatchEvent(new UnmockedForgetEvent());
    this.announcement = texts.form.forgotten;
    // The button is now disabled, so move the focus to the first control.
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
