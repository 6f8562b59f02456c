import type { Agent, Claim } from '../agents/agent.js';
import { onBothBackends, type Where } from './both-backends.js';
import type { ScenarioContext } from './scenario.js';

/** An agent under test, and what may be expected of it. */
export interface Examined {
  agent: Agent;
  /** Begins the names of the checks. */
  where: Where | 'the agent';
  /** Whether its exact output is known. */
  strict: boolean;
  /** As `ScenarioContext.can`. The run's own server is held to everything. */
  can(claims: Claim | readonly Claim[], ...checks: string[]): boolean;
}

/**
 * Runs the same work on each agent of the run: on somebody else's if the run has one, or else on an
 * agent of this page and then on one of the run's server.
 */
export async function onEachAgent(
  t: ScenarioContext,
  work: (examined: Examined) => Promise<void>,
): Promise<void> {
  const claimed =
    (agent: Agent): Examined['can'] =>
    (claims, ...checks) =>
      t.can(agent, claims, ...checks);
  if (t.foreign) {
    const agent = await t.agent();
    return work({ agent, where: 'the agent', strict: false, can: claimed(agent) });
  }
  await onBothBackends(t, (agent, where, strict) =>
    work({
      agent,
      where,
      strict,
      can: where === 'in this page' ? claimed(agent) : () => true,
    }),
  );
}
