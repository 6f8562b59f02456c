import type { AgentConfig, Backend } from '../settings/config.js';
import { ambientEnvironment, type Environment, readEnvironment } from '../settings/environment.js';
import { fetchConfig } from '../settings/fetch-config.js';
import {
  type AgentSettings,
  checkSettings,
  optionNames,
  options,
  show,
} from '../settings/options.js';
import { SettingsStore } from '../settings/settings-store.js';
import {
  requestedBackend,
  resolveSettings,
  type ResolvedSettings,
  type SettingsSources,
} from '../settings/sources.js';
import { isAbortError, toErrorRecord } from '../errors.js';
import { fetched } from '../fetched.js';
import type { Problem } from './events.js';

export interface PageSettingsOptions {
  /** The element's attributes. */
  argument?: Partial<AgentSettings> | undefined;
  /** What the address says, checked. */
  url?: Partial<AgentSettings> | undefined;
  /** Called with settings that the address says no longer. */
  onLeaveAddress?: ((names: readonly (keyof AgentSettings)[]) => void) | undefined;
  store?: SettingsStore | undefined;
  /** For the text of a config.toml, which may hold a key; default: the browser's `sessionStorage`. */
  session?: Storage | undefined;
  environment?: Environment | undefined;
  /** Default: beside the page. */
  configUrl?: string | URL | undefined;
}

/** A config.toml that counts. */
export interface ConfigFile {
  name: string;
  /** The one beside the page, or one that was given by hand. */
  origin: 'page' | 'hand';
  text: string;
  config: AgentConfig;
}

/** One line of "where each value comes from". */
export interface SourceRow {
  /** As config.toml calls it. */
  key: string;
  value: string;
  source: string;
  isDefault: boolean;
}

const CONFIG_ENTRY = 'unmocked.config';
const CONFIG_PATIENCE_MS = 5000;

/**
 * The settings of a page and where each of them comes from: address, browser, config.toml, environment. Fires `change` whenever one of
 * them may be another. Errors of a source are in `problems`, and leave out that source only.
 */
