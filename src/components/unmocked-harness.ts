import { html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import type { StartupState } from '../agents/check-startup.js';
import type { StartupCheck } from '../agents/startup-check.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import { fetched } from '../fetched.js';
import type { Finding } from '../harness/findings.js';
import type { Report, RunEvent } from '../harness/report.js';
import { describe, type EnvironmentInfo } from '../scenarios/environment-info.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import type { Replay } from '../reports/replay.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Subject } from '../scenarios/subject.js';
import type { EarlierReports } from './charts/unmocked-timings.js';
import { detailsCode } from './details-code.js';
import {
  type Problem,
  UnmockedErrorEvent,
  UnmockedProgressEvent,
  UnmockedReportEvent,
  type UnmockedRequestEvent,
  UnmockedResultEvent,
  UnmockedSelectEvent,
  UnmockedStartEvent,
  UnmockedThemeEvent,
} from './events.js';
import { headerPart } from './header-part.js';
import { chosenOf, offered, startRun, testedBy } from './harness-run.js';
import { loadReport } from './load-report.js';
import { moveFocus } from './move-focus.js';
import { adoptPaneStyles } from './pane.styles.js';
import { remedyFor } from './findings-part.js';
import { outcomeStyles } from './outcome.styles.js';
import { problemsPart, startupPart } from './problem-parts.js';
import { ReplayPanel } from './replay-panel.js';
import { RunBoard } from './run-board.js';
import { runPart } from './run-part.js';
import { stripStyles } from './scenario-strip.styles.js';
import { SettingsElement } from './settings-element.js';
import { SettingsPanel } from './settings-panel.js';
import { statusLabels, totalsText } from './status.js';
import { texts } from './texts.js';
import { schemeOf, type Theme } from './theme-choice.js';
import { themeStyles } from './theme.styles.js';
import { harnessStyles } from './unmocked-harness.styles.js';
import type { UnmockedScenario } from './unmocked-scenario.js';
import type { UnmockedTry } from './unmocked-try.js';

/**
 * The page: a model that answers, and every scenario with its result.
 *
 * Nothing downloads before a click. Attributes and properties mirror the controls; `run`, `stop` and
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
 * @fires {UnmockedSelectEvent} unmocked-select - The user chose a scenario; `detail.id` is its id, or empty to follow the run.
 * @fires {UnmockedThemeEvent} unmocked-theme - The user chose a theme; `detail` is `system`, `light` or `dark`.
 *
 * @slot - Shown while the element is not defined.
 *
 * @csspart header - The title of the page.
 * @csspart theme - The switch of the theme.
 * @csspart problems - What is wrong.
 * @csspart startup - What the check at the start found.
 * @csspart panels - The question, and what is beside it.
 * @csspart try - The question to the model, and its answer.
 * @csspart environment - What this browser can do.
 * @csspart using - The settings in use, and the button that changes them.
 * @csspart dialog - The panel behind that button.
 * @csspart settings - The form of the settings, in that panel.
 * @csspart sources - Where the settings come from, in that panel.
 * @csspart controls - Run, Stop and the report.
 * @csspart report - The report.
 * @csspart strip - A cell for each scenario, in the order of a run.
 * @csspart cell - One cell.
 * @csspart findings - What kept scenarios from passing, each cause once.
 * @csspart finding - One cause.
 * @csspart pane - The chosen scenario, or the one that runs.
 * @csspart scenario - The scenario in the pane. Its own parts have the prefix `scenario-`, as in `scenario-card`.
 * @csspart list - All scenarios, in groups.
 * @csspart timings - How fast the run was, in one line that opens.
 */
export class UnmockedHarness extends SettingsElement {
  static override styles = [themeStyles, stripStyles, outcomeStyles, harnessStyles];

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
  /**
   * Earlier reports of the same model, to compare times with.
   *
   * @internal The page sets it.
   */
  @property({ attribute: false }) earlier: EarlierReports | undefined;

  /** Id of the scenario that the user chose for the pane. Empty: the pane follows the run. */
  @property({ attribute: false }) selected = '';
  /** Light or dark, whatever the page is; `system`: as the page, or else the system, says. */
  @property({ attribute: false }) theme: Theme = 'system';

  @state() private environment: EnvironmentInfo | undefined;
  @state() private announcement = '';
  @state() private stopping = false;

