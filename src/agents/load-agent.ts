import { type AgentConfig, loadConfig, parseConfig } from '../settings/config.js';
import { readEnvironment } from '../settings/environment.js';
import { type AgentSettings, checkSettings } from '../settings/options.js';
import { requestedBackend, resolveSettings, type SettingsSources } from '../settings/sources.js';
import { type EnginePool, sharedPool } from '../engine/engine-pool.js';
import type { Attempt } from '../engine/ladder.js';
import type { LoadProgress, Rung } from '../engine/protocol.js';
import { abortError, isAbortError, toErrorRecord, UnmockedError } from '../errors.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import type { Agent } from './agent.js';
import { LocalAgent } from './local-agent.js';
import { RemoteAgent } from './remote-agent.js';
import { validateAgent } from './validate-agent.js';

export interface LoadAgentOptions extends Partial<Omit<AgentSettings, 'model'>> {
  /** A registry id, a hub id, a folder's URL, an entry of one's own, or a server's name for it. Default `unmocked-tiny`. */
  model?: string | Model | undefined;
  dtype?: Rung['dtype'] | undefined;
  /** Asks the agent something before it is handed out; one that does not answer is disposed of, and the call fails. Default false. */
  validate?: boolean | undefined;
  /** Reads settings from a `config.toml`: `true` for the one beside the page, a text, or one that was read. */
  useConfig?: boolean | string | AgentConfig | undefined;
  /** What else says how to load it. Arguments win over all of it; default: the environment. See `sourceNames` for who wins over whom. */
  sources?: Omit<SettingsSources, 'argument'> | undefined;
  /** Told of what was ignored, for instance keys of the configuration that mean nothing. Default: `console.warn`. */
  onWarning?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  onAttempt?: ((attempt: Attempt) => void) | undefined;
  /** Engines to share; default: the page's. */
  pool?: EnginePool | undefined;
}

/**
 * Loads an agent. With the backend `auto` the ladder is: the server, where a URL is configured; then the model on WebGPU; then on WASM.
 * A backend or device that was named is honoured or refused, never swapped.
 *
 * @example
 * const agent = await loadAgent({ model: 'unmocked-tiny', device: 'auto' });
 * const { response } = await agent.invoke('Hello, this is a test.');
 * await agent.dispose();
 *
 * @throws UnmockedError `invalid-argument`, `unknown-model`, `invalid-config` before anything is loaded; `model-not-found`, `network`,
 *   `no-device` (with every attempt) when nothing could be; for the backend `remote` whatever its server did; `AbortError`.
 */
export async function loadAgent(options: LoadAgentOptions = {}): Promise<Agent> {
  const sources = await readSources(options);
  const backend = requestedBackend(sources);
  const { signal, validate } = options;
  if (signal?.aborted) throw abortError(signal);
  const agent =
    backend === 'local'
      ? await loadLocal(options, sources, [])
      : await loadRemote(options, sources, backend);
  if (!validate) return agent;
  try {
    const validation = await validateAgent(agent, { signal });
    if (validation.valid) return agent;
    throw new UnmockedError(
      'inference-failed',
      `"${agent.model.id}" loaded on ${agent.device.actual}, but does not answer: ${validation.reason}`,
      { details: { reply: validation.reply } },
    );
  } catch (error) {
    await agent.dispose();
    throw error instanceof Error ? error : new Error(toErrorRecord(error).message);
  }
}

async function readSources(options: LoadAgentOptions): Promise<SettingsSources> {
  const config = (await readConfig(options.useConfig, options.signal)) ?? options.sources?.config;
  if (config && config.unknownKeys.length > 0) {
    (options.onWarning ?? console.warn)(
      `The configuration has keys that are not known and were ignored: ${config.unknownKeys.join(', ')}.`,
    );
  }
  const { model, ...others } = options;
  const modelName = typeof model === 'object' ? model.id : model;
  const argument = checkSettings({
    ...others,
    ...(modelName === undefined ? {} : { model: modelName }),
  });
  const { backend = 'auto', device = 'auto' } = argument;
  if (
    (backend === 'local' && device === 'remote') ||
    (backend === 'remote' && device !== 'remote' && device !== 'auto')
  ) {
    throw new UnmockedError(
      'invalid-argument',
      `The backend is "${backend}" and the device "${device}". Choose one of the two.`,
    );
  }
  return {
    ...options.sources,
    config,
    environment: options.sources?.environment ?? readEnvironment(),
    argument,
  };
}

async function readConfig(
  useConfig: LoadAgentOptions['useConfig'],
  signal: AbortSignal | undefined,
): Promise<AgentConfig | undefined> {
  if (!useConfig) return undefined;
  if (useConfig === true) return loadConfig('config.toml', signal);
  return typeof useConfig === 'string' ? parseConfig(useConfig) : useConfig;
}

/** The server; where it was not asked for by name and cannot be had, what this page can do itself. */
async function loadRemote(
  options: LoadAgentOptions,
  sources: SettingsSources,
  backend: 'auto' | 'remote',
): Promise<Agent> {
  const resolved = resolveSettings(sources, 'remote');
  const { apiUrl } = resolved.settings;
  if (backend === 'auto' && apiUrl === undefined) return loadLocal(options, sources, []);
  const startedAt = performance.now();
  try {
    const agent = await RemoteAgent.load({
      ...resolved,
      requested: backend,
      signal: options.signal,
    });
    agent.device.attempts.forEach((attempt) => options.onAttempt?.(attempt));
    return agent;
  } catch (error) {
    if (isAbortError(error)) throw error;
    const attempt: Attempt = {
      device: 'remote',
      ...(apiUrl ? { url: apiUrl } : {}),
      outcome: 'failed',
      error: toErrorRecord(error),
      durationMs: performance.now() - startedAt,
    };
    options.onAttempt?.(attempt);
    if (backend === 'remote') throw error;
    return loadLocal(options, sources, [attempt]);
  }
}

async function loadLocal(
  options: LoadAgentOptions,
  sources: SettingsSources,
  earlier: readonly Attempt[],
): Promise<Agent> {
  const { settings } = resolveSettings(sources, 'local');
  const { signal, onProgress, onAttempt, dtype } = options;
  try {
    const model = resolveModel(typeof options.model === 'object' ? options.model : settings.model, {
      hub: settings.hubUrl,
    });
    const { device } = settings;
    if (device === 'remote')
      throw new UnmockedError(
        'invalid-config',
        'The backend is "local" and the device "remote". Choose one of the two.',
      );
    return await LocalAgent.load(
      options.pool ?? sharedPool,
      { model, device, dtype, signal, onProgress, onAttempt },
      settings,
      earlier,
    );
  } catch (error) {
    const [server] = earlier;
    if (!server || !(error instanceof UnmockedError)) throw error;
    throw new UnmockedError(
      'no-device',
      `Neither the server nor this page can run a model.\n- ${server.url}: ${server.error?.message}\n- this page: ${error.message}`,
      {
        cause: error,
        details: {
          ...error.details,
          attempts: [...earlier, ...((error.details['attempts'] as Attempt[] | undefined) ?? [])],
        },
      },
    );
  }
}
