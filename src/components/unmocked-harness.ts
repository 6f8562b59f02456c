import { html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import type { StartupState } from '../agents/check-startup.js';
import type { StartupCheck } from '../agents/startup-check.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import { fetched } from '../fetched.js';
import { count } from '../format.js';
import type { Report, RunEvent } from '../harness/report.js';
import { describe, type EnvironmentInfo } from '../scenarios/environment-info.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Subject } from '../scenarios/subject.js';
import { runSettings } from '../settings/run-settings.js';
import { describeOrigin } from '../settings/setting-rows.js';
import { hasTag } from '../settings/url-parameters.js';
import {
  type Problem,
  UnmockedErrorEvent,
  UnmockedProgressEvent,
  UnmockedReportEvent,
  type UnmockedRequestEvent,
  UnmockedResultEvent,
  UnmockedStartEvent,
} from './events.js';
import type { UnmockedSettingsEvent } from './settings-events.js';
import { detailsCode } from './details-code.js';
import { loadReport } from './load-report.js';
import { runServer } from './run-server.js';
import { moveFocus } from './move-focus.js';
import { runInTurn } from '../harness/run-queue.js';
import {
  idle,
  isOver,
  reduceScenario,
  type ScenarioState,
  waiting,
} from '../harness/scenario-state.js';
import { SettingsElement } from './settings-element.js';
import { statusIcon, statusLabels, totalsText } from './status.js';
import { scenarioParts } from './exported-parts.js';
import { themeStyles } from './theme.styles.js';
import { harnessStyles } from './unmocked-harness.styles.js';
import type { UnmockedScenario } from './unmocked-scenario.js';
import type { UnmockedTry } from './unmocked-try.js';

/**
 * The page: what this browser can do, the controls, and every scenario with its result.
 *
 * Nothing downloads before a run. Attributes and properties mirror the controls; `run`, `stop` and
 * `report` mirror the buttons.
 *
 * @example <unmocked-harness model="unmocked-tiny" device="wasm" seed="7"></unmocked-harness>
 *
 * @tagname unmocked-harness
 *
 * @fires {UnmockedStartEvent} unmocked-start - A run begins; `detail.scenarios` has its ids.
 * @fires {UnmockedProgressEvent} unmocked-progress - A model loads; `detail` has the phase and the bytes.
 * @fires {UnmockedResultEvent} unmocked-result - A scenario is over; `detail` is its result.
 * @fires {UnmockedReportEvent} unmocked-report - A run is over; `detail` is its report.
 * @fires {UnmockedErrorEvent} unmocked-error - A run failed to start; `detail` is the error.
 *
 * @slot - Shown while the element is not defined.
 *
 * @csspart header - The title of the page.
 * @csspart problems - What is wrong.
 * @csspart startup - What the check at the start found.
 * @csspart panels - The panels, together.
 * @csspart environment - What this browser can do.
 * @csspart settings - The settings.
 * @csspart try - The test of the settings.
 * @csspart sources - Where the settings come from.
 * @csspart controls - Run, Stop and the report.
 * @csspart report - The report.
 * @csspart scenarios - The list of scenarios.
 * @csspart scenario - One scenario. Its own parts have the prefix `scenario-`, as in `scenario-card`.
 */
export class UnmockedHarness extends SettingsElement {
  static override styles = [themeStyles, harnessStyles];

  /** Checks the configured backend when the page opens. */
  @property({ attribute: false }) startup: StartupCheck | undefined;
  /** The state of that check. */
  @property({ attribute: false }) startupState: StartupState | undefined;
  /** Shows, and runs, only scenarios with one of these tags. */
  @property({ attribute: false }) tags: readonly string[] = [];
  /** Default: the core scenarios. */
  @property({ attribute: false }) scenarios: readonly Scenario[] = coreScenarios;
  /**
   * Loads an agent to test, in place of this page's model: see `RunOptions`. Only agent scenarios are
   * shown, and run.
   */
  @property({ attribute: false }) agent: AgentLoader | undefined;
  /** The subject under test; saboteurs replace it. */
  @property({ attribute: false }) subject: Subject | undefined;
  /** What was wrong with the page's URL, or with the latest run. */
  @property({ attribute: false }) problems: readonly Problem[] = [];
  /** The report of the latest run, once it is over. */
  @property({ attribute: false }) report: Report | undefined;
  /** A run is under way. Read only. */
  @property({ type: Boolean, reflect: true }) running = false;

  @state() private environment: EnvironmentInfo | undefined;
  @state() private announcement = '';
  @state() private stopping = false;
  /** Ids of the latest run's scenarios. */
  @state() private latest: readonly string[] = [];

  #states = new Map<string, ScenarioState>();
  #controller: AbortController | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    (this.subject ? this.subject.describe() : describe()).then(
      (environment) => (this.environment = environment),
      (error: Error) =>
        this.#addProblem(`Finding out what this browser can do failed: ${error.message}`),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
    void this.startup?.stop();
  }

  /** A test of the settings is under way. */
  get testing(): boolean {
    return this.#try?.busy ?? false;
  }

  /**
   * Runs the scenarios with these ids, in their usual order; by default, all that are shown. A run
   * that is stopped returns its report.
   *
   * @throws UnmockedError `invalid-argument` or `unknown-model` if the run cannot start: an unknown
   *   id, a setting that is not allowed, another run under way.
   */
  async run(ids?: readonly string[], signal?: AbortSignal): Promise<Report> {
    if (this.#controller)
      throw new UnmockedError(
        'invalid-argument',
        'A run is under way. Wait until it is over, or stop it.',
      );
    const controller = (this.#controller = new AbortController());
    this.running = true;
    this.report = undefined;
    this.problems = this.problems.filter(({ kind }) => kind === 'warning');
    try {
      const chosen = this.#choose(ids);
      this.baseAttribute.check();
      if (this.settings.argumentError) throw this.settings.argumentError;
      const { resolved, sources } = this.settings;
      const settings = runSettings(resolved, sources);
      const tested = this.agent
        ? { agent: this.agent, seed: settings.seed }
        : { ...settings, server: runServer(settings.server) };
      this.#begin(chosen);
      for (const code of [loadReport(), detailsCode.load()])
        code.catch((error: Error) => this.#addProblem(error.message));
      // One engine at a time: scenarios count engines, and a small machine holds no more.
      await Promise.all([this.startup?.stop(), this.#try?.release()]);
      const report = await runInTurn({
        ...tested,
        scenarios: chosen,
        subject: this.subject,
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
      for (const [id, { status }] of this.#states)
        if (status === 'waiting' || status === 'running') this.#states.set(id, idle);
      const shown = error instanceof Error ? error : new Error(toErrorRecord(error).message);
      this.#addProblem(shown.message);
      this.dispatchEvent(new UnmockedErrorEvent(shown));
      throw error;
    }
  }

  /** Ends the run. Scenarios that have not run are reported as `not-run`. */
  stop(): void {
    if (!this.#controller) return;
    this.stopping = true;
    this.#controller.abort();
  }

  /** The report as JUnit XML; undefined until a run is over. */
  async junit(): Promise<string | undefined> {
    const { toJUnit } = await fetched(import('../harness/junit.js'));
    return this.report && toJUnit(this.report);
  }

  override render() {
    const shown = this.#shownScenarios();
    const tags = this.tags.join(', ');
    return html`
      <header part="header">
        <h1><span class="struck" aria-hidden="true"></span>Unmocked</h1>
        <p>A real model, in this browser, no mocks. Every check uses tokens that this page, or your
          server, really computed.</p>
      </header>
      ${this.#problemList()} ${this.#startupLine()}
      <div class="frame"><div class="panels" part="panels">
        <unmocked-environment part="environment" .info=${this.environment}></unmocked-environment>
        ${this.#settingsPanel()}
        ${this.#tryPanel()}
        ${this.settings.keeps ? this.#sourcesPanel() : nothing}
      </div></div>
      <div class="controls" part="controls">
        ${this.#buttons(shown.length)}
        <unmocked-report
          part="report"
          .results=${this.#results()}
          .expected=${this.latest.length}
          .current=${this.#current()}
          .report=${this.report}
        ></unmocked-report>
      </div>
      <p class="visually-hidden" role="status" id="announcer">${this.announcement}</p>
      <h2>Scenarios${tags ? html` <span class="muted">tagged ${tags}</span>` : nothing}</h2>
      <ol class="scenarios" part="scenarios" @unmocked-request=${this.#request}>
        ${shown.map(this.#card)}
      </ol>
    `;
  }

  #card = (scenario: Scenario, index: number) => html`<li>
    <unmocked-scenario
      part="scenario"
      exportparts=${scenarioParts}
      data-id=${scenario.id}
      .scenario=${scenario}
      .number=${index + 1}
      .state=${this.#state(scenario.id)}
      .busy=${this.running}
    ></unmocked-scenario>
  </li>`;

  #buttons(shown: number) {
    return html`<div class="buttons">
      <button
        type="button"
        id="run"
        class="primary"
        ?disabled=${this.running}
        @click=${this.#runAll}
        >Run all ${shown}</button
      >
      <button type="button" id="stop" ?disabled=${!this.running} @click=${() => this.stop()}
        >${this.stopping ? 'Stopping…' : 'Stop'}</button
      >
    </div>`;
  }

  #tryPanel() {
    return html`<unmocked-try
      part="try"
      .sources=${this.settings.sources}
      .unavailable=${this.running ? 'A run is under way, and only one engine can be loaded.' : ''}
      @unmocked-test=${() => void this.startup?.stop()}
    ></unmocked-try>`;
  }

  #sourcesPanel() {
    return html`<unmocked-sources
      part="sources"
      .settings=${this.settings}
      .disabled=${this.running}
    ></unmocked-sources>`;
  }

  #settingsPanel() {
    const { settings, backend, model, device, seed, hub, apiUrl, apiKey } = this;
    const { enteredKey, keeps, hasSaved, rememberKey, resolved } = settings;
    // A key from an argument shows in the field. For any other key, the field shows its origin.
    const key = resolved.remote.origins.apiKey === 'argument' ? apiKey : enteredKey;
    const keyFrom =
      apiKey && !key ? describeOrigin('apiKey', 'remote', resolved, settings.sources) : '';
    return html`<unmocked-settings
      part="settings"
      .backend=${backend}
      .model=${model}
      .device=${device}
      .seed=${seed}
      .hubUrl=${hub}
      .apiUrl=${apiUrl}
      .apiKey=${key}
      .keyFrom=${keyFrom}
      .keyWithheld=${resolved.keyWithheld}
      .keeps=${keeps}
      .saved=${hasSaved}
      .rememberKey=${rememberKey}
      .disabled=${this.running}
      @unmocked-settings=${this.#change}
      @unmocked-forget=${() => settings.forget()}
    ></unmocked-settings>`;
  }

  #change({ detail: { rememberKey, ...values } }: UnmockedSettingsEvent): void {
    if (rememberKey !== undefined) this.settings.keepKey(rememberKey);
    if (Object.keys(values).length > 0) this.settings.change(values);
  }

  /** Says what the check found. What is wrong is in the list of problems instead. */
  #startupLine() {
    const { status = 'idle', text = '' } = this.startupState ?? {};
    const icon =
      status === 'valid'
        ? html`<span data-status="passed">${statusIcon('passed')}</span> `
        : nothing;
    return html`<p
      class="startup muted"
      part="startup"
      role="status"
      id="startup"
      ?hidden=${status === 'idle' || status === 'invalid'}
      >${icon}${status === 'invalid' ? '' : text}</p
    >`;
  }

  #allProblems(): readonly Problem[] {
    const { status, text, warning } = this.startupState ?? { status: 'idle', text: '' };
    const startup = status === 'invalid' ? text : warning;
    return [
      ...this.problems,
      ...this.settings.problems,
      ...(startup ? [{ kind: 'warning', text: startup } as const] : []),
    ];
  }

  #problemList() {
    const problems = this.#allProblems();
    const item = ({ kind, text }: Problem) => {
      const label = kind === 'error' ? 'Error' : 'Warning';
      return html`<li data-kind=${kind}><strong>${label}:</strong> ${text}</li>`;
    };
    return html`<div class="problems" part="problems" role="alert" ?hidden=${problems.length === 0}>
      <ul>
        ${problems.map(item)}
      </ul>
    </div>`;
  }

  #begin(chosen: readonly Scenario[]): void {
    this.latest = chosen.map(({ id }) => id);
    for (const [id, state] of this.#states)
      this.#states.set(id, isOver(state) ? { ...state, earlier: true } : state);
    for (const id of this.latest) this.#states.set(id, waiting);
    this.announcement = `Running ${count(chosen.length, 'scenario')}.`;
    this.dispatchEvent(new UnmockedStartEvent(this.latest));
  }

  /** A token renders one card only. The page renders when a scenario begins or ends. */
  #show(event: RunEvent): void {
    if (event.type === 'run-start' || event.type === 'run-end') return;
    const next = reduceScenario(this.#state(event.id), event);
    this.#states.set(event.id, next);
    const card = this.renderRoot.querySelector<UnmockedScenario>(
      `unmocked-scenario[data-id="${event.id}"]`,
    );
    if (card) card.state = next;
    if (event.type === 'scenario-start') this.requestUpdate();
    if (event.type === 'progress') this.dispatchEvent(new UnmockedProgressEvent(event));
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
    moveFocus(this, 'stop', 'run');
  }

  #runAll(): void {
    this.#start();
    moveFocus(this, 'run', 'stop');
  }

  /** Runs for the user. The page shows what goes wrong. */
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
    if (unknown !== undefined)
      throw new UnmockedError(
        'invalid-argument',
        `There is no scenario "${unknown}". ` +
          `Allowed: ${this.scenarios.map(({ id }) => id).join(', ')}.`,
      );
    const chosen = this.#shownScenarios().filter(({ id }) => !ids || ids.includes(id));
    if (chosen.length === 0)
      throw new UnmockedError(
        'invalid-argument',
        'There is no scenario to run. Choose an id or a tag that has one.',
      );
    return chosen;
  }

  #addProblem(text: string): void {
    this.problems = [...this.problems, { kind: 'error', text }];
  }

  #shownScenarios = (): Scenario[] =>
    this.scenarios.filter(
      (scenario) => hasTag(scenario, this.tags) && (!this.agent || scenario.suite === 'agent'),
    );
  get #try(): UnmockedTry | null {
    return this.renderRoot?.querySelector<UnmockedTry>('unmocked-try');
  }
  #state = (id: string): ScenarioState => this.#states.get(id) ?? idle;
  #results = () => this.latest.flatMap((id) => this.#state(id).result ?? []);
  #current = (): string =>
    this.scenarios.find(({ id }) => this.#state(id).status === 'running')?.title ?? '';
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-harness': UnmockedHarness;
  }
}
