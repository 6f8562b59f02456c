import type { AgentSettings } from '../settings/settings.js';

/** The user changed a setting. Does not bubble, because its detail can be a key. */
export class UnmockedSettingsEvent extends CustomEvent<SettingsChange> {
  static readonly type = 'unmocked-settings';
  constructor(change: SettingsChange) {
    super(UnmockedSettingsEvent.type, { detail: change });
  }
}

/** The user pressed "Forget saved settings". Does not bubble. */
export class UnmockedForgetEvent extends Event {
  static readonly type = 'unmocked-forget';
  constructor() {
    super(UnmockedForgetEvent.type);
  }
}

/** The user chose a scenario of the list. Does not bubble. */
export class UnmockedChooseEvent extends Event {
  static readonly type = 'unmocked-choose';
  readonly id: string;
  constructor(id: string) {
    super(UnmockedChooseEvent.type);
    this.id = id;
  }
}

/** A test of the settings begins. Does not bubble. */
export class UnmockedTestEvent extends Event {
  static readonly type = 'unmocked-test';
  constructor() {
    super(UnmockedTestEvent.type);
  }
}

/** A test of the settings is over. Does not bubble. */
export class UnmockedTestedEvent extends Event {
  static readonly type = 'unmocked-tested';
  constructor() {
    super(UnmockedTestedEvent.type);
  }
}

/** What the user changed. `undefined` means that the setting is no longer set. */
export interface SettingsChange extends Partial<AgentSettings> {
  /** Whether the key outlives the session. */
  rememberKey?: boolean;
}

declare global {
  interface GlobalEventHandlersEventMap {
    'unmocked-settings': UnmockedSettingsEvent;
    'unmocked-forget': UnmockedForgetEvent;
    'unmocked-choose': UnmockedChooseEvent;
    'unmocked-test': UnmockedTestEvent;
    'unmocked-tested': UnmockedTestedEvent;
  }
}
