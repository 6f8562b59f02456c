import { html, nothing } from 'lit';
import { type Finding, findingsOf } from '../harness/findings.js';
import type { Report, ScenarioResult } from '../harness/report.js';
import type { ScenarioState } from '../harness/scenario-state.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { EarlierReports } from './charts/unmocked-timings.js';
import type { UnmockedRequestEvent } from './events.js';
import { scenarioParts } from './exported-parts.js';
import { findingsPart, type Remedy } from './findings-part.js';
import { cellId, PANE_ID, stripPart } from './scenario-strip.js';
import type { UnmockedChooseEvent } from './settings-events.js';
import { texts } from './texts.js';

/** What the run's part of the page shows, and what the user can do there. */
export interface RunView {
  /** What can be run, in its order. */
  scenarios: readonly Scenario[];
  /** The scenario in the pane. */
  shown: Scenario | undefined;
  state(id: string): ScenarioState;
  /** Of the latest run, so far. */
  results: readonly ScenarioResult[];
  /** Scenarios of the latest run; 0 before the first. */
  expected: number;
  /** Title of the running scenario. */
  current: string;
  running: boolean;
  stopping: boolean;
  /** The pane follows the run. */
  following: boolean;
  tags: readonly string[];
  report: Report | undefined;
  /** Earlier reports, to compare times with. */
  earlier: EarlierReports | undefined;
  announcement: string;
  /** What can be done with the result in the pane. */
  replay: unknown;
  choose(id: string, moved?: boolean): void;
  remedy(finding: Finding): Remedy | undefined;
  onRun(): void;
  onStop(): void;
  onRequest(event: UnmockedRequestEvent): void;
}

/** The controls, the strip, what was found, the pane and the list. */
export function runPart(view: RunView) {
  const { scenarios, shown, choose, state } = view;
  const tags = view.tags.join(', ');
  return html`<section class="run ${view.report ? 'over' : ''}" aria-labelledby="scenarios">
    <h2 id="scenarios"
      >${texts.run.heading}${
        tags ? html` <span class="muted">${texts.run.tagged(tags)}</span>` : nothing
      }</h2
    >
    ${controlsPart(view)}
    <p class="visually-hidden" role="status" id="announcer">${view.announcement}</p>
    ${stripPart({ scenarios, shown: shown?.id ?? '', state, choose })}
    <div class="outcome ${view.expected > 0 ? 'begun' : ''}">
      ${view.expected === 0 ? html`<p class="muted">${texts.run.idle}</p>` : nothing}
      <unmocked-report
        part="report"
        .results=${view.results}
        .expected=${view.expected}
        .current=${view.current}
        .report=${view.report}
      ></unmocked-report>
      ${findingsPart({ findings: findingsOf(view.results), choose, remedy: view.remedy })}
    </div>
    <div class="frame"><div class="board">
      ${panePart(view)}
      <unmocked-list
        part="list"
        .rows=${scenarios.map((scenario) => rowOf(scenario, state(scenario.id)))}
        .shown=${shown?.id ?? ''}
        @unmocked-choose=${({ id }: UnmockedChooseEvent) => choose(id)}
      ></unmocked-list>
    </div></div>
    <unmocked-timings
      part="timings"
      .report=${view.report}
      .earlier=${view.earlier}
    ></unmocked-timings>
    <unmocked-print .report=${view.report}></unmocked-print>
  </section>`;
}

const rowOf = (scenario: Scenario, { status, result }: ScenarioState) => ({
  scenario,
  status,
  durationMs: result?.durationMs ?? 0,
});

function controlsPart(view: RunView) {
  const { running, following, shown, choose } = view;
  return html`<div class="controls" part="controls">
    <button type="button" id="run" class="primary" ?disabled=${running} @click=${view.onRun}
      >${texts.run.all(view.scenarios.length)}</button
    >
    <button type="button" id="stop" ?disabled=${!running} @click=${view.onStop}
      >${view.stopping ? texts.run.stopping : texts.run.stop}</button
    >
    <button
      type="button"
      id="follow"
      aria-pressed=${following}
      @click=${() => choose(following ? (shown?.id ?? '') : '')}
      >${texts.run.follow}</button
    >
  </div>`;
}

function panePart({ scenarios, shown, state, running, replay, onRequest }: RunView) {
  return html`<div
    id=${PANE_ID}
    class="pane"
    part="pane"
    role="tabpanel"
    tabindex="0"
    aria-labelledby=${shown ? cellId(shown.id) : nothing}
    @unmocked-request=${onRequest}
  >
    ${
      shown
        ? html`<unmocked-scenario
            part="scenario"
            exportparts=${scenarioParts}
            .scenario=${shown}
            .number=${scenarios.indexOf(shown) + 1}
            .state=${state(shown.id)}
            .busy=${running}
          ></unmocked-scenario>`
        : html`<p class="muted">${texts.run.none}</p>`
    }
    ${replay}
  </div>`;
}
