/** Registers `<unmocked-harness>` and the elements inside it. */
import { define } from './define.js';
import { UnmockedEnvironment } from './unmocked-environment.js';
import { UnmockedHarness } from './unmocked-harness.js';
import { UnmockedScenario } from './unmocked-scenario.js';
import { UnmockedSettings } from './unmocked-settings.js';
import { UnmockedSources } from './unmocked-sources.js';
import { UnmockedTry } from './unmocked-try.js';

define({
  'unmocked-environment': UnmockedEnvironment,
  'unmocked-settings': UnmockedSettings,
  'unmocked-sources': UnmockedSources,
  'unmocked-try': UnmockedTry,
  'unmocked-scenario': UnmockedScenario,
  // Last, so that the elements inside it are defined first.
  'unmocked-harness': UnmockedHarness,
});

export {
  UnmockedEnvironment,
  UnmockedHarness,
  UnmockedScenario,
  UnmockedSettings,
  UnmockedSources,
  UnmockedTry,
};
export { assets } from '../engine/assets.js';
export * from './events.js';
export type { UnmockedReport } from './unmocked-report.js';
