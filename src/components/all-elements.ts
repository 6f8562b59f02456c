import { UnmockedEnvironment } from './unmocked-environment.js';
import { UnmockedHarness } from './unmocked-harness.js';
import { UnmockedList } from './unmocked-list.js';
import { UnmockedScenario } from './unmocked-scenario.js';
import { UnmockedSettings } from './unmocked-settings.js';
import { UnmockedSources } from './unmocked-sources.js';
import { UnmockedTry } from './unmocked-try.js';

/** The elements by their names. The harness is the last, so that those inside it come first. */
export const allElements = {
  'unmocked-environment': UnmockedEnvironment,
  'unmocked-settings': UnmockedSettings,
  'unmocked-sources': UnmockedSources,
  'unmocked-try': UnmockedTry,
  'unmocked-list': UnmockedList,
  'unmocked-scenario': UnmockedScenario,
  'unmocked-harness': UnmockedHarness,
};

export {
  UnmockedEnvironment,
  UnmockedHarness,
  UnmockedList,
  UnmockedScenario,
  UnmockedSettings,
  UnmockedSources,
  UnmockedTry,
};
export { assets } from '../engine/assets.js';
export * from './events.js';
export * from './settings-events.js';
export type { UnmockedReport } from './unmocked-report.js';
