import { FairQueue } from '../engine/fair-queue.js';
import type { Message } from './agent.js';
import type { Turn } from './input/turn.js';

/** What holds until a later turn changes it. */
type Standing = Pick<Turn, 'system' | 'systemNotes' | 'tools'>;

interface Session extends Standing {
  history: readonly Message[];
}

/** What a session knew when a turn began. */
export interface Recalled extends Session {
  sessionId?: string;
  /** How many sessions had been forgotten by then. */
  forgotten: number;
}

/** The conversations of one agent. A turn that fails leaves its session as it was. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  /** The turns of one session run one after the other, so that none is lost. */
  readonly #turns = new Map<string, FairQueue>();

  #forgotten = 0;
  /** The value of `#forgotten` when a session was last forgotten. */
  readonly #forgets = new Map<string, number>();

  /** Runs a turn after the session's earlier ones; without a session, at once. */
  inTurn<T>(
    sessionId: string | undefined,
    turn: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    if (!sessionId) return turn();
    const turns = this.#turns.get(sessionId) ?? new FairQueue();
    this.#turns.set(sessionId, turns);
    return turns.run(sessionId, turn, signal);
  }

  /** The conversation before a turn. What the turn brings wins over what the session knows. */
  recall(turn: Turn): Recalled {
    const { sessionId } = turn;
    const session = sessionId ? this.#sessions.get(sessionId) : undefined;
    return {
      sessionId,
      history: turn.history ?? session?.history ?? [],
      system: turn.system ?? session?.system,
      systemNotes: turn.systemNotes ?? session?.systemNotes,
      tools: turn.tools ?? session?.tools,
      forgotten: this.#forgotten,
    };
  }

  /** Keeps the conversation after a turn, unless its session was forgotten meanwhile. */
  remember({ sessionId, forgotten, ...standing }: Recalled, history: readonly Message[]): void {
    if (sessionId && (this.#forgets.get(sessionId) ?? 0) <= forgotten)
      this.#sessions.set(sessionId, { ...standing, history });
  }

  /** Forgets a session, and a turn of it that is still in progress. */
  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
    this.#forgets.set(sessionId, ++this.#forgotten);
  }

  clear(): void {
    this.#sessions.clear();
    this.#turns.clear();
  }
}
