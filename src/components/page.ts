import type { ValidateStartup } from '../agents/check-startup.js';
import { StartupCheck } from '../agents/startup-check.js';
import type { Problem } from '../settings/problem.js';
import type { PageSources } from '../settings/settings-store.js';
import { parseUrlParameters } from '../settings/url-parameters.js';
import { parametersOf } from '../settings/url-settings.js';
import { linkToScenarios } from './deep-link.js';
import { linkToModels } from './models-link.js';
import { define } from './define.js';
import { rememberedTheme, rememberTheme, schemeOf, type Theme } from './theme-choice.js';
import type { UnmockedHarness } from './unmocked-harness.js';

export interface PageOptions extends Pick<PageSources, 'storage' | 'environment' | 'configUrl'> {
  /** Validates the configured backend when the page opens. */
  validate?: ValidateStartup;
}

/**
 * Makes a harness the page's own. Its settings then also come from the URL, this browser,
 * config.toml and the environment. The URL may start a run, and a configured backend is checked in
 * the background. The document element shows how a run ended, as `data-unmocked="passed"`,
 * `"failed"`, `"stopped"` or `"error"` (with the message in `data-unmocked-error`). An embedded harness has none
 * of this.
 *
 * @returns a promise that settles when the page has opened: config.toml is read, and what is
 *   configured is checked.
 */
export function connectPage(
  harness: UnmockedHarness,
  search: string,
  { validate, ...sources }: PageOptions = {},
): Promise<void> {
  showOutcome(harness);
  showTheme(harness);
  linkToScenarios(harness);
  linkToModels(harness);
  const parameters = parseUrlParameters(search, harness.scenarios);
  const { run, tags = [], errors, warnings, secrets } = parameters;
  removeFromUrl(secrets);
  harness.problems = [
    ...errors.map((text): Problem => ({ kind: 'error', text })),
    ...warnings.map((text): Problem => ({ kind: 'warning', text })),
  ];

  const startup = new StartupCheck((state) => (harness.startupState = state), validate);
  harness.startup = startup;
  const { settings } = harness;
  settings.addEventListener('change', () => void startup.stop());
  settings.open({
    ...sources,
    url: errors.length > 0 ? {} : parameters.settings,
    onLeaveUrl: (names) => removeFromUrl(parametersOf(names)),
  });
  if (errors.length > 0) {
    showError(errors.join('\n'));
    return settings.ready;
  }
  harness.tags = tags;
  return open();

  async function open(): Promise<void> {
    await settings.ready;
    if (!harness.isConnected) return;
    // The harness shows what goes wrong, and fires an event.
    if (run) return void harness.run(run === 'all' ? undefined : run).catch(() => undefined);
    await harness.updateComplete;
    await nextFrame();
    // The user may have started something meanwhile.
    if (!harness.running && !harness.testing && harness.isConnected)
      await startup.start(settings.sources);
  }
}

/**
 * Below the harness come the runs that this browser keeps, and the keyboard shortcuts. Their code comes
 * after all else.
 */
export async function addReports(harness: UnmockedHarness): Promise<void> {
  const [{ UnmockedReports }, { UnmockedShortcuts }] = await Promise.all([
    import('./unmocked-reports.js'),
    import('./unmocked-shortcuts.js'),
  ]);
  define({ 'unmocked-reports': UnmockedReports, 'unmocked-shortcuts': UnmockedShortcuts });
  const reports = document.createElement('unmocked-reports');
  const shortcuts = document.createElement('unmocked-shortcuts');
  reports.harness = shortcuts.harness = harness;
  reports.hidden = harness.hidden;
  harness.after(reports, shortcuts);
}

/** Shows on the document element how the harness's runs end. */
function showOutcome(harness: UnmockedHarness): void {
  const { dataset } = document.documentElement;
  harness.addEventListener('unmocked-start', () => {
    delete dataset['unmocked'];
    delete dataset['unmockedError'];
  });
  harness.addEventListener('unmocked-report', ({ target, detail }) => {
    if (target === harness) dataset['unmocked'] = detail.status;
  });
  harness.addEventListener('unmocked-error', ({ target, detail }) => {
    if (target === harness) showError(detail.message);
  });
}

/** The page itself is light or dark as the harness, and the browser remembers it. */
function showTheme(harness: UnmockedHarness): void {
  const apply = (theme: Theme) => {
    document.documentElement.style.colorScheme = schemeOf(theme);
  };
  harness.theme = rememberedTheme();
  if (harness.theme !== 'system') apply(harness.theme);
  harness.addEventListener('unmocked-theme', ({ target, detail }) => {
    if (target !== harness) return;
    rememberTheme(detail);
    apply(detail);
  });
}

function showError(message: string): void {
  const { dataset } = document.documentElement;
  dataset['unmockedError'] = message;
  dataset['unmocked'] = 'error';
}

/** Removes parameters from the address bar and from the current history entry. */
function removeFromUrl(parameters: readonly string[]): void {
  const url = new URL(location.href);
  const before = url.search;
  for (const name of parameters) url.searchParams.delete(name);
  if (url.search !== before) history.replaceState(history.state, '', url);
}

/** A hidden page has no frames, so this waits until the page is visible. */
const nextFrame = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
