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

/** Everything that scenarios test. Saboteurs replace one part of it; the scenario that guards that part must then fail. */
export interface Subject {
  loadAgent(options: LoadAgentOptions): Promise<Agent>;
  validateAgent(agent: Agent, options?: { signal?: AbortSignal }): Promise<Validation>;
  parseConfig: typeof parseConfig;
  resolveSettings: typeof resolveSettings;
  validateStartup: typeof validateStartup;
  /** Settings that this browser keeps under a name. */
  openSettings(options: SettingsStorageOptions): SettingsStorage;
  /** Asks whether a server is there. */
  findServer: typeof findServer;
  /** Engines of one's own: a scenario that watches loading must not share the page's. */
  createPool(options?: EnginePoolOptions): EnginePool;
  /** Engines whose worker runs in this page. */
  runningEngines(): number;
  /** What the page says of itself. */
  describe(): Promise<EnvironmentInfo>;
  /** Bytes that this page uses, workers included; undefined where the browser does not say (or not soon). */
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
 * Asked while a terminated worker is still going away, Chromium waits 60 s for that worker's answer; asked a moment later, it takes 20 ms.
 * Measured: a second is more than enough for a worker alone, one with threads of its own needs between three and six seconds.
 */
const WORKER_GONE_MS = { any: 1000, threaded: 6000 };
/** Chromium answers after its next garbage collection, which can be 20 s away; longer than this is not waited for. */
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
