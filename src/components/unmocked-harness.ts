import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type AgentSettings, options } from '../settings/options.js';
import { resolveSettings, type SettingsSources } from '../settings/sources.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import { toJUnit } from '../harness/junit.js';
import type { RunOptions } from '../harness/run-options.js';
import type { Report, RunEvent } from '../harness/report.js';
import { resolveModel } from '../models/registry.js';
import { describe, type EnvironmentInfo } from '../scenarios/environment-info.js';
import { scenarios as coreScenarios } from '../scenarios/index.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Subject } from '../scenarios/subject.js';
import {
  type PageDevice,
  type Problem,
  UnmockedErrorEvent,
  UnmockedReportEvent,
  type UnmockedRequestEvent,
  UnmockedResultEvent,
  type UnmockedSettingsEvent,
  UnmockedStartEvent,
} from './events.js';
import { count } from './format.js';
import type { PageSettings } from './page-settings.js';
import { runInTurn } from '../harness/run-queue.js';
import { toAgentSettings } from './run-settings.js';
import {
  idle,
  isOver,
  reduceScenario,
  type ScenarioState,
  waiting,
} from '../harness/scenario-state.js';
import type { StartupCheck, StartupState } from './startup-check.js';
import { statusIcon, statusLabels, totalsText } from './status.js';
import { themeStyles } from './theme.styles.js';
import { harnessStyles } from './unmocked-harness.styles.js';
import type { UnmockedScenario } from './unmocked-scenario.js';
import type { UnmockedTry } from './unmocked-try.js';
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
 * @csspart header, problems, startup, panels, environment, settings, try, sources, controls, report, scenarios, scenario
 */
export class UnmockedHarness extends LitElement {
  static override styles = [themeStyles, harnessStyles];

  /** A registry id, a hub id or the URL of a folder in the hub's layout. */
  @property() model = 'unmocked-tiny';
  @property() device: PageDevice = 'auto';
  @property({ type: Number }) seed = 0;
  /** Base URL of a mirror of the hub; empty: the hub itself. */
  @property() hub = '';
  /** Where agents run in the scenarios that are not about this page's engine. */
  @property() backend: AgentSettings['backend'] = 'auto';
  /** Base URL of an OpenAI-compatible server, `/v1` included; empty: none. */
  @property({ attribute: 'api-url' }) apiUrl = '';
  /** The server's key. A secret: there is no attribute for it. */
  @property({ attribute: false }) apiKey = '';
  /** The page's settings, where the harness is the page's own; without them its own properties are all that counts. */
  @property({ attribute: false }) page: PageSettings | undefined;
  /** The check of a configured backend when the page opens. */
  @property({ attribute: false }) startup: StartupCheck | undefined;
  /** How that check stands. */
  @property({ attribute: false }) startupState: StartupState | undefined;
  /** Shows, and runs, only scenarios with one of these tags. */
  @property({ attribute: false }) tags: readonly string[] = [];
  /** Default: the core scenarios. */
  @property({ attribute: false }) scenarios: readonly Scenario[] = coreScenarios;
  /** What is tested in place of the real subject; for saboteurs. */
  @property({ attribute: false }) subject: Subject | undefined;
  /** What was wrong with the page's address, or with the latest run. */
  @property({ attribute: false }) problems: readonly Problem[] = [];
  /** The latest run's, once it is over. */
  @property({ attribute: false }) report: Report | undefined;
  /** A run is under way. Read only. */
  @property({ type: Boolean, reflect: true }) running = false;

  @state() private description: EnvironmentInfo | undefined;
  @state() private announcement = '';
  @state() private stopping = false;
  /** Ids of the latest run's scenarios. */
  @state() private latest: readonly string[] = [];

  #states = new Map<string, ScenarioState>();
  #controller: AbortController | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    (this.subject ? this.subject.describe() : describe()).then(
      (description) => (this.description = description),
      (error: Error) =>
        this.#addProblem(`The browser could not be asked what it can do: ${error.message}`),
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

