import type { Agent } from '../agents/agent.js';
import type { LoadAgentOptions } from '../agents/load-agent.js';
import type { ScenarioContext } from './scenario.js';

export type Where = 'in this page' | 'on the server';

/**
 * Whether the run's server is this project's own, whose exact output is known. On any other server,
 * scenarios check only what OpenAI's API promises.
 */
export const isProjectServer = (t: ScenarioContext): boolean => t.server.faults !== undefined;

/**
 * Runs the same work on an agent of this page, then on an agent of the run's server. `strict` says
 * that the exact output is known. The result shows the agent of this page.
 */
export async function onBothBackends(
  t: ScenarioContext,
  work: (agent: Agent, where: Where, strict: boolean) => Promise<void>,
  options: Partial<Record<Where, LoadAgentOptions>> = {},
): Promise<void> {
  for (const where of ['in this page', 'on the server'] as const) {
    const isHere = where === 'in this page';
    const agent = await (isHere ? t.load(options[where]) : t.loadRemote(options[where]));
    if (isHere) t.reportOn(agent);
    await work(agent, where, isHere || isProjectServer(t));
    await agent.dispose();
  }
}

/**
 * Whether a local agent must compute the same tokens as the server, which runs the model in q8. The
 * bundled model computes the same tokens in every dtype (its golden tokens are tested). Any other
 * model needs the same dtype.
 */
export const isComparable = (t: ScenarioContext, local: Agent): boolean =>
  t.server.model === t.model.id &&
  (t.model.source.kind === 'bundled' || local.model.dtype === 'q8');
