import { toErrorRecord } from '../errors.js';
import { type AgentSettings, checkSettings, optionNames, options } from './options.js';

/** Settings as they are kept in a browser. */
export interface StoredSettings {
  settings: Partial<AgentSettings>;
  /** Whether the key outlives the session. */
  rememberKey: boolean;
  /** What was found and could not be used; it is left out. */
  problems: string[];
}

export interface SettingsStoreOptions {
  /** For what is kept; default: the browser's `localStorage`. */
  local?: Storage | undefined;
  /** For secrets; default: the browser's `sessionStorage`. */
  session?: Storage | undefined;
  /** Prefix of the entries' names; default `unmocked`. */
  name?: string | undefined;
}

const secrets = optionNames.filter((name) => options[name].secret);

/**
 * Keeps settings in this browser. Secrets go to the session's storage, which ends with the tab, unless the user says otherwise. Where a
 * browser allows no storage, settings live as long as this object.
 */
export class SettingsStore {
  readonly #local: Storage | undefined;
  readonly #session: Storage | undefined;
  readonly #names: { settings: string; secrets: string };
  /** What the storage did not take. */
  #unsaved: StoredSettings | undefined;

  constructor({ local, session, name = 'unmocked' }: SettingsStoreOptions = {}) {
    this.#local = local ?? storageOrNone('localStorage');
    this.#session = session ?? storageOrNone('sessionStorage');
    this.#names = { settings: `${name}.settings`, secrets: `${name}.secrets` };
  }

  /** What was saved. Entries that are broken or not allowed (any more) are named in `problems`. */
  load(): StoredSettings {
    if (this.#unsaved) return this.#unsaved;
    const problems: string[] = [];
    const kept = read(this.#local, this.#names.settings, problems);
    const remembered = read(this.#local, this.#names.secrets, problems);
    const forSession = read(this.#session, this.#names.secrets, problems);
    const settings: Partial<AgentSettings> = {};
    for (const [name, value] of Object.entries({ ...kept, ...remembered, ...forSession })) {
      try {
        if (!optionNames.includes(name as keyof AgentSettings))
          throw new Error(`"${name}" is no setting`);
        Object.assign(settings, checkSettings({ [name]: value }));
      } catch (error) {
        problems.push(`A saved setting was left out: ${toErrorRecord(error).message}`);
      }
    }
    return { settings, rememberKey: remembered !== undefined, problems };
  }

  /** Replaces what was saved. Returns whether it outlives the page. */
  save(
    settings: Partial<AgentSettings>,
    { rememberKey = false }: { rememberKey?: boolean } = {},
  ): boolean {
    const plain = Object.fromEntries(
      Object.entries(settings).filter(
        ([name, value]) => value !== undefined && !secrets.includes(name as keyof AgentSettings),
      ),
    );
    const secret = Object.fromEntries(
      Object.entries(settings).filter(
        ([name, value]) => value !== undefined && secrets.includes(name as keyof AgentSettings),
      ),
    );
    const kept = [
      write(this.#local, this.#names.settings, plain),
      write(this.#local, this.#names.secrets, rememberKey ? secret : {}),
      write(this.#session, this.#names.secrets, rememberKey ? {} : secret),
    ].every(Boolean);
    // Half of it is worse than nothing: a new key for an old server.
    this.#unsaved = kept ? undefined : { settings: { ...settings }, rememberKey, problems: [] };
    return kept;
  }

  clear(): void {
    this.save({});
    this.#unsaved = undefined;
  }
}

/** Reading `localStorage` throws where a browser blocks it, and workers have none. */
function storageOrNone(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return globalThis[name] ?? undefined;
  } catch {
    return undefined;
  }
}

function read(
  storage: Storage | undefined,
  name: string,
  problems: string[],
): Record<string, unknown> | undefined {
  const text = storage?.getItem(name);
  if (text == null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // said below
  }
  problems.push(`The saved entry "${name}" cannot be read and was left out.`);
  return undefined;
}

/** An entry with nothing in it is removed. */
function write(
  storage: Storage | undefined,
  name: string,
  values: Record<string, unknown>,
): boolean {
  if (!storage) return false;
  try {
    if (Object.keys(values).length === 0) storage.removeItem(name);
    else storage.setItem(name, JSON.stringify(values));
    return true;
  } catch {
    return false; // full, or not allowed
  }
}
