import type { AgentLoader } from '../agents/agent-loader.js';
import type { ActualDevice, Attempt, RequestedDevice } from '../engine/ladder.js';
import type { AdapterInfo } from '../engine/protocol.js';
import type { ErrorRecord } from '../errors.js';
import type { EnvironmentInfo } from '../scenarios/environment-info.js';
import type { Check, Scenario } from '../scenarios/scenario.js';

export type ResultStatus = 'passed' | 'failed' | 'skipped' | 'timed-out' | 'not-run';

export interface ScenarioResult {
  id: string;
  title: string;
  status: ResultStatus;
  /** Why the scenario was skipped, failed, timed out or did not run. */
  reason?: string;
  /** The scenario's own checks. */
  checks: Check[];
  /** The harness's own check for real inference. Missing when the scenario did not run. */
  inference?: InferenceCheck;
  device?: { requested: RequestedDevice; actual: ActualDevice; attempts: readonly Attempt[] };
  /** Numbers by name. A name that ends in `Ms` is in milliseconds. */
  metrics: Record<string, number>;
  /** Numbers in the order in which they were measured, by name. Names end as those of `metrics`. */
  series?: Record<string, number[]>;
  evidence: Evidence;
  error?: ErrorRecord;
  durationMs: number;
}

/**
 * Whether tokens were really computed while a scenario ran. It is not one of the scenario's checks:
 * without required inference the scenario fails, and with it the checks alone decide.
 */
export interface InferenceCheck {
  /** False for a scenario that needs no model. */
  required: boolean;
  /**
   * What counts beside witnessed tokens: nothing; a server's count, where the scenario is about a
   * server; or an inference, where the agent is somebody else's.
   */
  accepts: 'witnessed' | 'counted' | 'inferred';
  /** Whether there was accepted evidence. */
  found: boolean;
  /** The best evidence there was, accepted or not. */
  kind: EvidenceKind;
  /** Tokens that engines of this page computed. */
  witnessed: number;
  /** Tokens that servers, or somebody else's agent, say they computed. */
  counted: number;
  /** Whether somebody else's agent gave back words that the harness had drawn; see `Evidence`. */
  inferred: boolean;
  /** Why the harness did not ask somebody else's agent. */
  reason?: string;
}

/**
 * Who says that tokens were computed: an engine of this page (`witnessed`), the agent, by giving back
 * words that the harness had drawn a moment before (`inferred`), a count that a server or an agent
 * reports about itself (`counted`), or nobody.
 */
export type EvidenceKind = 'witnessed' | 'inferred' | 'counted' | 'none';

/** One question of the harness to somebody else's agent. */
export interface Draw {
  /** The random words that the reply had to contain. */
  words: string[];
  reply: string;
  right: boolean;
  /** Why there was no reply. */
  error?: string;
}

/** Everything that is needed to repeat the run. */
export interface Evidence {
  modelId: string;
  /** SHA-256 of the weights. */
  modelDigest?: string;
  dtype?: string;
  /** The bytes of all model files. */
  modelBytes?: number;
  device?: ActualDevice;
  adapter?: AdapterInfo;
  threads?: number;
  seed: number;
  /** What the scenario drew from the run's seed to say and to ask for, in this order. */
  fillers?: (string | number | boolean)[];
  /** Tokens that engines of this page computed during the scenario. */
  tokensComputed: number;
  /** Tokens that servers say they computed. */
  remoteTokens?: number;
  /**
   * The harness's own questions to somebody else's agent after the scenario, up to three. One right
   * reply is evidence that the agent computes. It says nothing about the quality of its model.
   */
  challenge?: Draw[];
  exchanges: Exchange[];
}

export interface Exchange {
  /** The server that answered. Missing for an agent of this page. */
  url?: string;
  /** What computed the reply. Missing in reports of version 0.3.0 and older. */
  device?: ActualDevice;
  /** The user's message. */
  message: string;
  prompt: string;
  text: string;
  promptTokenIds: number[];
  outputTokenIds: number[];
  prefilledTokens: number;
  finishReason: string;
  seed: number;
  /** Milliseconds, and tokens per second. */
  timings: {
    queued: number;
    firstToken: number;
    total: number;
    tokensPerSecond: number;
    /**
     * The time of each output token since the one before, the first one's since the request began.
     * Missing where no engine of this page computed, and in reports of version 0.3.0 and older.
     */
    tokens?: number[];
  };
}

export interface Report {
  schema: 'unmocked/1';
  startedAt: string;
  durationMs: number;
  /**
   * `stopped`: somebody ended the run before all scenarios had run. It is no verdict; `totals` says
   * what had passed and failed by then.
   */
  status: 'passed' | 'failed' | 'stopped';
  /** Why the run as a whole did not pass: no inference, too few scenarios, nothing passed, stopped. */
  problems: string[];
  environment: EnvironmentInfo;
  model: { id: string; digest?: string; dtype?: string; bytes?: number };
  device: { requested: RequestedDevice };
  /** The OpenAI-compatible server of the run. Missing when there was none. */
  server?: { url: string; models: string[] };
  seed: number;
  /** Set by a command that ran one part of a run that is split. */
  shard?: {
    /** From 1. */
    index: number;
    count: number;
    /** The ids of all scenarios of the whole run, in its order. */
    scenarios: string[];
  };
  results: ScenarioResult[];
  totals: Record<ResultStatus, number> & { total: number };
  /**
   * Tokens computed in this page, and tokens that servers say they computed. `kind` is the weakest
   * evidence that a scenario of the run rests on.
   */
  inference: { tokens: number; remoteTokens: number; kind: EvidenceKind };
}

/** An event of a run, in the order in which things happen. */
export type RunEvent =
  | { type: 'run-start'; scenarios: string[] }
  | { type: 'scenario-start'; id: string }
  | { type: 'check'; id: string; check: Check }
  /** A request to an agent begins. Tokens with the same `exchange` number are its reply. */
  | { type: 'exchange'; id: string; exchange: number; message: string }
  /** `exchange` counts from 0 within the scenario. Several exchanges can run at once. */
  | { type: 'token'; id: string; exchange: number; text: string; tokenId?: number }
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

/** The model of a result for which somebody else's agent was not loaded. */
export const UNKNOWN_MODEL = 'unknown';

/** The result of a scenario that has not run. */
export const emptyResult = (
  { id, title }: Scenario,
  { model, seed, loadAgent }: { model: { id: string }; seed: number; loadAgent?: AgentLoader },
): ScenarioResult => ({
  id,
  title,
  status: 'not-run',
  checks: [],
  metrics: {},
  evidence: {
    modelId: loadAgent ? UNKNOWN_MODEL : model.id,
    seed,
    tokensComputed: 0,
    exchanges: [],
  },
  durationMs: 0,
});
