import type { Agent } from '../agents/agent.js';
import type { LoadAgentOptions } from '../agents/load-agent.js';
import type { ScenarioContext } from './scenario.js';

export type Where = 'in this page' | 'on the server';

/** Our own server's forms are known to the letter; of others only what OpenAI's API promises is checked. */
export const isOurs = (t: ScenarioContext): boolean => t.server.faults !== undefined;

/** Runs the same work on an agent of this page and on one of the run's server, one after the other. `strict`: its forms are known to the letter. */
export async function onBothBackends(
  t: ScenarioContext,
  work: (agent: Agent, where: Where, strict: boolean) => Promise<void>,
  options: Partial<Record<Where, LoadAgentOptions>> = {},
): Promise<void> {
  for (const where of ['in this page', 'on the server'] as const) {
    const isHere = where === 'in this page';
    const agent = await (isHere ? t.load(options[where]) : t.loadRemote(options[where]));
    await work(agent, where, isHere || isOurs(t));
    await agent.dispose();
  }
}

/**
 * Whether a local agent's tokens can be held against those of our server, which computes in q8: the bundled model says the same in every
 * dtype (its golden tokens are tested), another in its own only.
 */
export const isComparable = (t: ScenarioContext, local: Agent): boolean =>
  t.server.model === t.model.id &&
  (t.model.source.kind === 'bundled' || local.model.dtype === 'q8');
