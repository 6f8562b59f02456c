import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { readDeviceMemory } from '../engine/device-memory.js';
import { askHub } from '../engine/hub-model.js';
import { keepFolder } from '../engine/keep-folder.js';
import { deleteStored, listStored, type StoredModel } from '../engine/stored-models.js';
import { UnmockedError } from '../errors.js';
import { instructModels } from '../models/instruct-models.js';
import { keptModels } from '../models/kept-models.js';
import { models, resolveModel } from '../models/registry.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { SettingsStore } from '../settings/settings-store.js';
import { filesOfHandle, filesOfInput, type PickedFolder, pickFolder } from './folder-files.js';
import {
  cardOf,
  cardOfInstruct,
  cardOfKept,
  cardOfLookup,
  type ModelCard,
  withFacts,
} from './model-card.js';
import { devicePart, modelCardPart } from './model-card-part.js';
import { modelsTexts as texts } from './models-texts.js';
import { SettingsWatcher } from './settings-watcher.js';
import { storedPart } from './stored-part.js';
import { themeStyles } from './theme.styles.js';
import { modelsStyles } from './unmocked-models.styles.js';

/** The user chose a model. Bubbles, composed. */
export class UnmockedUseEvent extends CustomEvent<{ model: string }> {
  static readonly type = 'unmocked-use';
  constructor(model: string) {
    super(UnmockedUseEvent.type, { detail: { model }, bubbles: true, composed: true });
  }
}

/**
 * The models that can run in this browser: what each needs, what this device has, and what is kept
 * here. It asks a hub only when the user presses a button, and reads a folder only when the user
 * chooses one.
 *
 * @tagname unmocked-models
 *
 * @fires {UnmockedUseEvent} unmocked-use - The user chose a model; `detail.model` is what the settings get.
 *
 * @csspart device - What this device has.
 * @csspart model - One model.
 * @csspart use - The button that chooses it.
 * @csspart ask - The button that asks the hub for its sizes.
 * @csspart facts - Its licence, context window, kind and scenarios.
 * @csspart sizes - The table of its number formats.
 * @csspart hub - The field for any hub id.
 * @csspart folder - The folder of this computer.
 * @csspart stored - What is kept in this browser.
 * @csspart problem - What went wrong.
 */
export class UnmockedModels extends LitElement {
  static override styles = [themeStyles, modelsStyles];

  /** Gets the model that the user chooses, as from the form. Without it, only the event says so. */
  @property({ attribute: false }) settings: SettingsStore | undefined;
  /** Whose needs are compared with what a model was trained for. Default: the core scenarios. */
  @property({ attribute: false }) scenarios: readonly Scenario[] = coreScenarios;
  /** Why no model can be chosen now; empty if one can. */
  @property() unavailable = '';

  @state() private device: Awaited<ReturnType<typeof readDeviceMemory>> | undefined;
  @state() private stored: readonly StoredModel[] | undefined;
  /** What the hub has said, by reference. */
  @state() private answered: ReadonlyMap<string, ModelCard> = new Map();
  /** Models that were looked up by their ids, the latest first. */
  @state() private lookedUp: readonly string[] = [];
  @state() private asking = '';
  @state() private copying = '';
  /** What came of the latest folder. */
  @state() private copied = '';
  @state() private said = '';
  @state() private problem: { of: 'list' | 'hub' | 'folder' | 'stored'; text: string } | undefined;

  #work = new AbortController();

  constructor() {
    super();
    this.addController(new SettingsWatcher(this, () => this.settings));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#work = new AbortController();
    void this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#work.abort();
  }

  /** Looks again at what is kept here, and at what this device has. */
  async refresh(): Promise<void> {
    [this.device, this.stored] = await Promise.all([readDeviceMemory(), listStored()]);
  }

  override render() {
    return html`
      ${devicePart(this.device)}
      <section aria-labelledby="list">
        <h2 id="list">${texts.list}</h2>
        ${this.#problemPart('list')}
        <p class="muted">${texts.sizes.note}</p>
        <div class="models">${this.#cards().map((card) => modelCardPart(card, this.#context()))}</div>
      </section>
      ${this.#hubPart()} ${this.#folderPart()}
      <section part="stored" aria-labelledby="stored">
        <h2 id="stored" tabindex="-1">${texts.stored.heading}</h2>
        ${this.#problemPart('stored')}
        ${storedPart(this.stored, (chosen, name) => this.#do('stored', () => this.#delete(chosen, name)))}
      </section>
      <p class="visually-hidden" role="status">${this.said}</p>
    `;
  }

