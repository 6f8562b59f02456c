import { isAbortError } from '../errors.js';
import { fetched } from '../fetched.js';
import type { AgentConfig } from './config.js';
import type { Environment } from './environment.js';
import { fetchConfig } from './fetch-config.js';
import { type Problem, problemOf, warning } from './problem.js';
import type { SettingsStorage } from './settings-storage.js';

/** The config.toml in use. */
export interface ConfigFile {
  name: string;
  /** `page`: the file beside the page. `hand`: the user chose or pasted it. */
  origin: 'page' | 'hand';
  config: AgentConfig;
}

export interface ConfigSourceOptions {
  /** The file beside the page. */
  url: string | URL;
  environment: Environment;
  storage: SettingsStorage;
  /** Called when `file` or `problems` may have changed. */
  onChange: () => void;
}

const FETCH_TIMEOUT_MS = 5000;

/** The config.toml of a page: the one that the user gave for this session, or the one beside it. */
export class ConfigSource {
  file: ConfigFile | undefined;
  problems: readonly Problem[] = [];
  readonly #options: ConfigSourceOptions;
  /** Aborts when another file takes the place of the one that is loading. */
  #loading = new AbortController();

  constructor(options: ConfigSourceOptions) {
    this.#options = options;
  }

  /** Loads this session's file, or else the one beside the page. Never rejects. */
  async load(): Promise<void> {
    const kept = this.#options.storage.loadConfig();
    if (!kept) return this.#fetch();
    const { signal } = this.#loading;
    try {
      const config = await this.#parse(kept.text);
      if (signal.aborted) return;
      this.file = { name: kept.name, origin: 'hand', config };
    } catch (error) {
      if (signal.aborted) return;
      this.problems = [problemOf(error)];
    }
    this.#options.onChange();
  }

  /**
   * Uses a file that the user gave, until it is removed or the session ends.
   *
   * @throws UnmockedError `invalid-config`, or `network` if the parser did not load. The file in
   *   use stays.
   */
  async use(text: string, name: string): Promise<void> {
    const config = await this.#parse(text);
    this.#loading.abort();
    this.file = { name, origin: 'hand', config };
    this.problems = this.#options.storage.saveConfig({ name, text })
      ? []
      : [
          warning(
            'This browser did not save the config.toml. ' +
              'It counts until you close or reload the page.',
          ),
        ];
    this.#options.onChange();
  }

  /** Removes the file that the user gave. The one beside the page counts again. */
  async remove(): Promise<void> {
    this.#options.storage.saveConfig(undefined);
    this.file = undefined;
    this.problems = [];
    this.#options.onChange();
    await this.#fetch();
  }

  async #fetch(): Promise<void> {
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    try {
      const text = await fetchConfig(
        this.#options.url,
        AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
      );
      if (signal.aborted || !text?.trim()) return;
      const config = await this.#parse(text);
      if (signal.aborted) return;
      this.file = { name: 'config.toml beside the page', origin: 'page', config };
      if (config.unknownKeys.length > 0)
        this.problems = [
          warning(
            'The config.toml beside the page has unknown keys, which were ignored: ' +
              `${config.unknownKeys.join(', ')}.`,
          ),
        ];
    } catch (error) {
      if (signal.aborted) return;
      this.problems = [
        isAbortError(error)
          ? warning(
              'The config.toml beside the page did not load ' +
                `within ${FETCH_TIMEOUT_MS / 1000} s and was ignored.`,
            )
          : problemOf(error),
      ];
    }
    this.#options.onChange();
  }

  /** Loads the TOML parser on demand. */
  async #parse(text: string): Promise<AgentConfig> {
    const { parseConfig } = await fetched(import('./config.js'));
    return parseConfig(text, this.#options.environment);
  }
}
