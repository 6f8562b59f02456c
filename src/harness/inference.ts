import { abortError, toErrorRecord } from '../errors.js';
import type { Agent } from '../agents/agent.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import type { Scenario } from '../scenarios/scenario.js';
import { challenge } from './challenge.js';
import { assertAgent, notClaimed } from './foreign-agent.js';
import type { Recorder } from './recorder.js';
import type { Draw, InferenceCheck } from './report.js';
import type { RunSetup } from './run-setup.js';

/** What a scenario's tokens were. A server's own count is evidence only where it is about a server. */
export function inferenceOf(
  { inference = true, needs }: Scenario,
  { loadAgent }: RunSetup,
  { witnessed, counted }: Recorder,
): InferenceCheck {
  const accepts = loadAgent ? 'inferred' : needs?.includes('remote') ? 'counted' : 'witnessed';
  const kind = witnessed > 0 ? 'witnessed' : counted > 0 ? 'counted' : 'none';
  const found = kind === 'witnessed' || kind === accepts;
  return { required: inference, accepts, found, kind, witnessed, counted, inferred: false };
}

/**
 * Asks somebody else's agent for fresh words, unless its tokens were witnessed or nobody needs them.
 * The draws are recorded.
 *
 * @param tested the agents of the scenario. If they were all disposed of, a new one is asked.
 */
export async function askForEvidence(
  inference: InferenceCheck,
  { loadAgent, seed }: RunSetup,
  tested: readonly Agent[],
  recorder: Recorder,
  signal: AbortSignal,
): Promise<InferenceCheck> {
  const [first] = tested;
  if (!loadAgent || !first || !inference.required || inference.found) return inference;
  const silent = notClaimed(first, ['chat']);
  if (silent)
    return { ...inference, reason: `${silent}, so it cannot be asked whether it computes` };
  const alive = tested.find(({ disposed }) => !disposed);
  const draws = await (alive
    ? challenge(alive, signal)
    : challengeNew(() => loadAgent({ seed, signal }), signal));
  recorder.challenged(draws);
  return draws.some(({ right }) => right)
    ? { ...inference, found: true, kind: 'inferred', inferred: true }
    : inference;
}

async function challengeNew(
  load: () => ReturnType<AgentLoader>,
  signal: AbortSignal,
): Promise<Draw[]> {
  try {
    if (signal.aborted) throw abortError(signal);
    const agent = assertAgent(await load());
    try {
      return await challenge(agent, signal);
    } finally {
      await agent.dispose();
    }
  } catch (error) {
    return [{ words: [], reply: '', right: false, error: toErrorRecord(error).message }];
  }
}
