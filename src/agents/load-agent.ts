import { parseConfig, loadConfig, type AgentConfig } from '../config/config.js';
import { type AgentSettings, checkSettings, defaultSettings } from '../config/options.js';
import { type EnginePool, sharedPool } from '../engine/engine-pool.js';
import { type Attempt, requestedDevices } from '../engine/ladder.js';
import type { LoadProgress, Rung } from '../engine/protocol.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import type { Agent } from './agent.js';
import { LocalAgent } from './local-agent.js';
import { validateAgent } from './validate-agent.js';

export interface LoadAgentOptions extends Partial<Omit<AgentSettings, 'model'>> {
  /** A registry id, a hub id, a folder's URL, or an entry of one's own. Default `unmocked-tiny`. */
  model?: string | Model | undefined;
  dtype?: Rung['dtype'] | undefined;
  /** Asks the agent something before it is handed out; one that does not answer is disposed of, and the call fails. Default false. */
  validate?: boolean | undefined;
  /** Reads settings from a `config.toml`: `true` for the one beside the page, a text, or one that was read. Arguments win over it. */
  useConfig?: boolean | string | AgentConfig | undefined;
  /** Told of what was ignored, for instance keys of the configuration that mean nothing. Default: `console.warn`. */
  onWarning?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  onAttempt?: ((attempt: Attempt) => void) | undefined;
  /** Engines to share; default: the page's. */
  pool?: EnginePool | undefined;
}

/**
 * Loads an agent.
 *
 * @example
 * const agent = await loadAgent({ model: 'unmocked-tiny', device: 'auto' });
 * const { response } = await agent.invoke('Hello, this is a test.');
 * await agent.dispose();
 *
 * @throws UnmockedError `invalid-argument`, `unknown-model`, `invalid-config` before anything is loaded; `model-not-found`, `network`,
 *   `no-device` (with every attempt) when nothing could be; `AbortError`.
 */
export async function loadAgent(options: LoadAgentOptions = {}): Promise<Agent> {
  const config = await readConfig(options.useConfig, options.signal);
  if (config && config.unknownKeys.length > 0) {
    (options.onWarning ?? console.warn)(`The configuration has keys that are not known and were ignored: ${config.unknownKeys.join(', ')}.`);
  }
  const { model: modelOption, ...settingsOptions } = options;
  const given = checkSettings({ ...settingsOptions, ...(typeof modelOption === 'string' ? { model: modelOption } : {}) });
  const settings: AgentSettings = { ...defaultSettings(), ...config?.settings, ...given };
  const model = resolveModel(typeof modelOption === 'object' ? modelOption : settings.model, { hub: settings.hubUrl });
  const device = requestedDevices.find((name) => name === settings.device)!;
  if (settings.backend === 'remote' || device === 'remote') {
    throw new UnmockedError('unsupported', 'There is no remote backend yet. Use the backend "local" or "auto".');
  }
  const { signal, onProgress, onAttempt, dtype } = options;
  const agent = await LocalAgent.load(options.pool ?? sharedPool, { model, device, dtype, signal, onProgress, onAttempt }, settings);
  if (!options.validate) return agent;
  try {
    const validation = await validateAgent(agent, { signal });
    if (validation.valid) return agent;
    throw new UnmockedError('inference-failed', `"${model.id}" loaded on ${agent.device.actual}, but does not answer: ${validation.reason}`, { details: { reply: validation.reply } });
  } catch (error) {
    await agent.dispose();
    throw error instanceof Error ? error : new Error(toErrorRecord(error).message);
  }
}

async function readConfig(useConfig: LoadAgentOptions['useConfig'], signal: AbortSignal | undefined): Promise<AgentConfig | undefined> {
  if (!useConfig) return undefined;
  if (useConfig === true) return loadConfig('config.toml', signal);
  return typeof useConfig === 'string' ? parseConfig(useConfig) : useConfig;
}
