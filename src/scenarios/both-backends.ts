import type { Agent } from '../agents/agent.js';
import type { LoadAgentOptions } from '../agents/load-agent.js';
import type { ScenarioContext } from './scenario.js';

export type Where = 'in this page' | 'on the server';

/** Runs the same work on an agent of this page and on one of the run's server, one after the other. */
export async function onBothBackends(t: ScenarioContext, work: (agent: Agent, where: Where) => Promise<void>, options: Partial<Record<Where, LoadAgentOptions>> = {}): Promise<void> {
  for (const where of ['in this page', 'on the server'] as const) {
    const agent = await (where === 'in this page' ? t.load(options[where]) : t.loadRemote(options[where]));
    await work(agent, where);
    await agent.dispose();
  }
}