  /** Those that were looked up stand first. */
  #cards(): ModelCard[] {
    const hub = this.#hubUrl;
    const listed = [
      ...models.map(cardOf),
      ...keptModels().map(cardOfKept),
      ...instructModels.map((known) => cardOfInstruct(known, hub)),
    ];
    const extra = this.lookedUp.filter((id) => !listed.some(({ reference }) => reference === id));
    return [
      ...extra.flatMap((id) => this.answered.get(id) ?? []),
      ...listed.map((card) => this.answered.get(card.reference) ?? card),
    ];
  }

  #context(): Parameters<typeof modelCardPart>[1] {
    return {
      device: this.device,
      scenarios: this.scenarios,
      inUse: this.settings?.resolved.local.settings.model ?? '',
      unavailable: this.unavailable,
      asking: this.asking,
      use: (card) => this.#do('list', async () => this.use(card.reference, card.title)),
      ask: (card) => this.#do('list', () => this.#ask(card)),
    };
  }

  #hubPart() {
    return html`<section part="hub" aria-labelledby="hub-heading">
      <h2 id="hub-heading">${texts.hub.heading}</h2>
      <form class="row" @submit=${this.#submit}>
        <label for="hub-id">${texts.hub.label}</label>
        <input
          id="hub-id"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          placeholder="owner/name"
          aria-describedby="hub-hint"
          aria-invalid=${this.problem?.of === 'hub' ? 'true' : 'false'}
        />
        <button type="submit" id="look-up">${this.asking ? texts.asking : texts.hub.button}</button>
      </form>
      <p class="muted" id="hub-hint">${texts.hub.hint}</p>
      ${this.#problemPart('hub')}
    </section>`;
  }

  #folderPart() {
    return html`<section part="folder" aria-labelledby="folder-heading">
      <h2 id="folder-heading">${texts.folder.heading}</h2>
      <p class="muted">${texts.folder.hint}</p>
      <div class="row">
        <button
          type="button"
          id="choose-folder"
          aria-disabled=${this.copying ? 'true' : 'false'}
          @click=${this.#chooseFolder}
          >${texts.folder.button}</button
        >
        <input
          id="folder"
          type="file"
          webkitdirectory
          multiple
          hidden
          aria-label=${texts.folder.label}
          @change=${this.#folderChosen}
        />
        <span>${this.copying || this.copied}</span>
      </div>
      ${this.#problemPart('folder')}
    </section>`;
  }

  #problemPart(of: NonNullable<UnmockedModels['problem']>['of']) {
    return this.problem?.of === of
      ? html`<p class="problem" part="problem" role="alert">${this.problem.text}</p>`
      : nothing;
  }

  get #hubUrl(): string {
    return this.settings?.resolved.local.settings.hubUrl ?? '';
  }

  /**
   * Chooses a model, as the form of the settings does.
   *
   * @param reference what the settings get.
   * @throws UnmockedError `invalid-argument` while no model can be chosen.
   */
  use(reference: string, title = reference): void {
    if (this.unavailable) throw new UnmockedError('invalid-argument', this.unavailable);
    if (this.settings?.resolved.local.settings.model === reference) return;
    const toServer = this.settings?.resolved.requested === 'remote';
    this.settings?.change({ model: reference, ...(toServer ? { backend: 'local' } : {}) });
    this.dispatchEvent(new UnmockedUseEvent(reference));
    this.said = texts.used(title);
  }

  /**
   * Asks the hub about a model, and shows it first.
   *
   * @throws UnmockedError `unknown-model` for what is no hub id; as `askHub`.
   */
  async lookUp(reference: string): Promise<void> {
    const model = resolveModel(reference, { hub: this.#hubUrl || undefined });
    if (model.source.kind !== 'hub')
      throw new UnmockedError('unknown-model', texts.hub.notHub(reference));
    const known = this.#cards().find((card) => card.reference === model.id);
    await this.#ask(known ?? { ...cardOf(model), license: undefined });
    if (!known) this.lookedUp = [model.id, ...this.lookedUp];
    await this.updateComplete;
    const card = this.renderRoot.querySelector(`[data-model="${CSS.escape(model.id)}"]`);
    card?.scrollIntoView({ block: 'nearest' });
    card?.querySelector<HTMLElement>('button')?.focus();
  }

  /**
   * Copies a model from a folder into this browser.
   *
   * @param files by their path in the folder.
   * @throws as `keepFolder`.
   */
  async keep(folder: string, files: ReadonlyMap<string, File>): Promise<void> {
    this.copying = texts.folder.checking(folder);
    this.copied = '';
    try {
      const kept = await keepFolder(folder, files, {
        signal: this.#work.signal,
        onProgress: (done, total) => (this.copying = texts.folder.copying(done, total)),
      });
      this.copied = texts.folder.kept(kept.id, Object.keys(kept.files).length);
      this.said = this.copied;
    } finally {
      this.copying = '';
    }
    await this.refresh();
  }

  async #ask(card: ModelCard): Promise<void> {
    if (this.asking) return;
    this.asking = card.reference;
    try {
      const facts = await askHub(card.model, this.#work.signal);
      const shown = card.license === undefined ? cardOfLookup(facts) : withFacts(card, facts);
      this.answered = new Map(this.answered).set(card.reference, shown);
      this.said = texts.asked(card.title);
    } finally {
      this.asking = '';
    }
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    const input = this.renderRoot.querySelector<HTMLInputElement>('#hub-id')!;
    const reference = input.value.trim();
    void this.#do('hub', async () => {
      if (!reference) throw new UnmockedError('unknown-model', texts.hub.empty);
      await this.lookUp(reference);
    }).then(() => {
      if (this.problem?.of === 'hub') input.focus();
    });
  };

  readonly #chooseFolder = (): void => {
    if (this.copying) return;
    if (!pickFolder) return this.renderRoot.querySelector<HTMLInputElement>('#folder')!.click();
    const pick = pickFolder;
    void this.#do('folder', async () => {
      const handle = await pick();
      if (handle) await this.#keepPicked(await filesOfHandle(handle));
    });
  };

  readonly #folderChosen = ({ target }: Event): void => {
    const input = target as HTMLInputElement;
    const picked = filesOfInput(input.files ?? []);
    input.value = ''; // The same folder can be chosen again.
    void this.#do('folder', () => this.#keepPicked(picked));
  };

  async #keepPicked({ name, files }: PickedFolder): Promise<void> {
    if (files.size === 0) throw new UnmockedError('invalid-model', texts.folder.empty);
    await this.keep(name, files);
  }

  async #delete(chosen: readonly StoredModel[], name: string): Promise<void> {
    const before = this.#storedBytes();
    await deleteStored(chosen);
    await this.refresh();
    // The settings cannot keep a model that is gone.
    const inUse = this.settings?.resolved.local.settings.model;
    if (chosen.some(({ id }) => id === inUse && id.startsWith('local:')))
      this.settings?.change({ model: undefined });
    this.said = texts.stored.deleted(name, before - this.#storedBytes());
    // The button that had the focus is gone.
    this.renderRoot.querySelector<HTMLElement>('#stored')?.focus();
  }

  /** Files that two models share count once. */
  #storedBytes(): number {
    const files = (this.stored ?? []).flatMap((one) => one.files);
    const bySpot = new Map(files.map(({ at, bytes }) => [JSON.stringify(at), bytes]));
    return [...bySpot.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Shows what goes wrong. The next action starts clean. */
  async #do(of: NonNullable<UnmockedModels['problem']>['of'], action: () => Promise<void>) {
    this.problem = undefined;
    this.said = '';
    try {
      await action();
    } catch (error) {
      if ((error as Error).name !== 'AbortError')
        this.problem = { of, text: (error as Error).message };
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-models': UnmockedModels;
  }
  interface GlobalEventHandlersEventMap {
    'unmocked-use': UnmockedUseEvent;
  }
}
