import type { ActualDevice, Attempt, RequestedDevice } from '../engine/ladder.js';
import type { AdapterInfo } from '../engine/protocol.js';
import type { ErrorRecord } from '../errors.js';
import type { Check } from '../scenarios/scenario.js';
import type { EnvironmentInfo } from '../scenarios/environment-info.js';

export type ResultStatus = 'passed' | 'failed' | 'skipped' | 'timed-out' | 'not-run';

export interface ScenarioResult {
  id: string;
  title: string;
  status: ResultStatus;
  /** Why it was skipped, failed, timed out or did not run. */
  reason?: string;
  checks: Check[];
  device?: { requested: RequestedDevice; actual: ActualDevice; attempts: readonly Attempt[] };
  /** Numbers by name; milliseconds where the name ends in `Ms`. */
  metrics: Record<string, number>;
  evidence: Evidence;
  error?: ErrorRecord;
  durationMs: number;
}

/** What lets somebody else repeat the run. */
export interface Evidence {
  modelId: string;
  /** SHA-256 of the weights. */
  modelDigest?: string;
  dtype?: string;
  /** Of all the model's files. */
  modelBytes?: number;
  device?: ActualDevice;
  adapter?: AdapterInfo;
  threads?: number;
  seed: number;
  /** Tokens that engines of this page computed during the scenario. */
  tokensComputed: number;
  /** Tokens that servers say they computed. */
  remoteTokens?: number;
  exchanges: Exchange[];
}

export interface Exchange {
  /** The server that answered; missing for this page. */
  url?: string;
  /** What was said to the agent. */
  message: string;
  prompt: string;
  text: string;
  promptTokenIds: number[];
  outputTokenIds: number[];
  prefilledTokens: number;
  finishReason: string;
  seed: number;
  timings: { queued: number; firstToken: number; total: number; tokensPerSecond: number };
}

export interface Report {
  schema: 'unmocked/1';
  startedAt: string;
  durationMs: number;
  status: 'passed' | 'failed';
  /** What makes a run fail as a whole: no inference, fewer scenarios than expected. */
  problems: string[];
  environment: EnvironmentInfo;
  model: { id: string; digest?: string; dtype?: string; bytes?: number };
  device: { requested: RequestedDevice };
  /** The OpenAI-compatible server that scenarios talked to, where there was one. */
  server?: { url: string; models: string[] } | undefined;
  seed: number;
  results: ScenarioResult[];
  totals: Record<ResultStatus, number> & { total: number };
  /** Tokens computed in this page, and elsewhere as servers say. */
  inference: { tokens: number; remoteTokens: number };
}

/** What happens during a run, in order. */
export type RunEvent =
  | { type: 'run-start'; scenarios: string[] }
  | { type: 'scenario-start'; id: string }
  | { type: 'check'; id: string; check: Check }
  /** A new request to an agent begins; the tokens with its number are its reply. */
  | { type: 'exchange'; id: string; exchange: number; message: string }
  /** Several exchanges can be under way at once; `exchange` counts from 0 within the scenario. */
  | { type: 'token'; id: string; exchange: number; text: string; tokenId?: number | undefined }
  | {
      type: 'progress';
      id: string;
      loadedBytes: number;
      totalBytes: number;
      phase: string;
      file?: string;
    }
  | { type: 'attempt'; id: string; attempt: Attempt }
  | { type: 'scenario-end'; id: string; result: ScenarioResult }
  | { type: 'run-end'; report: Report };
