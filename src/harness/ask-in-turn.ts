import type { Agent, AgentResponse } from '../agents/agent.js';
import type { AgentLoader } from '../agents/agent-loader.js';
import { loadAgent } from '../agents/load-agent.js';
import { type Attempt, type PageDevice } from '../engine/ladder.js';
import type { LoadProgress } from '../engine/protocol.js';
import { abortError, untilAborted } from '../errors.js';
import { resolveModel } from '../models/registry.js';
import { askAgent } from './ask-agent.js';
import { assertAgent } from './foreign-agent.js';
import { engineKey, keepEngine, prepareKeptEngine } from './kept-engine.js';
import { inTurn } from './run-queue.js';

export interface AskInTurnOptions {
  /** Loads the agent to ask, in place of this page's model. */
  agent?: AgentLoader;
  /** What `resolveModel` takes. */
  model: string;
  hubUrl?: string;
  device: PageDevice;
  prompt: string;
  system?: string;
  seed: number;
  /** Milliseconds that the engine stays loaded after the reply. */
  keepEngine: number;
  signal: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
  onAttempt?: (attempt: Attempt) => void;
  /** The prompt goes to the agent, which is loaded. */
  onAsk?: () => void;
  /** Called with each piece of thinking and reply as it arrives. */
  onText: (thinking: string, reply: string) => void;
}

export interface Answer {
  response: AgentResponse;
  model: Agent['model'];
  device: Agent['device'];
}

/**
 * Asks a model one question, after the runs of this page that were there first.
 *
 * @throws UnmockedError `invalid-argument` or `unknown-model`; what loading or the agent throws; the
 *   signal's reason at once.
 */
export function askInTurn(options: AskInTurnOptions): Promise<Answer> {
  return untilAborted(
    inTurn(() => (options.agent ? askForeign(options, options.agent) : askOwn(options))),
    options.signal,
  );
}

async function askForeign(options: AskInTurnOptions, load: AgentLoader): Promise<Answer> {
  const { seed, signal } = options;
  if (signal.aborted) throw abortError(signal);
  const agent = assertAgent(await load({ seed, signal }));
  try {
    return await ask(agent, options);
  } finally {
    await agent.dispose();
  }
}

async function askOwn(options: AskInTurnOptions): Promise<Answer> {
  const { device, signal, hubUrl, onProgress, onAttempt } = options;
  if (signal.aborted) throw abortError(signal);
  const model = resolveModel(options.model, { hub: hubUrl });
  const key = engineKey(model, device);
  await prepareKeptEngine(key);
  let agent: Agent | undefined;
  try {
    agent = await loadAgent({ model, backend: 'local', device, signal, onProgress, onAttempt });
    return await ask(agent, options);
  } finally {
    const loaded = agent;
    const holder = { holds: loaded !== undefined, release: async () => loaded?.dispose() };
    await keepEngine(key, holder, options.keepEngine);
  }
}

async function ask(agent: Agent, options: AskInTurnOptions): Promise<Answer> {
  options.onAsk?.();
  const { model, device } = agent;
  const response = await askAgent(agent, options);
  return { response, model, device };
}
