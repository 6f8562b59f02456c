import { downloadSizes } from '../engine/download-size.js';
import { isAbortError, toErrorRecord, untilAborted } from '../errors.js';
import { fetched } from '../fetched.js';
import { formatBytes } from '../format.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { type Resolution, resolveSettings, type SettingsSources } from '../settings/resolve.js';
import type { StartupValidation, validateStartup } from './startup.js';

/** The state of the check, with a text for people. */
export interface StartupState {
  status: 'idle' | 'checking' | 'valid' | 'invalid' | 'unchecked';
  text: string;
  /** It works, but not as configured: the server failed, and this page's model answered. */
  warning?: string;
}

export type ValidateStartup = typeof validateStartup;

const idle: StartupState = { status: 'idle', text: '' };

/** Loads the code on demand: most pages have nothing configured. */
const validateFetched: ValidateStartup = async (sources, options) => {
  const { validateStartup: validate } = await untilAborted(
    fetched(import('./startup.js')),
    options?.signal,
  );
  return validate(sources, options);
};

/**
 * Asks the configured backend something in the background when the page opens. Anything else that
 * needs the engine stops it. It never downloads a model.
 */
export class StartupCheck {
  readonly #onChange: (state: StartupState) => void;
  readonly #validate: ValidateStartup;
  #controller: AbortController | undefined;
  #over: Promise<void> = Promise.resolve();

  constructor(
    onChange: (state: StartupState) => void,
    validate: ValidateStartup = validateFetched,
  ) {
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
    const say = (state: StartupState) => {
      if (!signal.aborted) this.#onChange(state);
    };
    const resolved = resolveSettings(sources);
    if (!resolved.configured) return say(idle);
    const remote = resolved.backends[0] === 'remote';
    const { model } = resolved.local.settings;
    const { apiUrl } = resolved.remote.settings;
    const download = pageDownload(resolved);
    if (!remote && download)
      return say({
        status: 'unchecked',
        text: `${model} was not checked: it would download ${download}. Press Test to do it.`,
      });
    say({
      status: 'checking',
      text: remote
        ? `Checking remote backend${apiUrl ? ` at ${apiUrl}` : ''}…`
        : `Checking ${model} in this page…`,
    });
    // Without this, `auto` would download a model if the server does not answer.
    const remoteOnly = {
      ...sources,
      argument: { ...sources.argument, backend: 'remote' as const },
    };
    try {
      const validation = await this.#validate(remote && download ? remoteOnly : sources, {
        signal,
      });
      say(describe(validation));
    } catch (error) {
      if (!isAbortError(error)) say({ status: 'invalid', text: toErrorRecord(error).message });
    }
  }
}

function describe(validation: StartupValidation): StartupState {
  if (validation.status === 'none') return idle;
  if (validation.status === 'invalid')
    return {
      status: 'invalid',
      text: `The configured backend does not answer. ${validation.reason}`,
    };
  const { model, device, warning } = validation;
  return {
    status: 'valid',
    text: `${model} ${device.url ? `at ${device.url}` : `on ${device.actual}`} answers.`,
    ...(warning ? { warning } : {}),
  };
}

/** What this page would download for its model, for people; undefined if the model is bundled. */
function pageDownload({ local: { settings } }: Resolution): string | undefined {
  let model: Model;
  try {
    model = resolveModel(settings.model, { hub: settings.hubUrl });
  } catch {
    return undefined; // The validation reports it.
  }
  if (model.source.kind === 'bundled') return undefined;
  const sizes = downloadSizes(model, settings.device).flatMap(({ bytes }) => bytes ?? []);
  return sizes.length > 0
    ? [...new Set(sizes.map(formatBytes))].join(' or ')
    : 'a model of unknown size';
}
