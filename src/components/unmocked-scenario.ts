import { html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import type { Report, RunEvent, ScenarioResult } from '../harness/report.js';
import { resolveModel } from '../models/registry.js';
import { environmentServer } from '../settings/environment-server.js';
import { scenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import { describeDownload } from '../engine/download-size.js';
import { BaseAttribute } from './base-attribute.js';
import {
  type PageDevice,
  UnmockedErrorEvent,
  UnmockedReportEvent,
  UnmockedRequestEvent,
  UnmockedResultEvent,
} from './events.js';
import { formatDuration } from '../format.js';
import { runInTurn } from '../harness/run-queue.js';
import { runServer } from './run-server.js';
import {
  checksPart,
  devicePart,
  evidencePart,
  exchangesPart,
  loadingPart,
  metricsPart,
  outputPart,
  reasonPart,
  withCode,
} from './scenario-parts.js';
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

/**
 * Shows one scenario: what it proves and its latest result.
 *
 * Inside `<unmocked-harness>` it only displays its properties. On its own, `name` selects the
 * scenario and a click runs it. Nothing is downloaded before the click, and the button shows the
 * size. Light-DOM content is shown until the element is defined.
 *
 * @example <unmocked-scenario name="streaming" device="wasm">Needs JavaScript.</unmocked-scenario>
 *
 * @fires unmocked-result - The scenario ended; `detail` is its result. Standalone elements only.
 * @fires unmocked-report - The run ended; `detail` is its report. Standalone elements only.
 * @fires unmocked-error - The run could not start; `detail` is the error. Standalone elements only.
 * @fires unmocked-request - Run or Stop was pressed. Cancel the event to handle it yourself.
 *
 * @csspart card, header, status, button, proves, reason, loading, output, checks, check, metrics,
 *   device, attempt, exchanges, exchange
 * @cssproperty [--unmocked-block-size=26rem] - Height of a standalone element.
 */
export class UnmockedScenario extends StreamingElement {
  static override styles = [themeStyles, scenarioStyles];

  /** Id of a core scenario, for a standalone element. */
  @property() name = '';
  @property() model = 'unmocked-tiny';
  @property() device: PageDevice = 'auto';
  @property({ type: Number }) seed = 0;
  /** Base URL of a mirror of the hub. */
  @property() hub = '';
  /** Where `models/` and `ort/` are: `assets.base`, for the whole page. */
  @property()
  get base(): string {
    return this.#base.text;
  }
  set base(url: string | null) {
    this.#base.text = url;
  }
  /** The scenario to show. Default: the core scenario `name`. */
  @property({ attribute: false }) scenario: Scenario | undefined;
  @property({ attribute: false }) state: ScenarioState = idle;
  /** The position in a list, from 1. */
  @property({ type: Number }) number: number | undefined;
  /** Whether another card is running. */
  @property({ type: Boolean }) busy = false;
  /** Why its own run could not start. */
  @property({ attribute: false }) error: Error | undefined;

  readonly #base = new BaseAttribute();
  #controller: AbortController | undefined;

  /** The latest result. Undefined before the first one. */
  get result(): ScenarioResult | undefined {
    return this.state.result;
  }

  protected override get streaming(): boolean {
    return this.state.status === 'running';
  }

  protected override willUpdate(): void {
    this.toggleAttribute('standalone', !this.scenario);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
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
    this.error = undefined;
    this.state = waiting;
    try {
      this.#base.check();
      const report = await runInTurn({
        scenarios: [this.#scenario()],
        model: this.model,
        device: this.device,
        seed: this.seed,
        hubUrl: this.hub || undefined,
        server: runServer(environmentServer()),
        signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
        onEvent: (event) => this.#show(event),
      });
      this.#finish(report);
      return report.results[0]!;
    } catch (error) {
      this.state = idle;
      this.error = error instanceof Error ? error : new Error(toErrorRecord(error).message);
      this.dispatchEvent(new UnmockedErrorEvent(this.error));
      throw error;
    } finally {
      this.#controller = undefined;
    }
  }

  /** Stops the run of this element. */
  cancel(): void {
    this.#controller?.abort();
  }

  override render() {
    const scenario = this.scenario ?? scenarios.find(({ id }) => id === this.name);
    if (!scenario)
      return html`<p class="card unknown" part="card" role="alert">${this.#unknownName}</p>`;
    const { state } = this;
    const { status } = state;
    const duration = state.result?.durationMs ?? 0;
    return html`<article class="card" part="card" aria-labelledby="title" data-state=${status}>
      <header part="header">
        <div class="heading">
          <h3 id="title">${this.number ? numberPart(this.number) : nothing}${scenario.title}</h3>
          <code class="id muted">${scenario.id}</code>
        </div>
        <span class="status" part="status" data-status=${status}>
          ${statusIcon(status)}<span>${statusLabels[status]}</span>
          ${duration > 0 ? html`<span class="muted">${formatDuration(duration)}</span>` : nothing}
        </span>
        ${this.#button(scenario)}
      </header>
      <p class="proves" part="proves">${withCode(scenario.proves)}</p>
      ${state.earlier ? html`<p class="muted">From an earlier run.</p>` : nothing}
      ${this.scenario ? nothing : html`${this.#size()}${this.#announcement(scenario)}`}
      ${this.error ? errorPart(this.error) : nothing}
      ${loadingPart(state)} ${reasonPart(state)} ${evidencePart(state)} ${outputPart(state)} ${metricsPart(state)}
      ${this.#details(state)}
    </article>`;
  }

  #announcement({ title }: Scenario) {
    const text = isOver(this.state) ? `${title}: ${statusLabels[this.state.status]}.` : '';
    return html`<p class="visually-hidden" role="status">${text}</p>`;
  }

  #details(state: ScenarioState) {
    if (!isOver(state) && state.checks.length === 0 && state.attempts.length === 0) return nothing;
    return html`<div class="details"
      >${checksPart(state)} ${devicePart(state)} ${exchangesPart(state)}</div
    >`;
  }

  #button({ id, title }: Scenario) {
    const { status } = this.state;
    const active = status === 'running' || (!this.scenario && status === 'waiting');
    const label = active ? 'Stop' : 'Run';
    // One button for Run and Stop keeps the keyboard focus.
    return html`<button
      type="button"
      part="button"
      aria-label="${label} ${title}"
      ?disabled=${this.busy && !active}
      @click=${() => this.#press(active ? 'stop' : 'run', id)}
      >${label}</button
    >`;
  }

  #size() {
    let text: string;
    try {
      text = describeDownload(resolveModel(this.model), this.device);
    } catch (error) {
      text = (error as Error).message;
    }
    return html`<p class="muted size">${text}</p>`;
  }

  #press(action: 'run' | 'stop', id: string): void {
    if (!this.dispatchEvent(new UnmockedRequestEvent(action, id))) return;
    // The element shows the error.
    if (action === 'run') this.run().catch(() => undefined);
    else this.cancel();
  }

  #scenario(): Scenario {
    const scenario = this.scenario ?? scenarios.find(({ id }) => id === this.name);
    if (scenario) return scenario;
    throw new UnmockedError('invalid-argument', this.#unknownName);
  }

  get #unknownName(): string {
    const ids = scenarios.map(({ id }) => id).join(', ');
    return `There is no scenario "${this.name}". Allowed: ${ids}.`;
  }

  #show(event: RunEvent): void {
    this.state = reduceScenario(this.state, event);
    if (event.type === 'scenario-end') this.dispatchEvent(new UnmockedResultEvent(event.result));
  }

  #finish(report: Report): void {
    this.dispatchEvent(new UnmockedReportEvent(report));
  }
}

const numberPart = (number: number) =>
  html`<span class="number" aria-hidden="true">${String(number).padStart(2, '0')}</span>`;

const errorPart = ({ message }: Error) =>
  html`<p class="reason" role="alert" data-status="failed">${message}</p>`;

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-scenario': UnmockedScenario;
  }
}
