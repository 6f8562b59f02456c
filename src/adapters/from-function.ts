import type { AgentLoader } from '../agents/agent-loader.js';
import { ChatAgent } from '../agents/chat-agent.js';
import { defaultSettings } from '../settings/definitions.js';
import {
  type AgentFunction,
  type FunctionAgentOptions,
  FunctionBackend,
} from './function-backend.js';

/**
 * An agent that is one function: it gets the conversation and returns the reply. Sessions, checks of
 * the input, parsing of reasoning and tool calls, and streaming are the library's.
 *
 * @example
 * const agent = fromFunction({ name: 'mine', claims: ['chat'] }, async ({ messages, signal }) => ({
 *   text: await myModel.reply(messages, signal),
 * }));
 * await runScenarios({ agent });
 */
export const fromFunction =
  (options: FunctionAgentOptions, answer: AgentFunction): AgentLoader =>
  ({ seed }) =>
    new ChatAgent(new FunctionBackend(options, answer), {
      ...defaultSettings(),
      model: options.name,
      seed,
    });
