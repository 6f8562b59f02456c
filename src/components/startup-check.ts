import type { StartupValidation, validateStartup } from '../agents/startup.js';
import {
  isConfigured,
  requestedBackend,
  resolveSettings,
  type SettingsSources,
} from '../settings/sources.js';
import { isAbortError, toErrorRecord, untilAborted } from '../errors.js';
import { fetched } from '../fetched.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { modelBytes } from './download-size.js';
import { formatBytes } from './format.js';

/** How the check of a configured backend stands. `text` is for people. */
export interface StartupState {
  status: 'idle' | 'checking' | 'valid' | 'invalid' | 'unchecked';
  text: string;
  /** It works, but not as configured: a server is away, and the page's own model answers. */
  warning?: string;
}

export type ValidateStartup = typeof validateStartup;

const idle: StartupState = { status: 'idle', text: '' };
/** Fetched only where something is configured. */
const validateFetched: ValidateStartup = async (sources, options) => {
  const { validateStartup: validate } = await untilAborted(
    fetched(import('../agents/startup.js')),
    options?.signal,
  );
  return validate(sources, options);
};

/**
 * Asks a configured backend something when the page opens, in the background. Whatever else wants the machine stops it. A model that is
 * not bundled is not downloaded for it.
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

  /** Begins; the promise settles when it is over, or was stopped, and never rejects. */
  start(sources: SettingsSources): Promise<void> {
    this.#controller?.abort();
    const controller = (this.#controller = new AbortController());
    this.#over = this.#check(sources, controller.signal).finally(() => {
      if (this.#controller === controller) this.#controller = undefined;
    });
    return this.#over;
  }

  /** Ends it and clears what it said; settles when its engine is gone. */
  stop(): Promise<void> {
    this.#controller?.abort();
    this.#onChange(idle);
    return this.#over;
  }

  async #check(sources: SettingsSources, signal: AbortSignal): Promise<void> {
    const say = (state: StartupState) => {
      if (!signal.aborted) this.#onChange(state);
    };
    if (!isConfigured(sources)) return say(idle);
    const asked = requestedBackend(sources);
    const { apiUrl } = resolveSettings(sources, 'remote').settings;
    const remote = asked === 'remote' || (asked === 'auto' && apiUrl !== undefined);
    const { model, download } = localModel(sources);
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
    try {
      // With `auto`, a server that is away would have this page download its own model.
      const checked: SettingsSources =
        remote && download
          ? { ...sources, argument: { ...sources.argument, backend: 'remote' } }
          : sources;
      say(describe(await this.#validate(checked, { signal })));
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

/** The model that this page would load, and what it would download for it, where it is not bundled. */
function localModel(sources: SettingsSources): { model: string; download?: string } {
  const { model: id, device, hubUrl } = resolveSettings(sources, 'local').settings;
  let model: Model;
  try {
    model = resolveModel(id, { hub: hubUrl });
  } catch {
    return { model: id }; // validation says it
  }
  if (model.source.kind === 'bundled') return { model: id };
  const sizes = (['webgpu', 'wasm'] as const)
    .filter((name) => device === 'auto' || device === 'remote' || device === name)
    .map((name) => modelBytes(model, name)?.bytes);
  const known = sizes.filter((bytes) => bytes !== undefined);
  return {
    model: id,
    download:
      known.length > 0
        ? [...new Set(known.map(formatBytes))].join(' or ')
        : 'a model whose size is not known yet',
  };
}
