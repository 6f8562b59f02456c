import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import { toJUnit } from '../harness/junit.js';
import type { Report, RunEvent } from '../harness/report.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import { type Description, realSystem, type System } from '../scenarios/system.js';
import { type PageDevice, type Problem, UnmockedErrorEvent, UnmockedReportEvent, type UnmockedRequestEvent, UnmockedResultEvent, type UnmockedSettingsEvent, UnmockedStartEvent } from './events.js';
import { count } from './format.js';
import { runInTurn } from './run-queue.js';
import { idle, isOver, reduceScenario, type ScenarioState, waiting } from './scenario-state.js';
import { statusLabels, totalsText } from './status.js';
import { themeStyles } from './theme.styles.js';
import { harnessStyles } from './unmocked-harness.styles.js';
import type { UnmockedScenario } from './unmocked-scenario.js';
import { hasTag } from './url-parameters.js';

/**
 * The page: what this browser can do, the controls, and every scenario with what comes of it.
 *
 * Nothing is downloaded before a run. Attributes and properties mirror the controls; `run`, `stop` and `report` mirror the buttons.
 *
 * @example <unmocked-harness model="unmocked-tiny" device="wasm" seed="7"></unmocked-harness>
 *
 * @fires unmocked-start - A run begins; `detail.scenarios` has its ids.
 * @fires unmocked-result - A scenario is over; `detail` is its result.
 * @fires unmocked-report - A run is over; `detail` is its report.
 * @fires unmocked-error - A run could not begin; `detail` is the error.
 *
 * @csspart header, problems, panels, environment, settings, controls, report, scenarios, scenario
 */
export class UnmockedHarness extends LitElement {
  static override styles = [themeStyles, harnessStyles];

  /** A registry id, a hub id or the URL of a folder in the hub's layout. */
  @property() model = 'unmocked-tiny';
  @property() device: PageDevice = 'auto';
  @property({ type: Number }) seed = 0;
  /** Base URL of a mirror of the hub; empty: the hub itself. */
  @property() hub = '';
  /** Shows, and runs, only scenarios with one of these tags. */
  @property({ attribute: false }) tags: readonly string[] = [];
  /** Default: the core scenarios. */
  @property({ attribute: false }) scenarios: readonly Scenario[] = coreScenarios;
  /** What is tested; saboteurs replace it. */
  @property({ attribute: false }) system: System = realSystem;
  /** What was wrong with the page's address, or with the latest run. */
  @property({ attribute: false }) problems: readonly Problem[] = [];
  /** The latest run's, once it is over. */
  @property({ attribute: false }) report: Report | undefined;
  /** A run is under way. Read only. */
  @property({ type: Boolean, reflect: true }) running = false;

  @state() private description: Description | undefined;
  @state() private announcement = '';
  @state() private stopping = false;
  /** Ids of the latest run's scenarios. */
  @state() private latest: readonly string[] = [];