  readonly #board = new RunBoard();
  readonly #panel = new SettingsPanel(this);
  readonly #replays = new ReplayPanel(this);
  #controller: AbortController | undefined;
  /** The check at the start has said something. */
  #checked = false;

  override connectedCallback(): void {
    super.connectedCallback();
    (this.subject ? this.subject.describe() : describe()).then(
      (environment) => (this.environment = environment),
      (error: Error) => this.#addProblem(texts.page.probeFailed(error.message)),
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
    const controller = this.#enter();
    this.report = undefined;
    this.problems = this.problems.filter(({ kind }) => kind === 'warning');
    try {
      const chosen = chosenOf(this.scenarios, offered(this), ids);
      this.baseAttribute.check();
      const tested = testedBy(this.settings, this.agent);
      this.#begin(chosen);
      this.#loadCode();
      // One engine at a time: scenarios count engines, and a small machine holds no more.
      await Promise.all([this.startup?.stop(), this.#try?.release()]);
      const report = await startRun(tested, {
        scenarios: chosen,
        subject: this.subject,
        signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
        onEvent: (event) => this.#show(event),
      });
      this.#end();
      this.report = report;
      this.announcement = texts.run.over(report.status, totalsText(report));
      this.dispatchEvent(new UnmockedReportEvent(report));
      return report;
    } catch (error) {
      this.#end();
      this.#board.abandon();
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

  /**
   * Shows a report as if its run had just ended.
   *
   * @throws UnmockedError `invalid-argument` while a run is under way.
   */
  show(report: Report): void {
    if (this.running) throw busy();
    this.#loadCode();
    this.#board.show(report.results);
    this.report = report;
  }

  /**
   * Runs one scenario of the report again, with its model, device, dtype and seed, and compares the
   * token ids.
   *
   * @throws UnmockedError `invalid-argument` if there is nothing to compare with, or a run is under way.
   */
  async replay(id: string): Promise<Replay> {
    const { report, scenarios } = this;
    if (!report) throw new UnmockedError('invalid-argument', 'There is no report. Run first.');
    const { signal } = this.#enter();
    moveFocus(this, 'replay', 'stop');
    try {
      await Promise.all([this.startup?.stop(), this.#try?.release()]);
      return await this.#replays.replay(report, id, { signal, scenarios });
    } finally {
      this.#end('replay');
    }
  }

  /** The report as JUnit XML; undefined until a run is over. */
  async junit(): Promise<string | undefined> {
    const { toJUnit } = await fetched(import('../harness/junit.js'));
    return this.report && toJUnit(this.report);
  }

  protected override willUpdate(): void {
    this.#checked ||= (this.startupState?.status ?? 'idle') !== 'idle';
    const scheme = schemeOf(this.theme);
    if (this.style.colorScheme !== scheme) this.style.colorScheme = scheme;
  }

  protected override updated(): void {
    adoptPaneStyles(this.#paneCard);
  }

  override render() {
    const scenarios = offered(this);
    const shown = this.#shown(scenarios);
    return html`
      ${headerPart(this.theme, this.#chooseTheme, this.settings.keeps)}
      ${problemsPart(this.problems, this.settings.problems)}
      <div class="frame"><div class="panels" part="panels">
        ${this.#tryPanel()}
        <div class="aside">
          <unmocked-environment
            part="environment"
            .info=${this.environment}
          ></unmocked-environment>
          ${this.#panel.line()} ${startupPart(this.startupState, this.#checked)}
        </div>
      </div></div>
      ${this.#panel.dialog(this.running, this.#try)} ${this.#runSection(scenarios, shown)}
    `;
  }

  #runSection(scenarios: readonly Scenario[], shown: Scenario | undefined) {
    const { state, latest, results, running } = this.#board;
    return runPart({
      scenarios,
      shown,
      state,
      results,
      expected: latest.length,
      current: this.scenarios.find(({ id }) => id === running)?.title ?? '',
      running: this.running,
      stopping: this.stopping,
      following: this.selected === '',
      tags: this.tags,
      report: this.report,
      earlier: this.earlier,
      announcement: this.announcement,
      replay: this.#replays.part({
        report: this.report,
        id: shown?.id,
        running: this.running,
        onReplay: (id) => void this.replay(id).catch(() => undefined),
      }),
      choose: this.#choose,
      remedy: this.#remedy,
      onRun: this.#runAll,
      onStop: () => this.stop(),
      onRequest: this.#request,
    });
  }

  #tryPanel() {
    return html`<unmocked-try
      part="try"
      .sources=${this.settings.sources}
      .keeps=${this.settings.keeps}
      .unavailable=${this.running ? texts.ask.busy : ''}
      @unmocked-test=${this.#testBegins}
      @unmocked-tested=${() => this.requestUpdate()}
    ></unmocked-try>`;
  }

  readonly #testBegins = (): void => {
    void this.startup?.stop();
    this.requestUpdate();
  };

  /** The scenario in the pane. */
  #shown(scenarios: readonly Scenario[]): Scenario | undefined {
    const byId = (wanted: string) => scenarios.find(({ id }) => id === wanted);
    return byId(this.selected) ?? byId(this.#board.current) ?? scenarios[0];
  }

  readonly #choose = (id: string, moved = false): void => {
    this.selected = id;
    this.dispatchEvent(new UnmockedSelectEvent({ id, moved }));
  };

  readonly #chooseTheme = (theme: Theme): void => {
    this.theme = theme;
    this.dispatchEvent(new UnmockedThemeEvent(theme));
  };

  readonly #remedy = (finding: Finding) =>
    remedyFor(finding, this.device, this.running, (ids) => {
      this.settings.change({ device: 'wasm' });
      this.#start(ids);
      void this.updateComplete.then(() => this.shadowRoot?.getElementById('stop')?.focus());
    });

  #begin(chosen: readonly Scenario[]): void {
    this.#board.begin(chosen.map(({ id }) => id));
    this.announcement = texts.run.begun(chosen.length);
    this.dispatchEvent(new UnmockedStartEvent(this.#board.latest));
  }

  /** A token renders the pane only. The page renders when a scenario begins or ends. */
  #show(event: RunEvent): void {
    if (event.type === 'run-start' || event.type === 'run-end') return;
    const next = this.#board.apply(event);
    const pane = this.#paneCard;
    if (pane?.scenario?.id === event.id) pane.state = next;
    if (event.type === 'scenario-start') this.requestUpdate();
    if (event.type === 'progress') this.dispatchEvent(new UnmockedProgressEvent(event));
    if (event.type !== 'scenario-end') return;
    const { result } = event;
    this.requestUpdate();
    this.announcement = texts.run.result(result.title, statusLabels[result.status]);
    this.dispatchEvent(new UnmockedResultEvent(result));
  }

  /** @param next what has the focus after "Stop", if that has it. */
  #end(next = 'run'): void {
    this.#controller = undefined;
    this.stopping = false;
    this.running = false;
    moveFocus(this, 'stop', next);
  }

