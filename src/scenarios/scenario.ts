import type { Agent, Claim } from '../agents/agent.js';
import type { LoadAgentOptions } from '../agents/load-agent.js';
import type { PageDevice } from '../engine/ladder.js';
import type { Capability, Model } from '../models/model.js';
import type { Fillers } from './fillers.js';
import type { Server } from './server.js';
import type { Subject } from './subject.js';

/**
 * What a scenario requires: a capability of the model, or something of the machine or run. When it
 * is missing, the scenario is skipped with the reason. It never passes.
 */
export type Need =
  | Capability
  | 'webgpu'
  | 'cross-origin-isolation'
  | /** An OpenAI-compatible server that responds. */ 'remote'
  | /** A server that simulates faults on request. */ 'faults';

/**
 * `agent`: tests anything that talks, also somebody else's agent. `page`: tests what Unmocked itself
 * promises, on this page's own engine.
 */
export type Suite = 'agent' | 'page';

/** What a scenario is about, for lists. */
export type ScenarioGroup = 'engine' | 'conversation' | 'agent' | 'server' | 'settings';

export interface Scenario {
  /** Kebab-case; the name in URLs, reports and JUnit. */
  id: string;
  title: string;
  /** One sentence: the behaviour that a pass proves. */
  proves: string;
  tags?: string[];
  /** Where a list shows it. Default: after the groups. */
  group?: ScenarioGroup;
  /** Default: `page`. */
  suite?: Suite;
  /** What the agent must claim, or the scenario is skipped. Agent scenarios only. */
  claims?: readonly Claim[];
  /**
   * In a run of somebody else's agent, an agent scenario needs only what it needs of the machine:
   * `claims` takes the place of a model's capabilities, and the agent that of the server.
   */
  needs?: Need[];
  /** Milliseconds. Default: 120,000. */
  timeout?: number;
  /** Unload the run's engine before this scenario. Default: false; the engine stays loaded. */
  cold?: boolean;
  /** Whether the scenario fails when no token was computed. Default: true. */
  inference?: boolean;
  /** Fetches the code that `run` needs. The run awaits it first, and fails if it rejects. */
  prepare?(): Promise<unknown>;
  run(context: ScenarioContext): Promise<void>;
}

export type CheckStatus = 'passed' | 'failed' | 'skipped';

/** One named assertion with its actual value. */
export interface Check {
  name: string;
  status: CheckStatus;
  /** JSON-compatible. */
  actual?: unknown;
  expected?: unknown;
  /** Why the check was skipped, or a remark. */
  reason?: string;
}

/** What a running scenario works with: the code under test, its agents, and its checks. */
export interface ScenarioContext {
  /** The code under test. */
  readonly subject: Subject;
  /** Whether the run tests somebody else's agent. Then only `agent` loads one. */
  readonly foreign: boolean;
  /** The model of this page. It says nothing about somebody else's agent. */
  readonly model: Model;
  /** The model as a user writes it in settings and configuration files. */
  readonly reference: { model: string; hubUrl?: string };
  readonly device: PageDevice;
  readonly seed: number;
  /** Draws names, words and numbers from the seed and the scenario's id. The report shows them. */
  readonly fillers: Fillers;
  /** Aborts when the run is stopped or the scenario times out. */
  readonly signal: AbortSignal;
  /** The run's server. Throws when there is none, so a scenario that reads it needs `remote`. */
  readonly server: Server;
  /**
   * Loads an agent in this page, with the run's model and device unless the options differ. Its
   * exchanges are recorded. It is disposed of when the scenario ends.
   *
   * @throws UnmockedError `unsupported` in a run of somebody else's agent.
   */
  load(options?: LoadAgentOptions): Promise<Agent>;
  /** Loads an agent of the run's server, in the same way. */
  loadRemote(options?: LoadAgentOptions): Promise<Agent>;
  /**
   * Loads the agent under test: the run's `agent`, by default the model of this page. Call it again
   * for another agent of the same kind. Its exchanges are recorded. It is disposed of when the
   * scenario ends. If it lacks one of the scenario's `claims`, the scenario is skipped.
   *
   * @throws UnmockedError `invalid-argument` if the run's `agent` gives something else; what it
   *   throws.
   */
  agent(): Promise<Agent>;
  /**
   * Whether the agent claims all of these. If not, the checks with these names are recorded as
   * skipped, with the reason.
   *
   * @example
   * if (t.can(agent, ['limits', 'usage'], 'a limit of one token gives one token')) …
   */
  can(agent: Agent, claims: Claim | readonly Claim[], ...checks: string[]): boolean;
  /** Records the exchanges of an agent that the scenario created, and disposes of it at the end. */
  observe(agent: Agent): Agent;
  /**
   * Chooses the agent whose device and model the result shows. Default: the agent of the first
   * successful call of `load`, `loadRemote` or `observe`, in the order of the calls.
   */
  reportOn(agent: Agent): void;
  /** Records an assertion and returns whether it holds. A failed check does not end the run. */
  check(name: string, holds: boolean, facts?: { actual?: unknown; expected?: unknown }): boolean;
  /** Checks that `actual` and `expected` are equal as JSON. */
  equal(name: string, actual: unknown, expected: unknown): boolean;
  /** Checks that `action` rejects with an error for which `holds` is true. Returns the error. */
  rejects(
    name: string,
    action: () => Promise<unknown>,
    expected: string,
    holds: (error: Error) => boolean,
  ): Promise<Error | undefined>;
  /** Records a check that cannot be made here. */
  skipCheck(name: string, reason: string): void;
  /** Ends the scenario as skipped. */
  skip(reason: string): never;
  /** Records a number, for example `firstTokenMs`. */
  metric(name: string, value: number): void;
  /** Adds a number to those of this name, for example `loadedBytes` in each round. */
  series(name: string, value: number): void;
  /** Tokens that engines of this page computed since the scenario began. */
  tokensComputed(): number;
  /** Tokens that servers say they computed since the scenario began. */
  remoteTokensComputed(): number;
}

/** Thrown by `skip`. */
export class SkipScenario extends Error {
  override name = 'SkipScenario';
}

/**
 * Validates a scenario and returns it.
 *
 * @throws TypeError if the id is not kebab-case, or the title, `proves` or `run` is missing.
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
