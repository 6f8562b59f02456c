import type { Attempt } from '../engine/ladder.js';
import type { ResultStatus, RunEvent, ScenarioResult } from './report.js';
import type { Check } from '../scenarios/scenario.js';

export type ScenarioStatus = 'idle' | 'waiting' | 'running' | ResultStatus;

/** The state of one scenario as a card shows it. Immutable: each event creates a new state. */
export interface ScenarioState {
  readonly status: ScenarioStatus;
  readonly checks: readonly Check[];
  /** Every attempt to load during the scenario, for all of its agents. */
  readonly attempts: readonly Attempt[];
  /** The requests, each with the reply so far. */
  readonly live: readonly { readonly message: string; readonly text: string }[];
  readonly tokens: number;
  /** Set while a model loads. */
  readonly progress?: {
    readonly phase: string;
    readonly loadedBytes: number;
    readonly totalBytes: number;
  };
  readonly result?: ScenarioResult;
  /** The result is from an earlier run. */
  readonly earlier?: boolean;
}

export const idle: ScenarioState = {
  status: 'idle',
  checks: [],
  attempts: [],
  live: [],
  tokens: 0,
};
export const waiting: ScenarioState = { ...idle, status: 'waiting' };

/** The state after an event of the same scenario. Events of the whole run change nothing. */
export function reduceScenario(state: ScenarioState, event: RunEvent): ScenarioState {
  switch (event.type) {
    case 'scenario-start':
      return { ...idle, status: 'running' };
    case 'check':
      return { ...state, checks: [...state.checks, event.check] };
    case 'exchange':
      return {
        ...state,
        progress: undefined,
        live: [...state.live, { message: event.message, text: '' }],
      };
    case 'token':
      return {
        ...state,
        tokens: state.tokens + 1,
        live: state.live.map((one, index) =>
          index === event.exchange ? { ...one, text: one.text + event.text } : one,
        ),
      };
    case 'progress':
      return {
        ...state,
        progress: {
          phase: event.phase,
          loadedBytes: event.loadedBytes,
          totalBytes: event.totalBytes,
        },
      };
    case 'attempt':
      return { ...state, progress: undefined, attempts: [...state.attempts, event.attempt] };
    case 'scenario-end':
      return resultState(event.result, state.attempts);
    default:
      return state;
  }
}

/** The state of a scenario that has this result. */
export function resultState(
  result: ScenarioResult,
  attempts: readonly Attempt[] = [],
): ScenarioState {
  const { status, checks, evidence, device } = result;
  return {
    status,
    checks,
    attempts: attempts.length > 0 ? attempts : (device?.attempts ?? []),
    live: evidence.exchanges.map(({ message, text }) => ({ message, text })),
    tokens: evidence.tokensComputed,
    result,
  };
}

export const isOver = ({ status }: Pick<ScenarioState, 'status'>): boolean =>
  status !== 'idle' && status !== 'waiting' && status !== 'running';
