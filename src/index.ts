/**
 * Unmocked as a library: load a real model in the page, talk to it, and run scenarios on it or on
 * your own agent.
 */
export { assets } from './engine/assets.js';
export { EnginePool, type EnginePoolOptions } from './engine/engine-pool.js';
export {
  type ActualDevice,
  type Attempt,
  type RequestedDevice,
  requestedDevices,
} from './engine/ladder.js';
export { type BrowserProbe, probeBrowser } from './engine/probe.js';
export type { AdapterInfo, EngineInfo, LoadProgress } from './engine/protocol.js';
export { type ErrorCode, type ErrorRecord, UnmockedError } from './errors.js';
export type {
  Capability,
  Dtype,
  Model,
  ModelFile,
  ModelSource,
  ModelVariant,
} from './models/model.js';
export { models, resolveModel } from './models/registry.js';
export { type AgentConfig, loadConfig, parseConfig } from './settings/config.js';
export { ambientEnvironment, type Environment, readEnvironment } from './settings/environment.js';
export {
  type Resolution,
  type ResolvedSettings,
  resolveSettings,
  type SettingOrigin,
  settingOrigins,
  type SettingsSources,
} from './settings/resolve.js';
export type { AgentSettings, Backend, ReasoningEffort, SettingName } from './settings/settings.js';
export {
  SettingsStorage,
  type SettingsStorageOptions,
  type StoredSettings,
} from './settings/settings-storage.js';
export type * from './agents/agent.js';
export { type AgentLoader, type AgentLoaderOptions } from './agents/agent-loader.js';
export { claims } from './agents/claims.js';
export { loadAgent, type LoadAgentOptions } from './agents/load-agent.js';
export { type Validation, validateAgent, VALIDATION_PROMPT } from './agents/validate-agent.js';
export { type StartupValidation, validateStartup } from './agents/startup.js';
export { parseReply } from './agents/reply/parse-reply.js';
export {
  type Check,
  type CheckStatus,
  defineScenario,
  type Need,
  type Scenario,
  type ScenarioContext,
  type Suite,
} from './scenarios/scenario.js';
export { scenarios } from './scenarios/index.js';
export type { EnvironmentInfo } from './scenarios/environment-info.js';
export { realSubject, type Subject } from './scenarios/subject.js';
export { runScenarios } from './harness/run.js';
export type { RunOptions } from './harness/run-options.js';
export { toJUnit } from './harness/junit.js';
export type {
  Draw,
  Evidence,
  EvidenceKind,
  Exchange,
  InferenceCheck,
  Report,
  ResultStatus,
  RunEvent,
  ScenarioResult,
} from './harness/report.js';
