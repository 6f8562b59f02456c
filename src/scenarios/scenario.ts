import type { Agent, AgentResponse } from '../agents/agent.js';
import type { LoadAgentOptions } from '../agents/load-agent.js';
import type { PageDevice } from '../engine/ladder.js';
import type { Capability, Model } from '../models/model.js';
import type { Server } from './server.js';
import type { Subject } from './subject.js';

/** What a scenario cannot do without. What a model or machine lacks is a skip with the reason, never a pass. */
export type Need =
  | Capability
  | 'webgpu'
  | 'cross-origin-isolation'
  | /** A server that answers. */ 'remote'
  | /** One that misbehaves on request. */ 'faults';

export interface Scenario {
  /** Kebab-case; the name in URLs, reports and JUnit. */
  id: string;
  title: string;
  /** The real behaviour that a pass proves, in a sentence. */
  proves: string;
  tags?: string[];
  needs?: Need[];
  /** Milliseconds; default 120,000. */
  timeout?: number;
  /** Starts with no engine loaded; otherwise the run's engine stays loaded from one scenario to the next. Default false. */
  cold?: boolean;
  /** false for the rare scenario that needs no model; every other fails when nothing was computed. Default true. */
  inference?: boolean;
  /** Fetches what `run` needs and is not here yet, so that it takes none of the scenario's time; a run begins with it, and does not begin without. */
  prepare?(): Promise<unknown>;
  run(context: ScenarioContext): Promise<void>;
}

export type CheckStatus = 'passed' | 'failed' | 'skipped';

/** One named assertion with the actual value. */
export interface Check {
  name: string;
  status: CheckStatus;
  /** JSON-compatible. */
  actual?: unknown;
  expected?: unknown;
  /** Why it was skipped, or a remark. */
  reason?: string;
}

export interface ScenarioContext {
  /** What is under test. */
  readonly subject: Subject;
  readonly model: Model;
  /** The model as a user would write it, for settings and configuration files. */
  readonly reference: { model: string; hubUrl?: string | undefined };
  readonly device: PageDevice;
  readonly seed: number;
  /** Aborts when the run is stopped or the time limit is over. */
  readonly signal: AbortSignal;
  /** The run's OpenAI-compatible server. Throws where there is none; a scenario that asks needs `remote`. */
  readonly server: Server;
  /** Loads an agent in this page, on the run's model and device; it is disposed of when the scenario ends. Its tokens show on the page. */
  load(options?: LoadAgentOptions): Promise<Agent>;
  /** The same on the run's server. */
  loadRemote(options?: LoadAgentOptions): Promise<Agent>;
  /** Lets the page show, and the report keep, what an agent of the scenario's own says. */
  observe(agent: Agent): Agent;
  /**
   * Chooses the agent whose device and model the result shows. Default: the agent of the first
   * successful call of `load`, `loadRemote` or `observe`, in the order of the calls.
   */
  reportOn(agent: Agent): void;
  /** Records an assertion. Returns whether it holds; a failing one does not end the scenario. */
  check(name: string, holds: boolean, facts?: { actual?: unknown; expected?: unknown }): boolean;
  /** `actual` and `expected` are equal as JSON. */
  equal(name: string, actual: unknown, expected: unknown): boolean;
  /** `work` rejects; returns its error. */
  rejects(
    name: string,
    work: () => Promise<unknown>,
    expected: string,
    holds: (error: Error) => boolean,
  ): Promise<Error | undefined>;
  /** An assertion that cannot be made here. */
  skipCheck(name: string, reason: string): void;
  /** Ends the scenario as skipped. */
  skip(reason: string): never;
  /** A number for the report, for instance `firstTokenMs`. */
  metric(name: string, value: number): void;
  /** Tokens computed in this page since the scenario began. */
  tokensComputed(): number;
  /** Tokens that servers say they computed since then. */
  remoteTokensComputed(): number;
}

/** Thrown by `skip`. */
export class SkipScenario extends Error {
  override name = 'SkipScenario';
}

/**
 * Checks a scenario's form and returns it.
 *
 * @throws TypeError when the id is not kebab-case or a text is missing.
 */
export function defineScenario(scenario: Scenario): Scenario {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(scenario.id))
    throw new TypeError(
      `The scenario id "${scenario.id}" is not kebab-case, such as "my-scenario".`,
    );
  for (const field of ['title', 'proves'] as const) {
    if (typeof scenario[field] !== 'string' || scenario[field].trim() === '')
      throw new TypeError(`Scenario "${scenario.id}" has no ${field}.`);
  }
  if (typeof scenario.run !== 'function')
    throw new TypeError(`Scenario "${scenario.id}" has no run function.`);
  return scenario;
}

export type { AgentResponse };
