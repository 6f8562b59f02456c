import { FairQueue } from '../engine/fair-queue.js';
import type { AgentPayload, Message } from './agent.js';

/** Who is who, and what can be called, holds until a later turn says otherwise. */
type Standing = Pick<AgentPayload, 'systemContext' | 'userProfile' | 'toolsAvailable'>;

interface Session extends Standing {
  memory: Message[];
}

/** What an agent remembers of its conversations. A turn that fails leaves its session as it was. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  /** Turns of one session wait for one another, so that none is lost. */
  readonly #turns = new Map<string, FairQueue>();

  get ids(): Iterable<string> {
    return this.#sessions.keys();
  }

  /** Runs a turn when the session's earlier ones are over; without a session, at once. */
  inTurn<T>(sessionId: string | undefined, turn: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (!sessionId) return turn();
    const turns = this.#turns.get(sessionId) ?? new FairQueue();
    this.#turns.set(sessionId, turns);
    return turns.run(sessionId, turn, signal);
  }

  /** What was said, with what the session knows, and the turns before it. */
  recall(said: AgentPayload): { payload: AgentPayload; memory: Message[] } {
    const session = said.sessionId ? this.#sessions.get(said.sessionId) : undefined;
    const {
      memory = session?.memory ?? [],
      systemContext = session?.systemContext,
      userProfile = session?.userProfile,
      toolsAvailable = session?.toolsAvailable,
    } = said;
    return { payload: { ...said, systemContext, userProfile, toolsAvailable }, memory };
  }

  /** Keeps a turn: the memory before it, what was added, and the reply. */
  remember({ sessionId, systemContext, userProfile, toolsAvailable }: AgentPayload, memory: Message[]): void {
    if (sessionId) this.#sessions.set(sessionId, { systemContext, userProfile, toolsAvailable, memory });
  }

  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
    this.#turns.delete(sessionId);
  }

  clear(): void {
    this.#sessions.clear();
    this.#turns.clear();
  }
}
