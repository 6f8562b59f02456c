import type { RunEvent, ScenarioResult } from '../harness/report.js';
import {
  idle,
  isOver,
  reduceScenario,
  type ScenarioState,
  waiting,
} from '../harness/scenario-state.js';

/** What is known of every scenario: the latest run's results, and older ones. */
export class RunBoard {
  /** Ids of the latest run's scenarios. */
  latest: readonly string[] = [];
  /** The scenario that runs, or else the one that ran last. Empty before the first. */
  current = '';
  readonly #states = new Map<string, ScenarioState>();

  readonly state = (id: string): ScenarioState => this.#states.get(id) ?? idle;

  /** A run of these scenarios begins. Results of others stay, marked as older. */
  begin(ids: readonly string[]): void {
    this.latest = ids;
    this.current = ids[0] ?? '';
    for (const [id, state] of this.#states)
      this.#states.set(id, isOver(state) ? { ...state, earlier: true } : state);
    for (const id of ids) this.#states.set(id, waiting);
  }

  /** @returns the state of the event's scenario after it. */
  apply(event: Exclude<RunEvent, { type: 'run-start' | 'run-end' }>): ScenarioState {
    const next = reduceScenario(this.state(event.id), event);
    this.#states.set(event.id, next);
    if (event.type === 'scenario-start') this.current = event.id;
    return next;
  }

  /** Shows the results of a report, as if its run had just ended. */
  show(results: readonly ScenarioResult[]): void {
    this.begin(results.map(({ id }) => id));
    for (const result of results) this.apply({ type: 'scenario-end', id: result.id, result });
  }

  /** The run could not start. */
  abandon(): void {
    this.latest = [];
    for (const [id, state] of this.#states) if (!isOver(state)) this.#states.set(id, idle);
  }

  /** The latest run's results so far. */
  get results(): ScenarioResult[] {
    return this.latest.flatMap((id) => this.state(id).result ?? []);
  }

  get running(): string | undefined {
    return this.latest.find((id) => this.state(id).status === 'running');
  }
}