export class PageSettings extends EventTarget {
  /** Settles when the config.toml was read or is known not to be there. */
  readonly ready: Promise<void>;
  #argument: Partial<AgentSettings>;
  #url: Partial<AgentSettings>;
  #settings: Partial<AgentSettings>;
  #environment: Partial<AgentSettings> = {};
  #file: ConfigFile | undefined;
  #rememberKey: boolean;
  /** Somebody said whether the key is to be kept; else what is in the store counts. */
  #rememberChosen = false;
  readonly #store: SettingsStore;
  readonly #session: Storage | undefined;
  readonly #variables: Environment;
  readonly #options: PageSettingsOptions;
  #problems: { store: Problem[]; environment: Problem[]; config: Problem[] } = {
    store: [],
    environment: [],
    config: [],
  };
  #fetching = new AbortController();

  constructor(given: PageSettingsOptions = {}) {
    super();
    this.#options = given;
    this.#argument = { ...given.argument };
    this.#url = { ...given.url };
    this.#store = given.store ?? new SettingsStore();
    this.#session = given.session ?? sessionOrNone();
    this.#variables = given.environment ?? ambientEnvironment();
    const { settings, rememberKey, problems } = this.#store.load();
    this.#settings = settings;
    this.#rememberKey = rememberKey;
    this.#problems.store = problems.map(warning);
    try {
      this.#environment = readEnvironment(this.#variables);
    } catch (error) {
      this.#problems.environment = [problem(error)];
    }
    this.ready = this.#restoreConfig();
  }

  get sources(): SettingsSources {
    return {
      argument: this.#argument,
      url: this.#url,
      settings: this.#settings,
      config: this.#file?.config,
      environment: this.#environment,
    };
  }

  /** What cannot be used of any source. */
  get problems(): readonly Problem[] {
    return [...this.#problems.store, ...this.#problems.environment, ...this.#problems.config];
  }

  get configFile(): ConfigFile | undefined {
    return this.#file;
  }

  /** Whether the key is kept after this session. */
  get rememberKey(): boolean {
    return this.#rememberKey;
  }

  /** The key that was entered by hand; not one that comes from elsewhere. */
  get enteredKey(): string {
    return this.#settings.apiKey ?? '';
  }

  get hasSaved(): boolean {
    return Object.keys(this.#settings).length > 0;
  }

  /** The key is there, but not sent, for the URL is only the address's. */
  get keyWithheld(): boolean {
    const { sources } = this;
    return (
      this.resolve('remote').settings.apiKey === undefined &&
      resolveSettings({ ...sources, url: { ...sources.url, apiUrl: undefined } }, 'remote').settings
        .apiKey !== undefined
    );
  }

  /** The backend whose values count: of `auto` the first one in the ladder. */
  get backend(): Backend {
    const asked = requestedBackend(this.sources);
    if (asked !== 'auto') return asked;
    return this.resolve('remote').settings.apiUrl === undefined ? 'local' : 'remote';
  }

  resolve(backend: Backend = this.backend): ResolvedSettings {
    return resolveSettings(this.sources, backend);
  }

  /** Every setting with its value and its source, for people. Secrets are only said to be there. */
  get rows(): SourceRow[] {
    const { backend } = this;
    const resolved = this.resolve(backend);
    const other =
      backend === 'remote' && requestedBackend(this.sources) === 'auto'
        ? this.resolve('local')
        : undefined;
    return optionNames.flatMap((name) => {
      const row = this.#row(name, resolved, backend);
      if (!other || other.settings[name] === resolved.settings[name] || options[name].secret)
        return [row];
      return [row, { ...this.#row(name, other, 'local'), key: `${row.key}, in this page` }];
    });
  }

  /** Who says a value: `environment (OPENAI_API_URL)`. */
  sourceOf(name: keyof AgentSettings, backend: Backend = this.backend): string {
    return this.#sourceText(name, this.resolve(backend), backend);
  }

  /**
   * Takes values that were entered by hand; undefined ones are no longer set here. They count at once, whatever the address says.
   *
   * @throws UnmockedError `invalid-argument`; then nothing is changed.
   */
  change(values: Partial<Record<keyof AgentSettings, unknown>>): void {
    const checked = checkSettings(values);
    const names = Object.keys(values) as (keyof AgentSettings)[];
    for (const name of names) {
      delete this.#argument[name];
      delete this.#url[name];
      delete this.#settings[name];
    }
    Object.assign(this.#settings, checked);
    this.#options.onLeaveAddress?.(names);
    const entered = Object.fromEntries(names.map((name) => [name, checked[name]]));
    this.#save((saved) => ({ ...saved, ...entered }));
    this.#changed();
  }

  /** Says whether the key outlives the session. */
  keepKey(remember: boolean): void {
    this.#rememberKey = remember;
    this.#rememberChosen = true;
    this.#save((saved) => ({ ...saved, apiKey: this.#settings.apiKey ?? saved.apiKey }));
    this.#changed();
  }

  /** Takes away what was saved in this browser. */
  forget(): void {
    this.#store.clear();
    this.#settings = {};
    this.#rememberKey = false;
    this.#rememberChosen = false;
    this.#problems.store = [];
    this.#changed();
  }

  /**
   * Takes a config.toml in place of the one beside the page, until it is removed or the session ends.
   *
   * @throws UnmockedError `invalid-config`, or `network` where what reads it did not come; then the one before stays.
   */
  async useConfig(text: string, name = 'config.toml'): Promise<void> {
    const config = await this.#parse(text);
    this.#fetching.abort();
    this.#file = { name, origin: 'hand', text, config };
    this.#problems.config = [];
    try {
      this.#session?.setItem(CONFIG_ENTRY, JSON.stringify({ name, text }));
    } catch {
      this.#problems.config = [
        warning(
          'This browser did not keep the config.toml: it counts until the page is closed or loaded again.',
        ),
      ];
    }
    this.#changed();
  }

  /** Takes away the config.toml that was given by hand; the one beside the page counts again. */
  async removeConfig(): Promise<void> {
    this.#session?.removeItem(CONFIG_ENTRY);
    this.#file = undefined;
    this.#problems.config = [];
    this.#changed();
    await this.#fetchConfig();
  }

  async #restoreConfig(): Promise<void> {
    const kept = readKept(this.#session);
    if (!kept) return this.#fetchConfig();
    const { signal } = this.#fetching;
    try {
      const config = await this.#parse(kept.text);
      if (signal.aborted) return; // another one was given meanwhile
      this.#file = { ...kept, origin: 'hand', config };
    } catch (error) {
      if (signal.aborted) return;
      this.#problems.config = [problem(error)];
    }
    this.#changed();
  }

  async #fetchConfig(): Promise<void> {
    this.#fetching.abort();
    const { signal } = (this.#fetching = new AbortController());
    try {
      const text = await fetchConfig(
        this.#options.configUrl ?? 'config.toml',
        AbortSignal.any([signal, AbortSignal.timeout(CONFIG_PATIENCE_MS)]),
      );
      if (signal.aborted || !text?.trim()) return;
      const config = await this.#parse(text);
      if (signal.aborted) return;
      this.#file = { name: 'config.toml beside the page', origin: 'page', text, config };
      if (config.unknownKeys.length > 0)
        this.#problems.config = [
          warning(
            `The config.toml beside the page has keys that are not known and were ignored: ${config.unknownKeys.join(', ')}.`,
          ),
        ];
    } catch (error) {
      if (signal.aborted) return;
      this.#problems.config = [
        isAbortError(error)
          ? warning(
              `The config.toml beside the page did not come within ${CONFIG_PATIENCE_MS / 1000} s and was left out.`,
            )
          : problem(error),
      ];
    }
    this.#changed();
  }

  /** What reads TOML is fetched only where there is some. */
  async #parse(text: string): Promise<AgentConfig> {
    const { parseConfig } = await fetched(import('../settings/config.js'));
    return parseConfig(text, this.#variables);
  }

  /** Another tab may have saved something since: what it said of other settings stays. */
  #save(change: (saved: Partial<AgentSettings>) => Partial<AgentSettings>): void {
    const stored = this.#store.load();
    const rememberKey = this.#rememberChosen ? this.#rememberKey : stored.rememberKey;
    const kept = this.#store.save(change(stored.settings), { rememberKey });
    this.#problems.store = kept
      ? []
      : [
          warning(
            'This browser keeps no settings: they count until the page is closed or loaded again.',
          ),
        ];
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }

  #row(name: keyof AgentSettings, resolved: ResolvedSettings, backend: Backend): SourceRow {
    const { key, secret } = options[name];
    const value = resolved.settings[name];
    const source = this.#sourceText(name, resolved, backend);
    const isDefault = resolved.sources[name] === 'default';
    const none =
      value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    let shown = none ? 'none' : typeof value === 'string' ? value : show(value);
    if (secret) shown = none ? 'not set' : 'set';
    else if (name === 'model' && isDefault && backend === 'remote')
      shown = `${shown}, or the server's only one`;
    return {
      key,
      value: shown,
      source:
        name === 'apiKey' && this.keyWithheld
          ? 'not used: the API URL is only in the address'
          : source,
      isDefault,
    };
  }

  #sourceText(name: keyof AgentSettings, { sources }: ResolvedSettings, backend: Backend): string {
    switch (sources[name]) {
      case 'argument':
        return 'attribute';
      case 'url':
        return 'address';
      case 'settings':
        return 'this browser';
      case 'backend section':
        return `config.toml [${this.sources.config?.sections[backend]}]`;
      case 'base section':
        return `config.toml [${this.sources.config?.sections.base}]`;
      case 'environment':
        return `environment (${options[name].environment})`;
      case 'default':
        return 'default';
    }
  }
}

const warning = (text: string): Problem => ({ kind: 'warning', text });
const problem = (error: unknown): Problem => ({
  kind: 'error',
  text: toErrorRecord(error).message,
});

function sessionOrNone(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined; // blocked
  }
}

function readKept(session: Storage | undefined): { name: string; text: string } | undefined {
  try {
    const kept = JSON.parse(session?.getItem(CONFIG_ENTRY) ?? 'null') as {
      name?: unknown;
      text?: unknown;
    } | null;
    return typeof kept?.name === 'string' && typeof kept.text === 'string'
      ? { name: kept.name, text: kept.text }
      : undefined;
  } catch {
    return undefined;
  }
}