  #states = new Map<string, ScenarioState>();
  #controller: AbortController | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.system.describe().then(
      (description) => (this.description = description),
      (error: Error) => this.#addProblem(`The browser could not be asked what it can do: ${error.message}`),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  /**
   * Runs the scenarios with these ids, in their usual order; without ids all that are shown. A run that is stopped returns its report.
   *
   * @throws UnmockedError `invalid-argument` or `unknown-model` when it cannot begin: an unknown id, a bad setting, a run under way.
   */
  async run(ids?: readonly string[], signal?: AbortSignal): Promise<Report> {
    if (this.#controller) throw new UnmockedError('invalid-argument', 'A run is under way. Wait for its end, or stop it.');
    const controller = (this.#controller = new AbortController());
    this.running = true;
    this.report = undefined;
    this.problems = this.problems.filter(({ kind }) => kind === 'warning');
    try {
      const chosen = this.#choose(ids);
      this.#begin(chosen);
      const report = await runInTurn({
        scenarios: chosen,
        model: this.model,
        device: this.device,
        seed: this.seed,
        hubUrl: this.hub || undefined,
        system: this.system,
        signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
        onEvent: (event) => this.#show(event),
      });
      this.#end();
      this.report = report;
      this.announcement = `The run ${report.status}: ${totalsText(report)}.`;
      this.dispatchEvent(new UnmockedReportEvent(report));
      return report;
    } catch (error) {
      this.#end();
      this.latest = [];
      for (const [id, { status }] of this.#states) if (status === 'waiting' || status === 'running') this.#states.set(id, idle);
      const shown = error instanceof Error ? error : new Error(toErrorRecord(error).message);
      this.#addProblem(shown.message);
      this.dispatchEvent(new UnmockedErrorEvent(shown));
      throw error;
    }
  }

  /** Ends the run; what has not run is reported as such. */
  stop(): void {
    if (!this.#controller) return;
    this.stopping = true;
    this.#controller.abort();
  }

  /** The report as JUnit XML; undefined before a run is over. */
  junit(): string | undefined {
    return this.report && toJUnit(this.report);
  }

  override render() {
    const shown = this.#shown();
    return html`
      <header part="header">
        <h1><span class="struck" aria-hidden="true"></span>Unmocked</h1>
        <p>A real model, in this browser, no mocks. Every check is made on tokens that were computed on this page.</p>
      </header>
      ${this.#problemList()}
      <div class="panels" part="panels">
        <unmocked-environment part="environment" .description=${this.description}></unmocked-environment>
        <unmocked-settings
          part="settings"
          .model=${this.model}
          .device=${this.device}
          .seed=${this.seed}
          .hub=${this.hub}
          .disabled=${this.running}
          @unmocked-settings=${(event: UnmockedSettingsEvent) => Object.assign(this, event.detail)}
        ></unmocked-settings>
      </div>
      <div class="controls" part="controls">
        <div class="buttons">
          <button type="button" id="run" class="primary" ?disabled=${this.running} @click=${this.#runAll}>Run all ${shown.length}</button>
          <button type="button" id="stop" ?disabled=${!this.running || this.stopping} @click=${() => this.stop()}>${this.stopping ? 'Stopping…' : 'Stop'}</button>
        </div>
        <unmocked-report part="report" .results=${this.#results()} .expected=${this.latest.length} .current=${this.#current()} .report=${this.report}></unmocked-report>
      </div>
      <p class="visually-hidden" role="status" id="announcer">${this.announcement}</p>
      <h2>Scenarios${this.tags.length > 0 ? html` <span class="muted">tagged ${this.tags.join(', ')}</span>` : nothing}</h2>
      <ol class="scenarios" part="scenarios" @unmocked-request=${this.#request}>
        ${repeat(shown, ({ id }) => id, this.#card)}
      </ol>
    `;
  }

  #card = (scenario: Scenario, index: number) => html`<li>
    <unmocked-scenario part="scenario" data-id=${scenario.id} .scenario=${scenario} .number=${index + 1} .state=${this.#state(scenario.id)} .busy=${this.running}></unmocked-scenario>
  </li>`;

  #problemList() {
    return html`<div class="problems" part="problems" role="alert" ?hidden=${this.problems.length === 0}>
      <ul>
        ${this.problems.map(({ kind, text }) => html`<li data-kind=${kind}><strong>${kind === 'error' ? 'Error' : 'Warning'}:</strong> ${text}</li>`)}
      </ul>
    </div>`;
  }

  #begin(chosen: readonly Scenario[]): void {
    this.latest = chosen.map(({ id }) => id);
    for (const [id, state] of this.#states) this.#states.set(id, isOver(state) ? { ...state, earlier: true } : state);
    for (const id of this.latest) this.#states.set(id, waiting);
    this.announcement = `Running ${count(chosen.length, 'scenario')}.`;
    this.dispatchEvent(new UnmockedStartEvent(this.latest));
  }

  /** A token changes one card only; the page as a whole is rendered when a scenario begins or ends. */
  #show(event: RunEvent): void {
    if (event.type === 'run-start' || event.type === 'run-end') return;
    const next = reduceScenario(this.#state(event.id), event);
    this.#states.set(event.id, next);
    const card = this.renderRoot.querySelector<UnmockedScenario>(`unmocked-scenario[data-id="${event.id}"]`);
    if (card) card.state = next;
    if (event.type === 'scenario-start') this.requestUpdate();
    if (event.type !== 'scenario-end') return;
    const { result } = event;
    this.requestUpdate();
    this.announcement = `${result.title}: ${statusLabels[result.status]}.`;
    this.dispatchEvent(new UnmockedResultEvent(result));
  }

  #end(): void {
    this.#controller = undefined;
    this.stopping = false;
    this.running = false;
    this.#moveFocus('stop', 'run');
  }

  /** A button that becomes disabled loses the focus of whoever pressed it by keyboard. */
  #moveFocus(from: string, to: string): void {
    const active = this.shadowRoot?.activeElement;
    if (active?.id === from) void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#${to}`)?.focus());
  }

  #runAll(): void {
    this.#start();
    this.#moveFocus('run', 'stop');
  }

  /** By hand; what goes wrong is shown. */
  #start(ids?: readonly string[]): void {
    this.run(ids).catch(() => undefined);
  }

  #request(event: UnmockedRequestEvent): void {
    event.preventDefault();
    event.stopPropagation();
    if (event.detail.action === 'stop') this.stop();
    else if (!this.running) this.#start([event.detail.id]);
  }

  #choose(ids: readonly string[] | undefined): Scenario[] {
    const unknown = ids?.find((id) => !this.scenarios.some((scenario) => scenario.id === id));
    if (unknown !== undefined) throw new UnmockedError('invalid-argument', `There is no scenario "${unknown}". Allowed: ${this.scenarios.map(({ id }) => id).join(', ')}.`);
    const chosen = this.#shown().filter(({ id }) => !ids || ids.includes(id));
    if (chosen.length === 0) throw new UnmockedError('invalid-argument', 'There is no scenario to run.');
    return chosen;
  }

  #addProblem(text: string): void {
    this.problems = [...this.problems, { kind: 'error', text }];
  }

  #shown = (): Scenario[] => this.scenarios.filter((scenario) => hasTag(scenario, this.tags));
  #state = (id: string): ScenarioState => this.#states.get(id) ?? idle;
  #results = () => this.latest.flatMap((id) => this.#state(id).result ?? []);
  #current = (): string => this.scenarios.find(({ id }) => this.#state(id).status === 'running')?.title ?? '';
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-harness': UnmockedHarness;
  }
}
