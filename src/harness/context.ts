import type { Agent, Claim } from '../agents/agent.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import type { LoadAgentOptions } from '../agents/load-agent.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import { drawFillers } from '../scenarios/fillers.js';
import { type Scenario, type ScenarioContext, SkipScenario } from '../scenarios/scenario.js';
import type { Server } from '../scenarios/server.js';
import { assertAgent, notClaimed } from './foreign-agent.js';
import { isSame } from './plain.js';
import type { Recorder } from './recorder.js';
import type { RunSetup } from './run-setup.js';

/** The context of one running scenario: loads its agents and passes its words to the recorder. */
export class RunningContext implements ScenarioContext {
  readonly subject;
  readonly foreign;
  readonly model;
  readonly device;
  readonly seed;
  readonly fillers;
  readonly reference;
  readonly signal: AbortSignal;
  readonly #scenario: Scenario;
  readonly #run: RunSetup;
  readonly #recorder: Recorder;
  readonly #agents: Agent[] = [];
  /** The agents under test, as they are: nothing records what is said to them. */
  readonly tested: Agent[] = [];

  constructor(scenario: Scenario, run: RunSetup, recorder: Recorder, signal: AbortSignal) {
    this.#scenario = scenario;
    this.#run = run;
    this.#recorder = recorder;
    this.signal = signal;
    this.subject = run.subject;
    this.foreign = run.loadAgent !== undefined;
    this.model = run.model;
    this.device = run.device;
    this.seed = run.seed;
    this.fillers = drawFillers(run.seed, scenario.id, (drawn) => recorder.drew(drawn));
    const { model, hubUrl } = run.options;
    this.reference = { model: typeof model === 'string' ? model : run.model.id, hubUrl };
  }

  get server(): Server {
    const { server } = this.#run;
    if ('reason' in server)
      throw new UnmockedError(
        'unsupported',
        `This run has no server: ${server.reason}. Add "remote" to the needs of the scenario.`,
      );
    return server;
  }

  async load(options: LoadAgentOptions = {}): Promise<Agent> {
    const { model, device } = this;
    const agent = await this.#load({ model, backend: 'local', device, ...options });
    // Only an engine that has just been loaded as the run's own can be kept without a second load.
    const isRunsOwn = !options.pool && !options.model && !options.device && !options.dtype;
    if (isRunsOwn && agent.backend === 'local') await this.#run.warm.hold();
    return agent;
  }

  async agent(): Promise<Agent> {
    const { loadAgent } = this.#run;
    const agent = loadAgent ? await this.#loadForeign(loadAgent) : await this.load();
    const missing = notClaimed(agent, this.#scenario.claims);
    if (missing) this.skip(missing);
    return agent;
  }

  can(agent: Agent, claims: Claim | readonly Claim[], ...checks: string[]): boolean {
    const missing = notClaimed(agent, [claims].flat());
    if (missing) for (const name of checks) this.skipCheck(name, missing);
    return missing === undefined;
  }

  loadRemote(options: LoadAgentOptions = {}): Promise<Agent> {
    const { apiUrl, apiKey, model } = this.server;
    return this.#load({ backend: 'remote', apiUrl, apiKey, model, ...options });
  }

  observe(agent: Agent): Agent {
    return this.#adopt(agent, this.#recorder.nextRank());
  }

  reportOn(agent: Agent): void {
    this.#recorder.reportOn(agent);
  }

  check(name: string, holds: boolean, facts: { actual?: unknown; expected?: unknown } = {}) {
    this.#recorder.check({ name, status: holds ? 'passed' : 'failed', ...facts });
    return holds;
  }

  equal(name: string, actual: unknown, expected: unknown): boolean {
    return this.check(name, isSame(actual, expected), { actual, expected });
  }

  async rejects(
    name: string,
    action: () => Promise<unknown>,
    expected: string,
    holds: (error: Error) => boolean,
  ): Promise<Error | undefined> {
    let value: unknown;
    try {
      value = await action();
    } catch (error) {
      if (this.signal.aborted) throw error;
      const { name: errorName, message, code } = toErrorRecord(error);
      const actual = `${code ?? errorName}: ${message}`;
      this.check(name, holds(error as Error), { actual, expected });
      return error as Error;
    }
    const actual = `no error, but ${JSON.stringify(value)?.slice(0, 200) ?? 'nothing'}`;
    this.check(name, false, { actual, expected });
    return undefined;
  }

  skipCheck(name: string, reason: string): void {
    this.#recorder.check({ name, status: 'skipped', reason });
  }

  skip(reason: string): never {
    throw new SkipScenario(reason);
  }

  metric(name: string, value: number): void {
    this.#recorder.metric(name, value);
  }

  series(name: string, value: number): void {
    this.#recorder.series(name, value);
  }

  tokensComputed(): number {
    return this.#recorder.witnessed;
  }

  remoteTokensComputed(): number {
    return this.#recorder.remoteTokens;
  }

  /** Disposes of every agent that the scenario loaded. */
  async dispose(): Promise<void> {
    await Promise.allSettled(this.#agents.map((agent) => agent.dispose()));
  }

  async #loadForeign(loadAgent: AgentLoader): Promise<Agent> {
    const rank = this.#recorder.nextRank();
    const agent = assertAgent(await loadAgent({ seed: this.seed, signal: this.signal }));
    this.tested.push(agent);
    return this.#adopt(agent, rank);
  }

  /** Only the scenario and the run decide what is loaded, not the environment. */
  async #load(options: LoadAgentOptions): Promise<Agent> {
    if (this.foreign)
      throw new UnmockedError(
        'unsupported',
        `Scenario "${this.#scenario.id}" loads an agent of its own, but this run tests the one of ` +
          'its option "agent". Use t.agent().',
      );
    const rank = this.#recorder.nextRank();
    const agent = await this.subject.loadAgent({
      seed: this.seed,
      signal: this.signal,
      sources: { environment: {} },
      ...options,
      onProgress: (progress) => {
        this.#recorder.progress(progress);
        options.onProgress?.(progress);
      },
      onAttempt: (attempt) => {
        this.#recorder.attempt(attempt);
        options.onAttempt?.(attempt);
      },
    });
    return this.#adopt(agent, rank);
  }

  #adopt(agent: Agent, rank: number): Agent {
    this.#agents.push(agent);
    if (this.#recorder.ended) void agent.dispose(); // the scenario was given up while it loaded
    return this.#recorder.observe(agent, rank);
  }
}
