import type { Agent } from '../agents/agent.js';
import type { LoadProgress } from '../engine/protocol.js';
import type { Attempt } from '../engine/ladder.js';
import { ledger } from '../engine/ledger.js';
import type { Check, Scenario } from '../scenarios/scenario.js';
import { observe } from './observe.js';
import { toPlain } from './plain.js';
import { secretOf, withoutSecret } from './redact.js';
import { type Draw, emptyResult, type InferenceCheck, type ScenarioResult } from './report.js';
import type { RunSetup } from './run-setup.js';

/**
 * Records what one scenario does: in its result, and as events while it happens. After `end`,
 * nothing more is recorded, so a scenario that was given up cannot change its result.
 */
export class Recorder {
  readonly #result: ScenarioResult;
  readonly #run: RunSetup;
  readonly #secret: string | undefined;
  readonly #before = { ...ledger };
  readonly #onProgress: (progress: LoadProgress) => void;
  /** Tokens that the replies report in their usage. */
  #claimed = 0;
  #exchanges = 0;
  #agents = 0;
  /** The rank of the agent that the result shows. The lowest rank wins; a choice wins over all. */
  #shown = Infinity;
  #ended = false;

  /** @param onProgress hears how far the scenario's loads are. */
  constructor(
    scenario: Scenario,
    run: RunSetup,
    onProgress: (progress: LoadProgress) => void = () => undefined,
  ) {
    this.#result = emptyResult(scenario, run);
    this.#run = run;
    this.#onProgress = onProgress;
    this.#secret = secretOf(run.server);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get checks(): readonly Check[] {
    return this.#result.checks;
  }

  /** Tokens that engines of this page computed since the scenario began. */
  get witnessed(): number {
    return ledger.tokens - this.#before.tokens;
  }

  /** Tokens that servers say they computed since the scenario began. */
  get remoteTokens(): number {
    return ledger.remoteTokens - this.#before.remoteTokens;
  }

  /** The same, or what somebody else's agent says of itself. */
  get counted(): number {
    return this.#run.loadAgent ? this.#claimed : this.remoteTokens;
  }

  /** Records the harness's own questions. */
  challenged(draws: Draw[]): void {
    this.#result.evidence.challenge = draws;
  }

  /** Records what the scenario drew from the run's seed. */
  drew(filler: string | number | boolean): void {
    if (!this.#ended) (this.#result.evidence.fillers ??= []).push(filler);
  }

  check(check: Check): void {
    if (this.#ended) return;
    const plain: Check = { ...check };
    if ('actual' in check) plain.actual = toPlain(check.actual);
    if ('expected' in check) plain.expected = toPlain(check.expected);
    const shown = withoutSecret(plain, this.#secret);
    this.#result.checks.push(shown);
    this.#run.emit({ type: 'check', id: this.#result.id, check: shown });
  }

  metric(name: string, value: number): void {
    if (!this.#ended) this.#result.metrics[name] = value;
  }

  series(name: string, value: number): void {
    if (this.#ended) return;
    const { series = {} } = this.#result;
    this.#result.series = { ...series, [name]: [...(series[name] ?? []), value] };
  }

  progress(progress: LoadProgress): void {
    this.#onProgress(progress);
    this.#run.emit({ type: 'progress', id: this.#result.id, ...progress });
  }

  attempt(attempt: Attempt): void {
    this.#run.emit({ type: 'attempt', id: this.#result.id, attempt });
  }

  /** The rank of an agent: the order in which the scenario asked for its agents. */
  nextRank(): number {
    return this.#agents++;
  }

  /** Records the exchanges of an agent. Without a choice, the result shows the lowest rank. */
  observe(agent: Agent, rank: number): Agent {
    if (rank < this.#shown) this.#show(agent, rank);
    const { id } = this.#result;
    return observe(agent, (message) => {
      const exchange = this.#exchanges++;
      this.#run.emit({ type: 'exchange', id, exchange, message });
      return {
        onToken: ({ tokenId, text }) =>
          this.#run.emit({ type: 'token', id, exchange, tokenId, text }),
        onResponse: ({ metadata }) => {
          if (this.#ended) return;
          const { prompt, text, promptTokenIds, outputTokenIds, usage, finishReason, timings } =
            metadata;
          if (usage.countedBy !== 'nobody') this.#claimed += usage.completionTokens;
          this.#result.evidence.exchanges.push({
            ...(agent.device.url ? { url: agent.device.url } : {}),
            device: agent.device.actual,
            message,
            prompt,
            text,
            promptTokenIds,
            outputTokenIds,
            prefilledTokens: usage.prefilledTokens,
            finishReason,
            seed: metadata.seed,
            timings,
          });
        },
      };
    });
  }

  /** The scenario's choice of the agent whose device and model the result shows. */
  reportOn(agent: Agent): void {
    this.#show(agent, -1);
  }

  /** Completes the result and returns it. What the harness itself asked does not count. */
  end(outcome: Partial<ScenarioResult> & { inference: InferenceCheck }): ScenarioResult {
    this.#ended = true;
    const { remoteTokens } = this;
    Object.assign(this.#result, outcome);
    this.#result.evidence.tokensComputed = outcome.inference.witnessed;
    if (remoteTokens > 0) this.#result.evidence.remoteTokens = remoteTokens;
    return withoutSecret(this.#result, this.#secret);
  }

  #show({ device, model }: Agent, rank: number): void {
    if (this.#ended) return;
    this.#shown = rank;
    const { requested, actual, attempts } = device;
    this.#result.device = { requested, actual, attempts };
    Object.assign(this.#result.evidence, {
      ...(this.#run.loadAgent ? { modelId: model.id } : {}),
      modelDigest: model.digest,
      dtype: model.dtype,
      modelBytes: model.bytes,
      device: actual,
      adapter: device.adapter,
      threads: device.threads,
    });
  }
}
