import { html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { ifDefined } from 'lit/directives/if-defined.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import { assets } from '../engine/assets.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import { fetched } from '../fetched.js';
import type { RunEvent, ScenarioResult } from '../harness/report.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { scenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import { describeDownload, shortDownload } from '../engine/download-size.js';
import { savesData, whenTimeComes } from './auto-start.js';
import {
  type PageDevice,
  type ProgressDetail,
  UnmockedErrorEvent,
  UnmockedProgressEvent,
  UnmockedReportEvent,
  UnmockedRequestEvent,
  UnmockedResultEvent,
} from './events.js';
import { formatDuration } from '../format.js';
import { PromptDemo } from './prompt-demo.js';
import { detailsCode } from './details-code.js';
import { barPart, logPart, noteOf, reasonPart, withCode } from './scenario-parts.js';
import {
  idle,
  isOver,
  reduceScenario,
  type ScenarioState,
  waiting,
} from '../harness/scenario-state.js';
import { statusIcon, statusLabels } from './status.js';
import { StreamingElement } from './streaming-element.js';
import { themeStyles } from './theme.styles.js';
import { scenarioStyles } from './unmocked-scenario.styles.js';

/** Pixels from its end within which the output still scrolls along. */
const NEAR_END = 16;

/**
 * Runs one scenario, or a prompt, in somebody's documentation.
 *
 * Nothing is downloaded before a click, and the element says the size first. Its height is fixed, so
 * it never moves what is below it. Inside `<unmocked-harness>` it only displays its properties.
 *
 * @example <unmocked-scenario name="streaming" device="wasm">Needs JavaScript.</unmocked-scenario>
 *
 * @tagname unmocked-scenario
 *
 * @fires {UnmockedProgressEvent} unmocked-progress - A model loads; `detail` has the phase and the bytes.
 * @fires {UnmockedResultEvent} unmocked-result - The scenario ended; `detail` is its result.
 * @fires {UnmockedReportEvent} unmocked-report - The run ended; `detail` is its report.
 * @fires {UnmockedErrorEvent} unmocked-error - The run could not start, or the prompt failed; `detail` is the error.
 * @fires {UnmockedRequestEvent} unmocked-request - Run or Stop was pressed. Cancel the event to handle it yourself.
 *
 * @slot - Shown while the element is not defined, and where it cannot run.
 * @slot poster - Shown before the first run, in place of the description.
 *
 * @csspart card - The whole element.
 * @csspart header - Title, status and button.
 * @csspart status - The status in words.
 * @csspart button - Run and Stop.
 * @csspart proves - What a pass proves.
 * @csspart stage - What scrolls: the description, then the output.
 * @csspart prompt - The text field of a prompt.
 * @csspart output - What the model says.
 * @csspart reason - Why the scenario did not pass.
 * @csspart note - The line below the output: model, progress, figures.
 * @csspart loading - The progress of a load.
 * @csspart metrics - The figures of a result.
 * @csspart details - The button that opens the dialog.
 * @csspart dialog - The dialog with the whole result.
 * @csspart checks - The checks of a result.
 * @csspart check - One check.
 * @csspart device - The device and how it was chosen.
 * @csspart attempt - One attempt to load.
 * @csspart exchanges - The requests, with token ids counted.
 * @csspart exchange - One request and its reply.
 *
 * @cssproperty [--unmocked-block-size=14rem] - The height; with `compact`, the default is 10rem.
 */
export class UnmockedScenario extends StreamingElement {
  static override styles = [themeStyles, scenarioStyles];

  /** Id of a core scenario. */
  @property() name = '';
  /** A registry id, a hub id, or the URL of a model's folder. */
  @property() model = 'unmocked-tiny';
  /** `auto`, `webgpu` or `wasm`. A named device is used or refused, never replaced. */
  @property() device: 'auto' | 'webgpu' | 'wasm' = 'auto';
  /**
   * When it runs: `click`; by itself once it is in `visible` range; or once the page has `load`ed. By
   * itself only if nothing but the bundled files is downloaded, and if the user does not save data.
   */
  @property({ attribute: 'run' }) runOn: 'click' | 'visible' | 'load' = 'click';
  /** Makes it a live demo in place of a scenario: a text field that has this prompt in it. */
  @property() prompt: string | undefined;
  /** The system message of the prompt. */
  @property() system = '';
  /** A lower box: the title and the latest output. */
  @property({ type: Boolean, reflect: true }) compact = false;
  /** URL of the folder with `models/` and `ort/`. It is one for the whole page. */
  @property() base = '';
  /** The level of the title in the page's outline, from 1 to 6. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3;
  /** The seed of sampling. */
  @property({ type: Number }) seed = 0;
  /** Base URL of a mirror of the hub. */
  @property() hub = '';
  /** Loads the agent to test or to ask, in place of `model` and `device`. */
  @property({ attribute: false }) agent: AgentLoader | undefined;
  /** The scenario to show. Default: the core scenario `name`. */
  @property({ attribute: false }) scenario: Scenario | undefined;
  /**
   * What is shown of the run.
   *
   * @internal `<unmocked-harness>` sets it.
   */
  @property({ attribute: false }) state: ScenarioState = idle;
  /**
   * The position in a list, from 1. With it, the element only displays its properties.
   *
   * @internal `<unmocked-harness>` sets it.
   */
  @property({ type: Number }) number: number | undefined;
  /**
   * Whether another card is running.
   *
   * @internal `<unmocked-harness>` sets it.
   */
  @property({ type: Boolean }) busy = false;
  /** Why its own run could not start. */
  @property({ attribute: false }) error: Error | undefined;

  @state() private open = false;

  readonly #demo = new PromptDemo(this);
  #controller: AbortController | undefined;
  #timing: AbortController | undefined;
  /** The output scrolls along. */
  #follows = true;

  /** The latest result. Undefined before the first one. */
  get result(): ScenarioResult | undefined {
    return this.state.result;
  }

  protected override get streaming(): boolean {
    return this.state.status === 'running' || this.#demo.busy;
  }

  /** Somebody else runs what this element shows. */
  get #inHarness(): boolean {
    return this.number !== undefined;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    this.toggleAttribute('standalone', !this.#inHarness);
    if (changed.has('base') && this.base)
      assets.base = new URL(this.base.replace(/\/*$/, '/'), document.baseURI).href;
    if (changed.has('runOn')) this.#waitForItsTime();
    const { stage } = this;
    if (stage && this.streaming)
      this.#follows = stage.scrollTop + stage.clientHeight >= stage.scrollHeight - NEAR_END;
  }

  protected override updated(): void {
    const { stage } = this;
    if (stage && this.#follows && (this.streaming || isOver(this.state)))
      stage.scrollTop = stage.scrollHeight;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#waitForItsTime();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#timing?.abort();
    this.cancel();
  }

  /**
   * Runs the scenario in this element.
   *
   * @throws UnmockedError `invalid-argument` or `unknown-model` if it cannot start or is running.
   */
  async run(signal?: AbortSignal): Promise<ScenarioResult> {
    if (this.#controller)
      throw new UnmockedError(
        'invalid-argument',
        'This scenario is already running. Wait until it ends, or cancel it.',
      );
    const controller = (this.#controller = new AbortController());
    this.#timing?.abort();
    this.error = undefined;
    this.state = waiting;
    this.#follows = true;
    try {
      const scenario = this.#scenario();
      const { runOne } = await fetched(import('./scenario-runner.js'));
      const report = await runOne({
        scenario,
        agent: this.agent,
        model: this.model,
        device: this.device,
        seed: this.seed,
        hubUrl: this.hub || undefined,
        signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
        onEvent: (event) => this.#show(event),
      });
      this.dispatchEvent(new UnmockedReportEvent(report));
      return report.results[0]!;
    } catch (error) {
      this.state = idle;
      this.#fail(
        (this.error = error instanceof Error ? error : new Error(toErrorRecord(error).message)),
      );
      throw error;
    } finally {
      this.#controller = undefined;
    }
  }

  /**
   * Asks the model what is in the text field. It is the demo of `prompt`. Settles when it is over;
   * the element shows an error.
   */
  async ask(): Promise<void> {
    this.#timing?.abort();
    this.#follows = true;
    const field = this.renderRoot.querySelector<HTMLInputElement>('#prompt');
    await this.#demo
      .ask(
        {
          agent: this.agent,
          model: this.model,
          hubUrl: this.hub || undefined,
          device: this.device,
          prompt: field?.value.trim() || this.prompt || '',
          system: this.system || undefined,
          seed: this.seed,
        },
        (progress) => this.#progress(progress),
      )
      .catch((error: Error) => this.#fail(error));
  }

  /** Stops the run of this element. */
  cancel(): void {
    this.#controller?.abort();
    this.#demo.stop();
  }

  private get stage(): HTMLElement | null {
    return this.renderRoot?.querySelector<HTMLElement>('.stage') ?? null;
  }

  override render() {
    if (this.prompt !== undefined && !this.#inHarness) return this.#promptBox();
    const scenario = this.#known();
    if (!scenario)
      return html`<div class="card unknown" part="card"><p>${this.#unknownName}</p><slot></slot></div>`;
    return this.#inHarness ? this.#card(scenario) : this.#box(scenario);
  }

  /** A card of a harness. It is as high as what it shows. */
  #card(scenario: Scenario) {
    const { state } = this;
    return html`<article
      class="card"
      part="card"
      aria-labelledby="title"
      data-state=${state.status}
    >
      ${this.#header(scenario)} ${provesPart(scenario)}
      ${state.earlier ? html`<p class="muted">From an earlier run.</p>` : nothing}
      ${state.status === 'idle' ? nothing : this.#details?.cardBody(state)}
    </article>`;
  }

  /** A box of fixed height. What is in it keeps its place, and new things are added below. */
  #box(scenario: Scenario) {
    const { state } = this;
    const started = state.status !== 'idle';
    return html`<article
      class="card box"
      part="card"
      aria-labelledby="title"
      data-state=${this.error ? 'failed' : state.status}
    >
      ${this.#header(scenario)}
      <div class="stage" part="stage" tabindex="0" role="group" aria-label="Output">
        ${
          started || this.error
            ? html`${this.compact ? nothing : provesPart(scenario)} ${logPart(state)}
              ${reasonPart(state)} ${this.#errorPart()}`
            : html`<slot name="poster">${this.compact ? nothing : provesPart(scenario)}${this.#size()}</slot>`
        }
      </div>
      ${this.#foot(
        state.progress,
        noteOf(state) || this.#idleNote,
        html`<button
            type="button"
            class="more"
            part="details"
            @click=${() => void this.#openDialog()}
            >Details</button
          >`,
      )}
      ${announcement(this.error ? this.error.message : this.#said(scenario))}
      ${this.#dialog(scenario)}
    </article>`;
  }

  #promptBox() {
    const demo = this.#demo;
    const output = demo.output();
    return html`<article
      class="card box"
      part="card"
      aria-labelledby="title"
      data-state=${demo.busy ? 'running' : demo.phase}
    >
      ${this.#heading('Ask the model', 'visually-hidden')}
      <header part="header">
        <input
          id="prompt"
          part="prompt"
          aria-label="Prompt"
          autocomplete="off"
          .defaultValue=${this.prompt ?? ''}
          @keydown=${this.#key}
        />
        ${this.#button(demo.busy ? 'Stop' : 'Ask', '')}
      </header>
      <div class="stage" part="stage" tabindex="0" role="group" aria-label="Output">
        ${output ?? html`<slot name="poster">${this.#size()}</slot>`}
        ${demo.phase === 'failed' ? html`<slot></slot>` : nothing}
      </div>
      ${this.#foot(demo.progress, demo.note || this.#idleNote)} ${announcement(demo.announcement)}
    </article>`;
  }

  #header(scenario: Scenario) {
    const { status, result } = this.state;
    const duration = result?.durationMs ?? 0;
    const active = status === 'running' || (!this.#inHarness && status === 'waiting');
    const title = html`${this.number ? numberPart(this.number) : nothing}${scenario.title}`;
    return html`<header part="header">
      <div class="heading">
        ${this.#heading(title)}
        <code class="id muted">${scenario.id}</code>
      </div>
      <span class="status" part="status" data-status=${status}>
        ${statusIcon(status)}<span>${statusLabels[status]}</span>
        ${duration > 0 ? html`<span class="muted">${formatDuration(duration)}</span>` : nothing}
      </span>
      ${this.#button(active ? 'Stop' : 'Run', scenario.title, this.busy && !active)}
    </header>`;
  }

  /** A level that the page chooses needs a role: an element's name cannot change. */
  #heading(text: unknown, className = '') {
    return html`<div
      id="title"
      class="title ${className}"
      role="heading"
      aria-level=${this.headingLevel}
      >${text}</div
    >`;
  }

  /** One button for Run and Stop keeps the keyboard focus. */
  #button(label: 'Run' | 'Ask' | 'Stop', what: string, disabled = false) {
    // Another element for another word: a word that changes its width would move.
    const words = { Run: html`<b>Run</b>`, Ask: html`<b>Ask</b>`, Stop: html`<b>Stop</b>` };
    return html`<button
      type="button"
      class="main"
      part="button"
      aria-label=${ifDefined(what ? `${label} ${what}` : undefined)}
      ?disabled=${disabled}
      @click=${() => this.#press(label === 'Stop' ? 'stop' : 'run')}
      >${words[label]}</button
    >`;
  }

  #foot(progress: ScenarioState['progress'], note: string, more: unknown = nothing) {
    return html`<footer>
      <div class="note muted" part="note"
        >${
          progress ? barPart(progress) : html`<span class="line" title=${note}>${note}</span>`
        }</div
      >
      ${more}
    </footer>`;
  }

  #dialog(scenario: Scenario) {
    if (!this.open) return nothing;
    const { state } = this;
    return html`<dialog
      part="dialog"
      closedby="any"
      aria-labelledby="dialog-title"
      @close=${() => (this.open = false)}
    >
      <div class="dialog-head">
        <h2 id="dialog-title">${scenario.title}: ${statusLabels[state.status]}</h2>
        <button type="button" autofocus @click=${this.#closeDialog}>Close</button>
      </div>
      ${provesPart(scenario)} ${isOver(state) ? nothing : this.#size()}
      ${this.#details?.resultBody(state)}
    </dialog>`;
  }

  /** Comes a moment later where it is not there yet. */
  get #details() {
    if (!detailsCode.now)
      this.#loadDetails().then(
        () => this.requestUpdate(),
        () => undefined,
      );
    return detailsCode.now;
  }

  /** @throws UnmockedError `network`, which the element shows. */
  async #loadDetails(): Promise<void> {
    try {
      await detailsCode.load();
    } catch (error) {
      this.#fail((this.error = error as Error));
      throw error;
    }
  }

  async #openDialog(): Promise<void> {
    await this.#loadDetails().catch(() => undefined);
    this.open = detailsCode.now !== undefined;
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog?.isConnected && !dialog.open) dialog.showModal();
  }

  #closeDialog(): void {
    this.renderRoot.querySelector('dialog')?.close();
  }

  #said({ title }: Scenario): string {
    const { status } = this.state;
    if (status === 'idle') return '';
    return `${title}: ${statusLabels[status]}.`;
  }

  /** Who will answer, and how much that downloads. */
  get #idleNote(): string {
    if (this.agent) return 'An agent of this page';
    const size = this.#describe(shortDownload);
    return [size && `Downloads ${size}`, this.model, this.device].filter(Boolean).join(' · ');
  }

  #size() {
    if (this.agent) return nothing;
    const text = this.#describe(describeDownload, ({ message }) => message);
    return html`<p class="muted size">${text}</p>`;
  }

  #describe(
    describe: (model: Model, device: PageDevice) => string,
    orElse: (error: Error) => string = () => '',
  ): string {
    try {
      return describe(resolveModel(this.model), this.device);
    } catch (error) {
      return orElse(error as Error);
    }
  }

  /** The page says in the default slot what to do without the element. */
  #errorPart() {
    if (!this.error) return nothing;
    return html`<p class="reason" part="reason" data-status="failed">${this.error.message}</p>
      <slot></slot>`;
  }

  #press(action: 'run' | 'stop'): void {
    const id = this.#known()?.id ?? '';
    if (!this.dispatchEvent(new UnmockedRequestEvent(action, id))) return;
    if (action === 'stop') this.cancel();
    else this.#start();
  }

  /** The element shows the error. */
  #start(): void {
    if (this.prompt !== undefined) void this.ask();
    else this.run().catch(() => undefined);
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.isComposing || this.#demo.busy) return;
    event.preventDefault();
    this.#press('run');
  }

  #waitForItsTime(): void {
    this.#timing?.abort();
    if (this.runOn === 'click' || this.#inHarness || !this.isConnected) return;
    const { signal } = (this.#timing = new AbortController());
    whenTimeComes(this.runOn, this, signal, () => {
      if (this.#mayStart()) this.#start();
    });
  }

  /** Only what comes with the package may be downloaded before a click. */
  #mayStart(): boolean {
    if (this.agent || savesData()) return false;
    try {
      return resolveModel(this.model).source.kind === 'bundled';
    } catch {
      return false; // The element shows the error.
    }
  }

  #known = (): Scenario | undefined =>
    this.scenario ?? scenarios.find(({ id }) => id === this.name);

  #scenario(): Scenario {
    const scenario = this.#known();
    if (scenario) return scenario;
    throw new UnmockedError('invalid-argument', this.#unknownName);
  }

  get #unknownName(): string {
    const ids = scenarios.map(({ id }) => id).join(', ');
    return `There is no scenario "${this.name}". Allowed: ${ids}.`;
  }

  #show(event: RunEvent): void {
    this.state = reduceScenario(this.state, event);
    if (event.type === 'progress') this.#progress(event);
    if (event.type === 'scenario-end') this.dispatchEvent(new UnmockedResultEvent(event.result));
  }

  #progress({ phase, loadedBytes, totalBytes }: ProgressDetail): void {
    this.dispatchEvent(new UnmockedProgressEvent({ phase, loadedBytes, totalBytes }));
  }

  #fail(error: Error): void {
    this.dispatchEvent(new UnmockedErrorEvent(error));
  }
}

const numberPart = (number: number) =>
  html`<span class="number" aria-hidden="true">${String(number).padStart(2, '0')}</span>`;

const provesPart = ({ proves }: Scenario) =>
  html`<p class="proves" part="proves">${withCode(proves)}</p>`;

/** The only live region. It says what happens and is not read out token by token. */
const announcement = (text: string) => html`<p class="visually-hidden" role="status">${text}</p>`;

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-scenario': UnmockedScenario;
  }
}
