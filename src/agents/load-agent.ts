import { type EnginePool, sharedPool } from '../engine/engine-pool.js';
import type { Attempt } from '../engine/ladder.js';
import type { LoadProgress, Rung } from '../engine/protocol.js';
import { abortError, isAbortError, toErrorRecord, UnmockedError } from '../errors.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { withTraining } from '../models/trained-for.js';
import { checkSettings } from '../settings/check-settings.js';
import { type AgentConfig, loadConfig, parseConfig } from '../settings/config.js';
import { readEnvironment } from '../settings/environment.js';
import { type Resolution, resolveSettings, type SettingsSources } from '../settings/resolve.js';
import type { AgentSettings } from '../settings/settings.js';
import type { Agent } from './agent.js';
import { ChatAgent } from './chat-agent.js';
import { LocalBackend } from './local/local-backend.js';
import { RemoteBackend } from './remote/remote-backend.js';
import { validateAgent } from './validate-agent.js';

export interface LoadAgentOptions extends Partial<Omit<AgentSettings, 'model'>> {
  /**
   * A registry id, a hub id, the URL of a folder, a registry entry, or the server's name for a
   * model. Default `unmocked-tiny`.
   */
  model?: string | Model;
  dtype?: Rung['dtype'];
  /** Asks the agent something first. If it does not answer, the call fails. Default false. */
  validate?: boolean;
  /** A `config.toml`: `true` for the one beside the page, its text, or the parsed file. */
  useConfig?: boolean | string | AgentConfig;
  /**
   * Other sources of settings; the options of this call win over them. See `settingOrigins` for
   * their order. Default: the environment.
   */
  sources?: SettingsSources;
  /** Called with what was ignored, such as unknown configuration keys. Default: `console.warn`. */
  onWarning?: (message: string) => void;
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
  onAttempt?: (attempt: Attempt) => void;
  /** Engines to share. Default: the page's. */
  pool?: EnginePool;
}

/**
 * Loads an agent. The backend `auto` tries the server if a URL is set, then WebGPU, then WASM. If
 * you name a backend or a device, it is used or the call fails; there is no silent fallback.
 *
 * @example
 * const agent = await loadAgent({ model: 'unmocked-tiny', device: 'auto' });
 * const { response } = await agent.invoke('Hello, this is a test.');
 * await agent.dispose();
 *
 * @throws UnmockedError `invalid-argument`, `unknown-model` or `invalid-config` before anything
 *   loads; `model-not-found`, `network` or `no-device` (with every attempt) if nothing loads; for
 *   the backend `remote`, the server's error; `AbortError`.
 */
export async function loadAgent(options: LoadAgentOptions = {}): Promise<Agent> {
  const resolved = resolveSettings(await readSources(options));
  const { signal, validate } = options;
  if (signal?.aborted) throw abortError(signal);
  const agent = await loadFirst(options, resolved);
  if (validate) await assertAnswers(agent, signal);
  return agent;
}

async function readSources(options: LoadAgentOptions): Promise<SettingsSources> {
  const { sources = {}, useConfig, signal, onWarning = console.warn } = options;
  const config = (await readConfig(useConfig, signal)) ?? sources.config;
  if (config && config.unknownKeys.length > 0)
    onWarning(
      `The configuration has unknown keys, which were ignored: ${config.unknownKeys.join(', ')}.`,
    );
  const { model } = options;
  const argument = checkSettings({
    ...options,
    model: typeof model === 'object' ? model.id : model,
  });
  assertNoConflict(argument);
  return {
    ...sources,
    config,
    environment: sources.environment ?? readEnvironment(),
    argument: { ...sources.argument, ...argument },
  };
}

function assertNoConflict({ backend, device = 'auto' }: Partial<AgentSettings>): void {
  if (backend === 'remote' && device !== 'auto')
    throw new UnmockedError(
      'invalid-argument',
      `The backend is "remote" and the device "${device}", but a server chooses its own ` +
        'device. Leave out one of the two.',
    );
}

async function readConfig(
  useConfig: LoadAgentOptions['useConfig'],
  signal: AbortSignal | undefined,
): Promise<AgentConfig | undefined> {
  if (!useConfig) return undefined;
  if (useConfig === true) return loadConfig('config.toml', signal);
  return typeof useConfig === 'string' ? parseConfig(useConfig) : useConfig;
}

/** Loads the first backend that works. */
async function loadFirst(options: LoadAgentOptions, resolved: Resolution): Promise<Agent> {
  const [first, fallback] = resolved.backends;
  if (first === 'local') return loadLocal(options, resolved.local.settings);
  const startedAt = performance.now();
  try {
    return await loadRemote(options, resolved);
  } catch (error) {
    if (isAbortError(error)) throw error;
    const { apiUrl } = resolved.remote.settings;
    const attempt: Attempt = {
      device: 'remote',
      ...(apiUrl ? { url: apiUrl } : {}),
      outcome: 'failed',
      error: toErrorRecord(error),
      durationMs: performance.now() - startedAt,
    };
    options.onAttempt?.(attempt);
    if (!fallback) throw error;
    return loadAfter(attempt, options, resolved.local.settings);
  }
}

async function loadRemote(
  { signal, onAttempt }: LoadAgentOptions,
  { remote, requested }: Resolution,
): Promise<Agent> {
  const backend = await RemoteBackend.load({
    ...remote,
    requested: requested === 'remote' ? 'remote' : 'auto',
    signal,
  });
  backend.device.attempts.forEach((attempt) => onAttempt?.(attempt));
  return new ChatAgent(backend, remote.settings);
}

async function loadLocal(
  { model, pool = sharedPool, dtype, signal, onProgress, onAttempt }: LoadAgentOptions,
  settings: AgentSettings,
  earlier: readonly Attempt[] = [],
): Promise<Agent> {
  const named = typeof model === 'object' ? model : settings.model;
  const resolvedModel = withTraining(resolveModel(named, { hub: settings.hubUrl }));
  const backend = await LocalBackend.load(
    pool,
    { model: resolvedModel, device: settings.device, dtype, signal, onProgress, onAttempt },
    earlier,
  );
  return new ChatAgent(backend, settings);
}

/** Loads in this page after the server failed. If both fail, the error names both. */
async function loadAfter(
  server: Attempt,
  options: LoadAgentOptions,
  settings: AgentSettings,
): Promise<Agent> {
  try {
    return await loadLocal(options, settings, [server]);
  } catch (error) {
    if (!(error instanceof UnmockedError)) throw error;
    const tried = (error.details['attempts'] as Attempt[] | undefined) ?? [];
    throw new UnmockedError(
      'no-device',
      `Neither the server nor this page can run a model.\n` +
        `- ${server.url}: ${server.error?.message}\n` +
        `- this page: ${error.message}`,
      { cause: error, details: { ...error.details, attempts: [server, ...tried] } },
    );
  }
}

/** Disposes of an agent that does not answer, and throws. */
async function assertAnswers(agent: Agent, signal: AbortSignal | undefined): Promise<void> {
  try {
    const validation = await validateAgent(agent, { signal });
    if (validation.valid) return;
    throw new UnmockedError(
      'inference-failed',
      `"${agent.model.id}" loaded on ${agent.device.actual}, but does not answer: ` +
        `${validation.reason}`,
      { details: { reply: validation.reply } },
    );
  } catch (error) {
    await agent.dispose();
    throw error instanceof Error ? error : new Error(toErrorRecord(error).message);
  }
}
