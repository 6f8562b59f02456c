import { FairQueue } from '../engine/fair-queue.js';
import type { AgentPayload, Message } from './agent.js';

/** Who is who, and what can be called, holds until a later turn says otherwise. */
type Standing = Pick<AgentPayload, 'systemContext' | 'userProfile' | 'toolsAvailable'>;

interface Session extends Standing {
  memory: Message[];
}

/** What was said, with what its session knew then. */
export interface Recalled {
  payload: AgentPayload;
  memory: Message[];
  /** How much had been forgotten by then. */
  forgotten: number;
}

/** What an agent remembers of its conversations. A turn that fails leaves its session as it was. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  /** Turns of one session wait for one another, so that none is lost. */
  readonly #turns = new Map<string, FairQueue>();

  /** Counts what was forgotten; each session's last time. */
  #forgotten = 0;
  readonly #forgets = new Map<string, number>();

  get ids(): Iterable<string> {
    return this.#sessions.keys();
  }

  /** Runs a turn when the session's earlier ones are over; without a session, at once. */
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

  /** What was said, with what the session knows, and the turns before it. */
  recall(said: AgentPayload): Recalled {
    const session = said.sessionId ? this.#sessions.get(said.sessionId) : undefined;
    const {
      memory = session?.memory ?? [],
      systemContext = session?.systemContext,
      userProfile = session?.userProfile,
      toolsAvailable = session?.toolsAvailable,
    } = said;
    return {
      payload: { ...said, systemContext, userProfile, toolsAvailable },
      memory,
      forgotten: this.#forgotten,
    };
  }

  /** Keeps a turn: the memory before it, what was added, and the reply. Not, if the session was forgotten meanwhile. */
  remember(
    { payload: { sessionId, systemContext, userProfile, toolsAvailable }, forgotten }: Recalled,
    memory: Message[],
  ): void {
    if (sessionId && (this.#forgets.get(sessionId) ?? 0) <= forgotten)
      this.#sessions.set(sessionId, { systemContext, userProfile, toolsAvailable, memory });
  }

  /** What is being said at the moment is forgotten too, when it is over. */
  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
    this.#forgets.set(sessionId, ++this.#forgotten);
  }

  clear(): void {
    this.#sessions.clear();
    this.#turns.clear();
  }
}
