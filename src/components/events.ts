import type { AgentSettings } from '../settings/options.js';
import type { PageDevice } from '../engine/ladder.js';
import type { Report, ScenarioResult } from '../harness/report.js';

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

/** A run could not begin, or broke off: an unknown model, a seed that is none. Bubbles, composed. */
export class UnmockedErrorEvent extends CustomEvent<Error> {
  static readonly type = 'unmocked-error';
  constructor(error: Error) {
    super(UnmockedErrorEvent.type, { detail: error, bubbles: true, composed: true });
  }
}

/** Somebody pressed a card's Run or Stop. Whoever runs it instead of the card cancels the event. */
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

/** The settings were changed by hand. Does not bubble: its detail can be a key. */
export class UnmockedSettingsEvent extends CustomEvent<SettingsChange> {
  static readonly type = 'unmocked-settings';
  constructor(change: SettingsChange) {
    super(UnmockedSettingsEvent.type, { detail: change });
  }
}

/** "Forget saved settings" was pressed. Does not bubble. */
export class UnmockedForgetEvent extends Event {
  static readonly type = 'unmocked-forget';
  constructor() {
    super(UnmockedForgetEvent.type);
  }
}

/** A test of the settings begins. Does not bubble. */
export class UnmockedTestEvent extends Event {
  static readonly type = 'unmocked-test';
  constructor() {
    super(UnmockedTestEvent.type);
  }
}

/** What a run is made with, as its controls, attributes and URL parameters say it. */
export interface RunSettings {
  model: string;
  device: PageDevice;
  seed: number;
  /** Base URL of a mirror of the hub; empty: the hub itself. */
  hub: string;
  backend: AgentSettings['backend'];
  /** Base URL of an OpenAI-compatible server; empty: none. */
  apiUrl: string;
  /** Its key; empty: none. Never in the address. */
  apiKey: string;
}

/** What was changed by hand; empty texts mean that nothing is set here any more. */
export interface SettingsChange extends Partial<RunSettings> {
  /** Whether the key is kept after this session. */
  rememberKey?: boolean;
}

/** Something that was wrong with the page's address (a warning does not keep it from running) or with a run. */
export interface Problem {
  kind: 'error' | 'warning';
  text: string;
}

/** The backends, in the order in which they are offered. */
export const backends = [
  'auto',
  'local',
  'remote',
] as const satisfies readonly AgentSettings['backend'][];

export { type PageDevice, pageDevices } from '../engine/ladder.js';

declare global {
  interface GlobalEventHandlersEventMap {
    'unmocked-result': UnmockedResultEvent;
    'unmocked-report': UnmockedReportEvent;
    'unmocked-start': UnmockedStartEvent;
    'unmocked-error': UnmockedErrorEvent;
    'unmocked-request': UnmockedRequestEvent;
    'unmocked-settings': UnmockedSettingsEvent;
    'unmocked-forget': UnmockedForgetEvent;
    'unmocked-test': UnmockedTestEvent;
  }
}