  /** What its settings are made of. */
  get sources(): SettingsSources {
    if (this.page) return this.page.sources;
    const { backend, device, seed, hub, apiUrl, apiKey, model } = this;
    // The default is no choice: a server has models of its own.
    const own = toAgentSettings({
      backend,
      device,
      seed,
      hub,
      apiUrl,
      apiKey,
      model: model === options.model.default ? '' : model,
    });
    return {
      argument: Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
      environment: {},
    };
  }

  /**
   * Runs the scenarios with these ids, in their usual order; without ids all that are shown. A run that is stopped returns its report.
   *
   * @throws UnmockedError `invalid-argument` or `unknown-model` when it cannot begin: an unknown id, a bad setting, a run under way.
   */
  async run(ids?: readonly string[], signal?: AbortSignal): Promise<Report> {
    if (this.#controller)
      throw new UnmockedError(
        'invalid-argument',
        'A run is under way. Wait for its end, or stop it.',
      );
    const controller = (this.#controller = new AbortController());
    this.running = true;
    this.report = undefined;
    this.problems = this.problems.filter(({ kind }) => kind === 'warning');
    try {
      const chosen = this.#choose(ids);
      const settings = this.#runSettings();
      this.#begin(chosen);
      // One engine at a time: scenarios count them, and small machines hold no more.
      await Promise.all([this.startup?.stop(), this.#try?.release()]);
      const report = await runInTurn({
        ...settings,
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
        <p>A real model, in this browser, no mocks. Every check is made on tokens that were computed on this page, or by a server of yours.</p>
      </header>
      ${this.#problemList()} ${this.#startupLine()}
      <div class="frame"><div class="panels" part="panels">
        <unmocked-environment part="environment" .description=${this.description}></unmocked-environment>
        ${this.#settingsPanel()}
        <unmocked-try
          part="try"
          .sources=${this.sources}
          .unavailable=${this.running ? 'A run is under way: one engine at a time.' : ''}
          @unmocked-test=${() => void this.startup?.stop()}
        ></unmocked-try>
        ${this.page ? html`<unmocked-sources part="sources" .page=${this.page} .disabled=${this.running}></unmocked-sources>` : nothing}
      </div></div>
      <div class="controls" part="controls">
        <div class="buttons">
          <button type="button" id="run" class="primary" ?disabled=${this.running} @click=${this.#runAll}>Run all ${shown.length}</button>
          <button type="button" id="stop" ?disabled=${!this.running} @click=${() => this.stop()}>${this.stopping ? 'Stopping…' : 'Stop'}</button>
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

  #settingsPanel() {
    const { page } = this;
    const key = page?.enteredKey ?? this.apiKey;
    return html`<unmocked-settings
      part="settings"
      .backend=${this.backend}
      .model=${this.model}
      .device=${this.device}
      .seed=${this.seed}
      .hub=${this.hub}
      .apiUrl=${this.apiUrl}
      .apiKey=${key}
      .keyFrom=${page && this.apiKey && !key ? page.sourceOf('apiKey', 'remote') : ''}
      .keyWithheld=${page?.keyWithheld ?? false}
      .keeps=${page !== undefined}
      .saved=${page?.hasSaved ?? false}
      .rememberKey=${page?.rememberKey ?? false}
      .disabled=${this.running}
      @unmocked-settings=${this.#change}
      @unmocked-forget=${() => page?.forget()}
    ></unmocked-settings>`;
  }

  #change({ detail: { rememberKey, ...settings } }: UnmockedSettingsEvent): void {
    if (!this.page) return void Object.assign(this, settings);
    if (rememberKey !== undefined) this.page.keepKey(rememberKey);
    if (Object.keys(settings).length > 0) this.page.change(toAgentSettings(settings));
  }

  /** Polite, and never in anybody's way; what is wrong is in the list of problems. */
  #startupLine() {
    const { status = 'idle', text = '' } = this.startupState ?? {};
    return html`<p class="startup muted" part="startup" role="status" id="startup" ?hidden=${status === 'idle' || status === 'invalid'}>${status === 'valid' ? html`<span data-status="passed">${statusIcon('passed')}</span> ` : nothing}${status === 'invalid' ? '' : text}</p>`;
  }

  #allProblems(): readonly Problem[] {
    const { status, text, warning } = this.startupState ?? { status: 'idle', text: '' };
    const startup = status === 'invalid' ? text : warning;
    return [
      ...this.problems,
      ...(this.page?.problems ?? []),
      ...(startup ? [{ kind: 'warning', text: startup } as const] : []),
    ];
  }

  #problemList() {
    const problems = this.#allProblems();
    return html`<div class="problems" part="problems" role="alert" ?hidden=${problems.length === 0}>
      <ul>
        ${problems.map(({ kind, text }) => html`<li data-kind=${kind}><strong>${kind === 'error' ? 'Error' : 'Warning'}:</strong> ${text}</li>`)}
      </ul>
    </div>`;
  }

  /** The key is in `server`, and nowhere else. */
  #runSettings(): Pick<RunOptions, 'model' | 'device' | 'seed' | 'hubUrl' | 'server'> {
    const { settings, sources } = resolveSettings(this.sources, 'remote');
    const { apiUrl, apiKey, model } = settings;
    const server =
      apiUrl === undefined
        ? null
        : {
            apiUrl,
            ...(apiKey === undefined ? {} : { apiKey }),
            ...(sources.model === 'default' ? {} : { model }),
          };
    return {
      model: this.#localModel(),
      device: this.device,
      seed: this.seed,
      hubUrl: this.hub || undefined,
      server,
    };
  }

  /** The model that this page loads. A name that is only a server's says nothing of that. */
  #localModel(): string {
    if (this.backend === 'remote')
      return this.page?.sources.config?.backends.local?.model ?? options.model.default;
    if (this.backend === 'local' || !this.apiUrl) return this.model;
    try {
      return resolveModel(this.model).id;
    } catch {
      return options.model.default;
    }
  }

  #begin(chosen: readonly Scenario[]): void {
    this.latest = chosen.map(({ id }) => id);
    for (const [id, state] of this.#states)
      this.#states.set(id, isOver(state) ? { ...state, earlier: true } : state);
    for (const id of this.latest) this.#states.set(id, waiting);
    this.announcement = `Running ${count(chosen.length, 'scenario')}.`;
    this.dispatchEvent(new UnmockedStartEvent(this.latest));
  }

  /** A token changes one card only; the page as a whole is rendered when a scenario begins or ends. */
  #show(event: RunEvent): void {
    if (event.type === 'run-start' || event.type === 'run-end') return;
    const next = reduceScenario(this.#state(event.id), event);
    this.#states.set(event.id, next);
    const card = this.renderRoot.querySelector<UnmockedScenario>(
      `unmocked-scenario[data-id="${event.id}"]`,
    );
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

  /** A button that becomes disabled loses the focus of whoever pressed it by keyboard. Stop keeps it until the run is over, which can take a while. */
  #moveFocus(from: string, to: string): void {
    const active = this.shadowRoot?.activeElement;
    if (active?.id === from)
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector<HTMLElement>(`#${to}`)?.focus(),
      );
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
    if (unknown !== undefined)
      throw new UnmockedError(
        'invalid-argument',
        `There is no scenario "${unknown}". Allowed: ${this.scenarios.map(({ id }) => id).join(', ')}.`,
      );
    const chosen = this.#shown().filter(({ id }) => !ids || ids.includes(id));
    if (chosen.length === 0)
      throw new UnmockedError('invalid-argument', 'There is no scenario to run.');
    return chosen;
  }

  #addProblem(text: string): void {
    this.problems = [...this.problems, { kind: 'error', text }];
  }

  #shown = (): Scenario[] => this.scenarios.filter((scenario) => hasTag(scenario, this.tags));
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
