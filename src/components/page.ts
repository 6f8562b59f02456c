import { type AgentSettings, checkSettings } from '../settings/options.js';
import { requestedBackend, resolveSettings } from '../settings/sources.js';
import type { Problem, RunSettings } from './events.js';
import { PageSettings, type PageSettingsOptions } from './page-settings.js';
import { agentNames, runSettingNames, toAgentSettings } from './run-settings.js';
import { StartupCheck, type ValidateStartup } from './startup-check.js';
import type { UnmockedHarness } from './unmocked-harness.js';
import { parameterNames, parseUrlParameters } from './url-parameters.js';

export interface PageOptions extends Pick<
  PageSettingsOptions,
  'store' | 'session' | 'environment' | 'configUrl'
> {
  /** Checks what is configured when the page opens. */
  validate?: ValidateStartup | undefined;
}

export interface ConnectedPage {
  settings: PageSettings;
  /** Settles when what happens by itself when a page opens has happened: config.toml, and the check of what is configured. */
  opened: Promise<void>;
}

/** The attributes that are settings. */
const attributes: Partial<Record<keyof RunSettings, string>> = {
  model: 'model',
  device: 'device',
  seed: 'seed',
  hub: 'hub',
  backend: 'backend',
  apiUrl: 'api-url',
};

/**
 * Makes a harness the page's own: its settings come from the address, this browser, config.toml and the environment, the address may start
 * a run, a configured backend is checked in the background, and the document element says how a run ended, as `data-unmocked="passed"`,
 * `"failed"` or `"error"` (with the text in `data-unmocked-error`). An embedded harness is left out of this.
 */
export function connectPage(
  harness: UnmockedHarness,
  search: string,
  options: PageOptions = {},
): ConnectedPage {
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

  const {
    run,
    tags,
    errors,
    warnings,
    secrets = [],
    ...given
  } = parseUrlParameters(search, harness.scenarios);
  leaveAddress(secrets);
  const problems: Problem[] = [
    ...errors.map((text) => ({ kind: 'error' as const, text })),
    ...warnings.map((text) => ({ kind: 'warning' as const, text })),
  ];

  const settings = new PageSettings({
    ...options,
    argument: readAttributes(harness, problems),
    url: errors.length > 0 ? {} : checkSettings(toAgentSettings(given)),
    onLeaveAddress: (names) =>
      leaveAddress(
        runSettingNames
          .filter((name) => names.includes(agentNames[name]))
          .flatMap((name) => parameterNames[name] ?? []),
      ),
  });
  harness.problems = problems;
  const startup = new StartupCheck((state) => (harness.startupState = state), options.validate);
  const apply = applier(harness, settings);
  settings.addEventListener('change', () => {
    void startup.stop();
    apply();
  });
  apply();
  Object.assign(harness, { page: settings, startup });
  if (errors.length > 0) {
    fail(errors.join('\n'));
    return { settings, opened: settings.ready };
  }
  harness.tags = tags ?? [];
  return { settings, opened: open() };

  async function open(): Promise<void> {
    await settings.ready;
    if (!harness.isConnected) return;
    // What goes wrong is shown by the harness, and said by its event.
    if (run) return void harness.run(run === 'all' ? undefined : run).catch(() => undefined);
    await harness.updateComplete;
    await painted();
    // Somebody was faster.
    if (!harness.running && !harness.testing && harness.isConnected)
      await startup.start(settings.sources);
  }
}

/** Gives the harness what counts; a property that somebody set stays until its setting changes. */
function applier(harness: UnmockedHarness, page: PageSettings): () => void {
  let last: Partial<RunSettings> = {};
  return () => {
    const { config, ...others } = page.sources;
    // A section of a backend cannot choose the backend.
    const { backend: chosen } = resolveSettings(
      { ...others, config: config && { ...config, backends: {} } },
      'local',
    ).settings;
    const backend = requestedBackend(page.sources) === 'remote' ? 'remote' : chosen;
    const { settings, sources } = page.resolve(backend === 'remote' ? 'remote' : 'local');
    const server = page.resolve('remote').settings;
    const next: RunSettings = {
      backend,
      // A server's own model needs no name; the default is this page's.
      model: backend === 'remote' && sources.model === 'default' ? '' : settings.model,
      device: settings.device === 'remote' ? 'auto' : settings.device,
      seed: settings.seed,
      hub: settings.hubUrl ?? '',
      apiUrl: server.apiUrl ?? '',
      apiKey: server.apiKey ?? '',
    };
    Object.assign(
      harness,
      Object.fromEntries(
        runSettingNames
          .filter((name) => next[name] !== last[name])
          .map((name) => [name, next[name]]),
      ),
    );
    last = next;
    harness.requestUpdate();
  };
}

/** Attributes are arguments: the strongest, until somebody changes a value by hand. */
function readAttributes(harness: UnmockedHarness, problems: Problem[]): Partial<AgentSettings> {
  const settings: Partial<AgentSettings> = {};
  for (const name of runSettingNames) {
    const attribute = attributes[name];
    if (attribute === undefined || !harness.hasAttribute(attribute)) continue;
    try {
      Object.assign(
        settings,
        checkSettings(
          toAgentSettings({ [name]: harness[name] }),
          'invalid-argument',
          () => `The attribute ${attribute}`,
        ),
      );
    } catch (error) {
      problems.push({ kind: 'error', text: (error as Error).message });
    }
  }
  return settings;
}

/** Takes parameters out of the address bar, and out of this entry of the history. */
function leaveAddress(names: readonly string[]): void {
  const url = new URL(location.href);
  const before = url.search;
  for (const name of names) url.searchParams.delete(name);
  if (url.search !== before) history.replaceState(history.state, '', url);
}

/** After the next frame, where one comes: a page that nobody sees draws none, and waits until it is seen. */
const painted = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
