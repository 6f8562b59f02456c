import { type ConfigFile, ConfigSource } from './config-source.js';
import { checkSettings, type UncheckedSettings } from './check-settings.js';
import { definitions } from './definitions.js';
import { ambientEnvironment, type Environment, readEnvironment } from './environment.js';
import { type Problem, problemOf, warning } from './problem.js';
import { type Resolution, resolveSettings, type SettingsSources } from './resolve.js';
import { type SettingRow, settingRows } from './setting-rows.js';
import type { AgentSettings, SettingName } from './settings.js';
import { SettingsStorage } from './settings-storage.js';

/** The sources that a page has and an embedded element lacks. */
export interface PageSources {
  /** Settings from the page's URL, checked. */
  url?: Partial<AgentSettings>;
  /** Default: this browser's. */
  storage?: SettingsStorage;
  /** Default: the environment of this page. */
  environment?: Environment;
  /** Default: `config.toml` beside the page. */
  configUrl?: string | URL;
  /** Called with settings that the page's URL should no longer name. */
  onLeaveUrl?: (names: readonly SettingName[]) => void;
}

/**
 * The settings of an element, from all of its sources. An embedded element has arguments, and what
 * its user enters. `open` adds the sources of a page: its URL, this browser's storage, a
 * config.toml and the environment.
 *
 * Fires `change` when a setting may have changed. A broken source is left out and is in `problems`.
 */
export class SettingsStore extends EventTarget {
  /** Settles when the config.toml is loaded or known to be missing. */
  ready: Promise<void> = Promise.resolve();
  #argument: Partial<AgentSettings> = {};
  /** Arguments that are not allowed. */
  readonly #refused = new Map<SettingName, Error>();
  #url: Partial<AgentSettings> = {};
  #stored: Partial<AgentSettings> = {};
  #environment: Partial<AgentSettings> = {};
  #config: ConfigSource | undefined;
  #storage: SettingsStorage | undefined;
  #rememberKey = false;
  /** The user decided about the key. Until then, the storage's answer counts. */
  #rememberChosen = false;
  #onLeaveUrl: PageSources['onLeaveUrl'];
  #storageProblems: readonly Problem[] = [];
  #environmentProblems: readonly Problem[] = [];
  #resolved: Resolution | undefined;

  /** Adds a page's sources. Call it once. */
  open({
    url = {},
    storage = new SettingsStorage(),
    environment = ambientEnvironment(),
    configUrl = 'config.toml',
    onLeaveUrl,
  }: PageSources = {}): this {
    this.#url = { ...url };
    this.#onLeaveUrl = onLeaveUrl;
    this.#storage = storage;
    const { settings, rememberKey, problems } = storage.load();
    this.#stored = settings;
    this.#rememberKey = rememberKey;
    this.#storageProblems = problems.map(warning);
    try {
      this.#environment = readEnvironment(environment);
    } catch (error) {
      this.#environmentProblems = [problemOf(error)];
    }
    this.#config = new ConfigSource({
      url: configUrl,
      environment,
      storage,
      onChange: () => this.#changed(),
    });
    this.ready = this.#config.load();
    this.#changed();
    return this;
  }

  get sources(): SettingsSources {
    return {
      argument: this.#argument,
      url: this.#url,
      stored: this.#stored,
      config: this.#config?.file?.config,
      environment: this.#environment,
    };
  }

  get resolved(): Resolution {
    return (this.#resolved ??= resolveSettings(this.sources));
  }

  /** Every setting with its value and its origin, for people. */
  get rows(): SettingRow[] {
    return settingRows(this.sources);
  }

  /** What is wrong with any of the sources. */
  get problems(): readonly Problem[] {
    return [
      ...[...this.#refused.values()].map(problemOf),
      ...this.#storageProblems,
      ...this.#environmentProblems,
      ...(this.#config?.problems ?? []),
    ];
  }

  /** The first argument that is not allowed. Nothing should run with it. */
  get argumentError(): Error | undefined {
    return this.#refused.values().next().value;
  }

  /** Settings outlive the page: `open` was called. */
  get keeps(): boolean {
    return this.#storage !== undefined;
  }

  /** The user entered settings that `forget` would remove. */
  get hasSaved(): boolean {
    return Object.keys(this.#stored).length > 0;
  }

  /** The key outlives the session. */
  get rememberKey(): boolean {
    return this.#rememberKey;
  }

  /** The key that the user entered, not one from another source. */
  get enteredKey(): string {
    return this.#stored.apiKey ?? '';
  }

  get configFile(): ConfigFile | undefined {
    return this.#config?.file;
  }

  /**
   * Sets an argument; `undefined` removes it. A value that is not allowed does not count: it is in
   * `problems` and `argumentError`.
   */
  setArgument(name: SettingName, value: unknown): void {
    delete this.#argument[name];
    this.#refused.delete(name);
    try {
      const label = () => definitions[name].attribute ?? name;
      Object.assign(this.#argument, checkSettings({ [name]: value }, 'invalid-argument', label));
    } catch (error) {
      this.#refused.set(name, error as Error);
    }
    this.#changed();
  }

  /**
   * Takes values that the user entered; `undefined` removes one. They replace the arguments and the
   * URL's values at once.
   *
   * @throws UnmockedError `invalid-argument`; then nothing changes.
   */
  change(values: UncheckedSettings): void {
    const checked = checkSettings(values);
    const names = Object.keys(values) as SettingName[];
    for (const name of names) {
      delete this.#argument[name];
      this.#refused.delete(name);
      delete this.#url[name];
      delete this.#stored[name];
    }
    Object.assign(this.#stored, checked);
    this.#onLeaveUrl?.(names);
    const entered = Object.fromEntries(names.map((name) => [name, checked[name]]));
    this.#save((saved) => ({ ...saved, ...entered }));
    this.#changed();
  }

  /** Decides whether the key outlives the session. */
  keepKey(remember: boolean): void {
    this.#rememberKey = remember;
    this.#rememberChosen = true;
    this.#save((saved) => ({ ...saved, apiKey: this.#stored.apiKey ?? saved.apiKey }));
    this.#changed();
  }

  /** Removes what the user entered, also from this browser. */
  forget(): void {
    this.#storage?.clear();
    this.#stored = {};
    this.#rememberKey = false;
    this.#rememberChosen = false;
    this.#storageProblems = [];
    this.#changed();
  }

  /** Uses a config.toml in place of the one beside the page: see `ConfigSource.use`. */
  async useConfig(text: string, name = 'config.toml'): Promise<void> {
    await this.#config?.use(text, name);
  }

  /** Goes back to the config.toml beside the page. */
  async removeConfig(): Promise<void> {
    await this.#config?.remove();
  }

  /** Another tab may have saved other settings meanwhile, so change only these. */
  #save(change: (saved: Partial<AgentSettings>) => Partial<AgentSettings>): void {
    if (!this.#storage) return;
    const stored = this.#storage.load();
    const rememberKey = this.#rememberChosen ? this.#rememberKey : stored.rememberKey;
    const saved = this.#storage.save(change(stored.settings), { rememberKey });
    this.#storageProblems = saved
      ? []
      : [
          warning(
            'This browser did not save the settings. ' +
              'They count until you close or reload the page.',
          ),
        ];
  }

  #changed(): void {
    this.#resolved = undefined;
    this.dispatchEvent(new Event('change'));
  }
}
