import { isAbortError, toErrorRecord, untilAborted } from '../errors.js';
import { fetched } from '../fetched.js';
import { resolveSettings, type SettingsSources } from '../settings/resolve.js';
import type { StartupState, ValidateStartup } from './check-startup.js';

const idle: StartupState = { status: 'idle', text: '' };

/**
 * Asks the configured backend something in the background when the page opens. Anything else that
 * needs the engine stops it. It never downloads a model.
 */
export class StartupCheck {
  readonly #onChange: (state: StartupState) => void;
  readonly #validate: ValidateStartup | undefined;
  #controller: AbortController | undefined;
  #over: Promise<void> = Promise.resolve();

  /** @param validate default: `validateStartup`. */
  constructor(onChange: (state: StartupState) => void, validate?: ValidateStartup) {
    this.#onChange = onChange;
    this.#validate = validate;
  }

  /** Starts the check. The promise settles when it is over or stopped, and never rejects. */
  start(sources: SettingsSources): Promise<void> {
    this.#controller?.abort();
    const controller = (this.#controller = new AbortController());
    this.#over = this.#check(sources, controller.signal).finally(() => {
      if (this.#controller === controller) this.#controller = undefined;
    });
    return this.#over;
  }

  /** Stops the check and clears its state. Settles when its engine is gone. */
  stop(): Promise<void> {
    this.#controller?.abort();
    this.#onChange(idle);
    return this.#over;
  }

  async #check(sources: SettingsSources, signal: AbortSignal): Promise<void> {
    const onChange = (state: StartupState) => {
      if (!signal.aborted) this.#onChange(state);
    };
    const resolved = resolveSettings(sources);
    if (!resolved.configured) return onChange(idle);
    try {
      // Loaded on demand: most pages have nothing configured.
      const code = fetched(import('./check-startup.js'));
      const { checkStartup } = await untilAborted(code, signal);
      const validate = this.#validate;
      await checkStartup(sources, resolved, { signal, onChange, validate });
    } catch (error) {
      if (!isAbortError(error)) onChange({ status: 'invalid', text: toErrorRecord(error).message });
    }
  }
}
