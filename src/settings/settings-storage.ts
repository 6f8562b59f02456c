import { toErrorRecord } from '../errors.js';
import { checkSettings, show } from './check-settings.js';
import { definitions, settingNames } from './definitions.js';
import type { AgentSettings, SettingName } from './settings.js';

/** Settings read from the browser's storage. */
export interface StoredSettings {
  settings: Partial<AgentSettings>;
  /** The key outlives the session. */
  rememberKey: boolean;
  /** What was found but left out, because it is broken or not allowed. */
  problems: string[];
}

/** The text of a `config.toml`, and a name for people. */
export interface ConfigText {
  name: string;
  text: string;
}

export interface SettingsStorageOptions {
  /** Keeps everything but secrets. Default: the browser's `localStorage`. */
  local?: Storage;
  /** Keeps secrets. Default: the browser's `sessionStorage`. */
  session?: Storage;
  /** Prefix of the entries' names. Default `unmocked`. */
  name?: string;
}

type Values = Record<string, unknown>;

const isSecret = (name: string): boolean => definitions[name as SettingName].secret ?? false;

/**
 * Keeps settings in this browser. Secrets go into the session storage, which ends with the tab,
 * unless the user wants to keep them. If the browser has no storage, settings live as long as this
 * object.
 */
export class SettingsStorage {
  readonly #local: Storage | undefined;
  readonly #session: Storage | undefined;
  readonly #entries: { settings: string; secrets: string; config: string };
  /** Set if the storage refused the last save. */
  #unsaved: StoredSettings | undefined;

  constructor({ local, session, name = 'unmocked' }: SettingsStorageOptions = {}) {
    this.#local = local ?? ambientStorage('localStorage');
    this.#session = session ?? ambientStorage('sessionStorage');
    this.#entries = {
      settings: `${name}.settings`,
      secrets: `${name}.secrets`,
      config: `${name}.config`,
    };
  }

  /** The saved settings. Broken entries and values that are not allowed are in `problems`. */
  load(): StoredSettings {
    if (this.#unsaved) return this.#unsaved;
    const problems: string[] = [];
    const plain = read(this.#local, this.#entries.settings, problems);
    const remembered = read(this.#local, this.#entries.secrets, problems);
    const forSession = read(this.#session, this.#entries.secrets, problems);
    const settings: Partial<AgentSettings> = {};
    for (const [name, value] of Object.entries({ ...plain, ...remembered, ...forSession })) {
      try {
        if (!settingNames.includes(name as SettingName))
          throw new Error(`There is no setting ${show(name)}.`);
        Object.assign(settings, checkSettings({ [name]: value }));
      } catch (error) {
        problems.push(`A saved setting was ignored: ${toErrorRecord(error).message}`);
      }
    }
    return { settings, rememberKey: remembered !== undefined, problems };
  }

  /** Replaces the saved settings. Returns whether they outlive the page. */
  save(
    settings: Partial<AgentSettings>,
    { rememberKey = false }: { rememberKey?: boolean } = {},
  ): boolean {
    const values = Object.entries(settings).filter(([, value]) => value !== undefined);
    const plain = Object.fromEntries(values.filter(([name]) => !isSecret(name)));
    const secret = Object.fromEntries(values.filter(([name]) => isSecret(name)));
    const saved = [
      write(this.#local, this.#entries.settings, plain),
      write(this.#local, this.#entries.secrets, rememberKey ? secret : {}),
      write(this.#session, this.#entries.secrets, rememberKey ? {} : secret),
    ].every(Boolean);
    // A partial save could pair a new key with an old server, so keep all of it in memory.
    this.#unsaved = saved ? undefined : { settings: { ...settings }, rememberKey, problems: [] };
    return saved;
  }

  clear(): void {
    this.save({});
    this.#unsaved = undefined;
  }

  /** The config.toml of this session. */
  loadConfig(): ConfigText | undefined {
    const { name, text } = read(this.#session, this.#entries.config, []) ?? {};
    return typeof name === 'string' && typeof text === 'string' ? { name, text } : undefined;
  }

  /**
   * Keeps a config.toml for this session only, because it may hold a key. `undefined` removes it.
   * Returns whether the storage accepted it.
   */
  saveConfig(config: ConfigText | undefined): boolean {
    return write(this.#session, this.#entries.config, { ...config });
  }
}

/** Reading `localStorage` throws if the browser blocks it. Workers have none. */
function ambientStorage(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return globalThis[name] ?? undefined;
  } catch {
    return undefined;
  }
}

function read(storage: Storage | undefined, entry: string, problems: string[]): Values | undefined {
  const text = storage?.getItem(entry);
  if (text == null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Values;
  } catch {
    // Not JSON: reported below.
  }
  problems.push(`The saved entry "${entry}" is not readable and was ignored.`);
  return undefined;
}

/** Writes an entry, or removes it if it is empty. */
function write(storage: Storage | undefined, entry: string, values: Values): boolean {
  if (!storage) return false;
  try {
    if (Object.keys(values).length === 0) storage.removeItem(entry);
    else storage.setItem(entry, JSON.stringify(values));
    return true;
  } catch {
    return false; // Full, or not permitted.
  }
}
