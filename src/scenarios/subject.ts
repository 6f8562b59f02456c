import { loadAgent, type LoadAgentOptions } from '../agents/load-agent.js';
import { validateStartup } from '../agents/startup.js';
import { type Validation, validateAgent } from '../agents/validate-agent.js';
import type { Agent } from '../agents/agent.js';
import { parseConfig } from '../settings/config.js';
import { resolveSettings } from '../settings/resolve.js';
import { SettingsStorage, type SettingsStorageOptions } from '../settings/settings-storage.js';
import { Engine } from '../engine/engine.js';
import { EnginePool, type EnginePoolOptions } from '../engine/engine-pool.js';
import { describe, type EnvironmentInfo } from './environment-info.js';
import { findServer } from './server.js';

/** The code under test. A saboteur replaces one part; the scenario that guards it fails. */
export interface Subject {
  loadAgent(options: LoadAgentOptions): Promise<Agent>;
  validateAgent(agent: Agent, options?: { signal?: AbortSignal }): Promise<Validation>;
  parseConfig: typeof parseConfig;
  resolveSettings: typeof resolveSettings;
  validateStartup: typeof validateStartup;
  /** Opens the settings that this browser stores. */
  openSettings(options: SettingsStorageOptions): SettingsStorage;
  /** Looks for an OpenAI-compatible server. */
  findServer: typeof findServer;
  /** Creates a separate pool. Scenarios about loading must not share the page's engines. */
  createPool(options?: EnginePoolOptions): EnginePool;
  /** The number of engines whose worker is running. */
  runningEngines(): number;
  /** Describes the browser and the page. */
  describe(): Promise<EnvironmentInfo>;
  /** Bytes that this page and its workers use. Undefined if the browser cannot say it in time. */
  measureMemory(): Promise<number | undefined>;
}

export const realSubject: Subject = {
  loadAgent,
  validateAgent,
  parseConfig,
  resolveSettings,
  validateStartup,
  openSettings: (options) => new SettingsStorage(options),
  findServer,
  createPool: (options) => new EnginePool(options),
  runningEngines: () => Engine.alive.size,
  describe,
  measureMemory,
};

/**
 * Chromium takes 60 s to measure while a terminated worker is still shutting down, and 20 ms once
 * it is gone. Measured: a single worker is gone within a second. A worker with its own threads
 * takes three to six seconds.
 */
const WORKER_GONE_MS = { any: 1000, threaded: 6000 };
/** Chromium answers after its next garbage collection, which can take 20 s. Give up before that. */
const MEMORY_PATIENCE_MS = 4000;

async function measureMemory(): Promise<number | undefined> {
  const { performance } = globalThis as unknown as {
    performance: { measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }> };
  };
  if (!globalThis.crossOriginIsolated || !performance.measureUserAgentSpecificMemory)
    return undefined;
  const { any, threaded } = Engine.lastTerminated;
  const quietAt = Math.max(any + WORKER_GONE_MS.any, threaded + WORKER_GONE_MS.threaded);
  await new Promise((resolve) =>
    setTimeout(resolve, Math.max(0, quietAt - globalThis.performance.now())),
  );
  const patience = new Promise<undefined>((resolve) => setTimeout(resolve, MEMORY_PATIENCE_MS));
  return Promise.race([
    performance.measureUserAgentSpecificMemory().then((memory) => memory.bytes),
    patience,
  ]).catch(() => undefined);
}
