import type { Report, ScenarioResult } from '../harness/report.js';
import type { Theme } from './theme-choice.js';

/** A scenario is over. Bubbles, composed; `detail` is its result. */
export class UnmockedResultEvent extends CustomEvent<ScenarioResult> {
  static readonly type = 'unmocked-result';
  constructor(result: ScenarioResult) {
    super(UnmockedResultEvent.type, { detail: result, bubbles: true, composed: true });
  }
}

/** A run is over. Bubbles, composed; `detail` is its report. */
export class UnmockedReportEvent extends CustomEvent<Report> {
  static readonly type = 'unmocked-report';
  constructor(report: Report) {
    super(UnmockedReportEvent.type, { detail: report, bubbles: true, composed: true });
  }
}

/** A run begins. Bubbles, composed; `detail` lists the ids of its scenarios. */
export class UnmockedStartEvent extends CustomEvent<{ scenarios: readonly string[] }> {
  static readonly type = 'unmocked-start';
  constructor(scenarios: readonly string[]) {
    super(UnmockedStartEvent.type, { detail: { scenarios }, bubbles: true, composed: true });
  }
}

/** A model loads. Bubbles, composed. */
export class UnmockedProgressEvent extends CustomEvent<ProgressDetail> {
  static readonly type = 'unmocked-progress';
  constructor(progress: ProgressDetail) {
    super(UnmockedProgressEvent.type, { detail: progress, bubbles: true, composed: true });
  }
}

export interface ProgressDetail {
  /** `download`, `verify`, `session` or `warm-up`. */
  phase: string;
  loadedBytes: number;
  /** 0 if it is not known. */
  totalBytes: number;
}

/** A run failed to start, for instance because a setting is not allowed. Bubbles, composed. */
export class UnmockedErrorEvent extends CustomEvent<Error> {
  static readonly type = 'unmocked-error';
  constructor(error: Error) {
    super(UnmockedErrorEvent.type, { detail: error, bubbles: true, composed: true });
  }
}

/** The user chose what the pane shows. Bubbles, composed. */
export class UnmockedSelectEvent extends CustomEvent<SelectDetail> {
  static readonly type = 'unmocked-select';
  constructor(detail: SelectDetail) {
    super(UnmockedSelectEvent.type, { detail, bubbles: true, composed: true });
  }
}

export interface SelectDetail {
  /** Id of the scenario; empty: the pane follows the run. */
  id: string;
  /** The user moves on with an arrow key, so this is no place to come back to. */
  moved: boolean;
}

/** The user chose a theme. Bubbles, composed. */
export class UnmockedThemeEvent extends CustomEvent<Theme> {
  static readonly type = 'unmocked-theme';
  constructor(theme: Theme) {
    super(UnmockedThemeEvent.type, { detail: theme, bubbles: true, composed: true });
  }
}

/** The user pressed Run or Stop on a card. Cancel the event to run the scenario elsewhere. */
export class UnmockedRequestEvent extends CustomEvent<{ action: 'run' | 'stop'; id: string }> {
  static readonly type = 'unmocked-request';
  constructor(action: 'run' | 'stop', id: string) {
    super(UnmockedRequestEvent.type, {
      detail: { action, id },
      bubbles: true,
      composed: true,
      cancelable: true,
    });
  }
}

export { type PageDevice, pageDevices } from '../engine/ladder.js';
export type { Problem } from '../settings/problem.js';

declare global {
  interface GlobalEventHandlersEventMap {
    'unmocked-result': UnmockedResultEvent;
    'unmocked-report': UnmockedReportEvent;
    'unmocked-start': UnmockedStartEvent;
    'unmocked-theme': UnmockedThemeEvent;
    'unmocked-select': UnmockedSelectEvent;
    'unmocked-progress': UnmockedProgressEvent;
    'unmocked-error': UnmockedErrorEvent;
    'unmocked-request': UnmockedRequestEvent;
  }
}
