import { html, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import { fetched } from '../fetched.js';
import type { RunEvent, ScenarioResult } from '../harness/report.js';
import { idle, reduceScenario, type ScenarioState, waiting } from '../harness/scenario-state.js';
import { scenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import { BaseAttribute } from './base-attribute.js';
import {
  UnmockedErrorEvent,
  UnmockedProgressEvent,
  UnmockedReportEvent,
  UnmockedRequestEvent,
  UnmockedResultEvent,
} from './events.js';
import { cardTexts } from './card-texts.js';
import { boxCode } from './box-code.js';
import { detailsCode } from './details-code.js';
import type { ScenarioBox } from './scenario-box.js';
import { headerPart, isActive, provesPart } from './scenario-parts.js';
import { StreamingElement } from './streaming-element.js';
import { themeStyles } from './theme.styles.js';
import { scenarioStyles } from './unmocked-scenario.styles.js';

/** What a result is about. */
const subject = ['name', 'scenario', 'prompt', 'system', 'model', 'device', 'hub', 'seed', 'agent'];

/**
 * Runs one scenario, or a prompt, in somebody's documentation.
 *
 * No model is downloaded before a click, and the element says the size first. Its height is fixed, so
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
 * @csspart charts - Pictures of what was measured, each with its table.
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
   * itself only if nothing has to be downloaded: if the browser's cache has the files, or if the
   * engine of another element is still loaded.
   */
  @property({ attribute: 'run' }) runOn: 'click' | 'visible' | 'load' = 'click';
  /** Makes it a live demo in place of a scenario: a text field that has this prompt in it. */
  @property() prompt: string | null | undefined;
  /** The system message of the prompt. */
  @property() system = '';
  /** A lower box: the title and the latest output. */
  @property({ type: Boolean, reflect: true }) compact = false;
  /** URL of the folder with `models/` and `ort/`: `assets.base`, for the whole page. */
  @property()
  get base(): string {
    return this.#base.text;
  }
  set base(url: string | null) {
    this.#base.text = url;
  }
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

  readonly #base = new BaseAttribute();
  #controller: AbortController | undefined;
  /** What a single element shows. */
  #box: ScenarioBox | undefined;

  /** The latest result. Undefined before the first one. */
  get result(): ScenarioResult | undefined {
    return this.state.result;
  }

  protected override get streaming(): boolean {
    return this.state.status === 'running' || (this.#box?.demo?.busy ?? false);
  }

  /** Somebody else runs what this element shows. */
  get #inHarness(): boolean {
    return this.number !== undefined;
  }

  protected override willUpdate(changed: PropertyValues): void {
    this.toggleAttribute('standalone', !this.#inHarness);
    if (this.#inHarness) return;
    if (this.hasUpdated && subject.some((name) => changed.has(name))) this.#reset();
    if (boxCode.now) this.#box ??= new boxCode.now.ScenarioBox(this, this.#press);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.cancel();
  }

  /**
   * Runs the scenario in this element.
   *
   * @throws UnmockedError `invalid-argument` or `unknown-model` if it cannot start or is running; the
   *   signal's reason if it is stopped while it waits for another run.
   */
  get run(): (signal?: AbortSignal) => Promise<ScenarioResult> {
    return this.#run;
  }
  // Vue and React set a property where an element has one of an attribute's name.
  set run(when: string) {
    this.runOn = when as UnmockedScenario['runOn'];
  }

  readonly #run = async (signal?: AbortSignal): Promise<ScenarioResult> => {
    if (this.#controller)
      throw new UnmockedError(
        'invalid-argument',
        'This scenario is already running. Wait until it ends, or cancel it.',
      );
    const controller = (this.#controller = new AbortController());
    const isCurrent = () => this.#controller === controller;
    this.error = undefined;
    this.state = waiting;
    const stop = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
    try {
      this.#base.check();
      const { scenario } = this.#known;
      if (!scenario) throw new UnmockedError('invalid-argument', this.#known.problem);
      const { runOne } = await fetched(import('./scenario-runner.js'));
      const report = await runOne({
        scenario,
        agent: this.agent,
        model: this.model,
        device: this.device,
        seed: this.seed,
        hubUrl: this.hub || undefined,
        signal: stop,
        onEvent: (event) => {
          if (isCurrent()) this.#show(event);
        },
      });
      this.dispatchEvent(new UnmockedReportEvent(report));
      return report.results[0]!;
    } catch (error) {
      if (isCurrent()) {
        this.state = idle;
        if (!stop.aborted) this.#fail(error);
      }
      throw error;
    } finally {
      if (isCurrent()) this.#controller = undefined;
    }
  };

  /**
   * Asks the model what is in the text field. It is the demo of `prompt`. Settles when it is over;
   * the element shows an error.
   */
  async ask(): Promise<void> {
    this.error = undefined;
    try {
      this.#base.check();
      if (!this.#box) {
        await boxCode.load();
        this.requestUpdate();
        await this.updateComplete;
      }
      await this.#box?.ask();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** It shows something else now. What was shown before is no result of that. */
  #reset(): void {
    this.cancel();
    this.#controller = undefined;
    this.#box?.reset();
    this.state = idle;
    this.error = undefined;
  }

  /** Stops the run of this element. */
  cancel(): void {
    this.#controller?.abort();
    this.#box?.demo?.stop();
  }

  override render() {
    if (this.#inHarness) return this.#card();
    if (this.#box) return this.#box.render(this.#known);
    this.#await(boxCode.load());
    // Until the code is there, the element looks as if it was not defined.
    return html`${this.error ? html`<p>${this.error.message}</p>` : nothing}<slot></slot>`;
  }

  /** A card of a harness. It is as high as what it shows. */
  #card() {
    const { state, number, headingLevel } = this;
    const { scenario, problem } = this.#known;
    if (!scenario) return html`<div class="card unknown" part="card">${problem}</div>`;
    const label = isActive(state) ? 'Stop' : 'Run';
    const button = { label, disabled: this.busy && label === 'Run', press: this.#press } as const;
    return html`<article class="card" part="card" aria-labelledby="title" data-state=${state.status}>
      ${headerPart({ scenario, state, number, headingLevel }, button)} ${provesPart(scenario)}
      ${state.earlier ? html`<p class="muted">${cardTexts.earlier}</p>` : nothing}
      ${state.status === 'idle' ? nothing : this.#details()?.cardBody(state)}
    </article>`;
  }

  #details() {
    if (!detailsCode.now) this.#await(detailsCode.load());
    return detailsCode.now;
  }

  /** Renders again when the code is there. */
  #await(code: Promise<unknown>): void {
    if (this.error) return;
    code.then(
      () => this.requestUpdate(),
      (error) => this.#fail(error),
    );
  }

  readonly #press = (action: 'run' | 'stop'): void => {
    const id = this.#known.scenario?.id ?? '';
    if (!this.dispatchEvent(new UnmockedRequestEvent(action, id))) return;
    if (action === 'stop') this.cancel();
    else if (this.#box) this.#box.start();
    else this.run().catch(() => undefined); // The element shows the error.
  };

  /** What is to be shown, or why nothing can be. */
  get #known(): { scenario: Scenario | undefined; problem: string } {
    const scenario = this.scenario ?? scenarios.find(({ id }) => id === this.name);
    if (scenario) return { scenario, problem: '' };
    const ids = scenarios.map(({ id }) => id).join(', ');
    return { scenario, problem: cardTexts.unknown(this.name, ids) };
  }

  #show(event: RunEvent): void {
    this.state = reduceScenario(this.state, event);
    if (event.type === 'progress') this.dispatchEvent(new UnmockedProgressEvent(event));
    if (event.type === 'scenario-end') this.dispatchEvent(new UnmockedResultEvent(event.result));
  }

  #fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(toErrorRecord(error).message);
    this.dispatchEvent(new UnmockedErrorEvent(this.error));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-scenario': UnmockedScenario;
  }
}
