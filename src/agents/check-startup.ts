import { downloadSizes } from '../engine/download-size.js';
import { formatBytes } from '../format.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import type { Resolution, SettingsSources } from '../settings/resolve.js';
import { type StartupValidation, validateStartup } from './startup.js';

/** The state of the check, with a text for people. */
export interface StartupState {
  status: 'idle' | 'checking' | 'valid' | 'invalid' | 'unchecked';
  text: string;
  /** It works, but not as configured: the server failed, and this page's model answered. */
  warning?: string;
}

export type ValidateStartup = typeof validateStartup;

/**
 * Validates the configured backend and reports each state. A model that is not bundled is not
 * downloaded, and not checked.
 *
 * @throws `AbortError` only.
 */
export async function checkStartup(
  sources: SettingsSources,
  resolved: Resolution,
  {
    signal,
    onChange,
    validate = validateStartup,
  }: {
    signal: AbortSignal;
    onChange: (state: StartupState) => void;
    validate?: ValidateStartup;
  },
): Promise<void> {
  const remote = resolved.backends[0] === 'remote';
  const { model } = resolved.local.settings;
  const { apiUrl } = resolved.remote.settings;
  const download = pageDownload(resolved);
  if (!remote && download)
    return onChange({
      status: 'unchecked',
      text: `${model} was not checked: it would download ${download}. Press Test to do it.`,
    });
  onChange({
    status: 'checking',
    text: remote
      ? `Checking remote backend${apiUrl ? ` at ${apiUrl}` : ''}…`
      : `Checking ${model} in this page…`,
  });
  // Without this, `auto` would download a model if the server does not answer.
  const remoteOnly = { ...sources, argument: { ...sources.argument, backend: 'remote' as const } };
  onChange(describe(await validate(remote && download ? remoteOnly : sources, { signal })));
}

function describe(validation: StartupValidation): StartupState {
  if (validation.status === 'none') return { status: 'idle', text: '' };
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
