import type { PageDevice } from '../engine/ladder.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import type { Model } from '../models/model.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { ServerSettings } from '../scenarios/server.js';
import type { Subject } from '../scenarios/subject.js';
import type { RunEvent } from './report.js';

/** How `runScenarios` runs. */
export interface RunOptions {
  /** Default: the core scenarios. */
  scenarios?: readonly Scenario[];
  /**
   * Loads the agent to test, in place of this page's model: one that an adapter gives, or any
   * `Agent`. The run then has the scenarios of the suite `agent` only, unless `scenarios` says
   * otherwise; it skips what the agent does not claim. Its evidence is tokens that an engine of this
   * page computed, or random words that the agent gives back. `model`, `hubUrl`, `device` and
   * `server` are about this page's own model, so they cannot stand beside it.
   *
   * @example
   * await runScenarios({ agent: () => loadAgent({ model: 'unmocked-tiny' }) });
   */
  agent?: AgentLoader;
  /** A registry id, a hub id, a folder URL or a model entry. Default: `unmocked-tiny`. */
  model?: string | Model;
  /** A mirror in the hub's layout. Default: the hub. */
  hubUrl?: string;
  /** A device of this page; a server is a backend, not a device. Default: `auto`. */
  device?: PageDevice;
  /**
   * The OpenAI-compatible server to test. `in-page`: this page's model behind the same API, without
   * a network; scenarios about network faults are skipped. `null`: none. Default: from the
   * environment.
   */
  server?: ServerSettings | 'in-page' | null;
  /**
   * A whole number from 0 to 4294967295, for sampling and for the names, words and numbers that
   * scenarios draw. The report shows it. Default: 0; with `agent`, another one for each run, so that
   * no list of answers can know what will be asked.
   */
  seed?: number;
  /** Stops the run. The report lists the remaining scenarios as `not-run`. */
  signal?: AbortSignal;
  /** Receives each event as it happens. An error that it throws does not affect the run. */
  onEvent?: (event: RunEvent) => void;
  /** The code under test; saboteurs replace parts of it. Default: the real code. */
  subject?: Subject;
  /** A run of fewer scenarios fails. Default: the number of scenarios given. */
  expected?: number;
  /** Overrides the timeout of every scenario, in milliseconds. */
  timeout?: number;
  /**
   * Milliseconds that the engine stays loaded after the run, for another run of the same model and
   * device. Default: 0.
   */
  keepEngine?: number;
}