  /** The pane follows a run that the user starts here, and comes into view. */
  readonly #runAll = (): void => {
    if (this.selected) this.#choose('');
    this.#start();
    moveFocus(this, 'run', 'stop');
    this.renderRoot.querySelector('.run')?.scrollIntoView({ block: 'start' });
  };

  /** Runs for the user. The page shows what goes wrong. */
  #start(ids?: readonly string[]): void {
    this.run(ids).catch(() => undefined);
  }

  readonly #request = (event: UnmockedRequestEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    if (event.detail.action === 'stop') this.stop();
    else if (!this.running) this.#start([event.detail.id]);
  };

  #enter(): AbortController {
    if (this.#controller) throw busy();
    this.running = true;
    return (this.#controller = new AbortController());
  }

  /** What shows reports and results. */
  #loadCode(): void {
    for (const code of [loadReport(), detailsCode.load()])
      code.catch((error: Error) => this.#addProblem(error.message));
  }

  #addProblem(text: string): void {
    this.problems = [...this.problems, { kind: 'error', text }];
  }

  get #paneCard(): UnmockedScenario | null {
    return this.renderRoot.querySelector<UnmockedScenario>('unmocked-scenario');
  }
  get #try(): UnmockedTry | null {
    return this.renderRoot?.querySelector<UnmockedTry>('unmocked-try');
  }
}

const busy = (): UnmockedError =>
  new UnmockedError('invalid-argument', 'A run is under way. Wait until it is over, or stop it.');

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-harness': UnmockedHarness;
  }
}
