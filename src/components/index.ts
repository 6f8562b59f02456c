import { UnmockedEnvironment } from './unmocked-environment.js';
import { UnmockedHarness } from './unmocked-harness.js';
import { UnmockedScenario } from './unmocked-scenario.js';
import { UnmockedSettings } from './unmocked-settings.js';
import { UnmockedSources } from './unmocked-sources.js';
import { UnmockedTry } from './unmocked-try.js';

const elements = {
  'unmocked-environment': UnmockedEnvironment,
  'unmocked-settings': UnmockedSettings,
  'unmocked-sources': UnmockedSources,
  'unmocked-try': UnmockedTry,
  'unmocked-scenario': UnmockedScenario,
  // Last, so that the elements inside it are defined first.
  'unmocked-harness': UnmockedHarness,
};

// A page may load this twice, for instance from two bundles. The first definition stays.
for (const [name, element] of Object.entries(elements)) {
  if (!customElements.get(name)) customElements.define(name, element);
}

export {
  UnmockedEnvironment,
  UnmockedHarness,
  UnmockedScenario,
  UnmockedSettings,
  UnmockedSources,
  UnmockedTry,
};
export * from './events.js';
export type { UnmockedReport } from './unmocked-report.js';
