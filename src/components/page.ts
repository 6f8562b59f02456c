import type { UnmockedHarness } from './unmocked-harness.js';
import { parseUrlParameters } from './url-parameters.js';

/**
 * Makes a harness the page's own: the address sets it up and may start it, and the document element says how the run ended, as
 * `data-unmocked="passed"`, `"failed"` or `"error"` (with the text in `data-unmocked-error`). An embedded harness is left out of this.
 */
export function connectPage(harness: UnmockedHarness, search: string): void {
  const { dataset } = document.documentElement;
  const fail = (message: string) => {
    dataset['unmockedError'] = message;
    dataset['unmocked'] = 'error';
  };
  harness.addEventListener('unmocked-start', () => {
    delete dataset['unmocked'];
    delete dataset['unmockedError'];
  });
  harness.addEventListener('unmocked-report', ({ target, detail }) => {
    if (target === harness) dataset['unmocked'] = detail.status;
  });
  harness.addEventListener('unmocked-error', ({ target, detail }) => {
    if (target === harness) fail(detail.message);
  });

  const { run, tags, errors, warnings, ...settings } = parseUrlParameters(search, harness.scenarios);
  harness.problems = [...errors.map((text) => ({ kind: 'error' as const, text })), ...warnings.map((text) => ({ kind: 'warning' as const, text }))];
  if (errors.length > 0) return fail(errors.join('\n'));
  Object.assign(harness, settings);
  harness.tags = tags ?? [];
  // What goes wrong is shown by the harness, and said by its event.
  if (run) harness.run(run === 'all' ? undefined : run).catch(() => undefined);
}
