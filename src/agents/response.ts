import type { AgentDevice, AgentModel, AgentResponse, ResponseFormat, Tool } from './agent.js';
import type { Completion } from './backend.js';
import { finishReasonOf } from './finish-reason.js';
import { type ParsedReply, parseReply } from './reply/parse-reply.js';
import { isJson } from './reply/read-tool-call.js';

/** Parses a completion's text and puts the response together. */
export function toResponse(
  { facts, timings, toolCalls: calls, problems }: Completion,
  {
    model,
    device,
    tools,
    seed,
    responseFormat,
  }: {
    model: AgentModel;
    device: AgentDevice;
    tools: readonly Tool[];
    seed: number;
    responseFormat?: ResponseFormat;
  },
): AgentResponse {
  const reply =
    responseFormat && isJson(facts.text) ? asItIs(facts.text) : parseReply(facts.text, tools);
  const toolCalls = [...calls, ...reply.toolCalls];
  const { firstToken, total } = timings;
  const tokensPerSecond = rate(facts.usage.completionTokens, firstToken, total);
  return {
    ...reply,
    toolCalls,
    problems: [...problems, ...reply.problems],
    metadata: {
      ...facts,
      modelId: model.id,
      device: device.actual,
      finishReason: finishReasonOf(facts.finishReason, toolCalls.length > 0),
      seed,
      timings: { ...timings, tokensPerSecond },
    },
  };
}

/** In a reply that is JSON as a whole, a tag is a part of some string. */
const asItIs = (text: string): ParsedReply => ({
  thinking: '',
  response: text.trim(),
  code: [],
  toolCalls: [],
  problems: [],
});

/** Tokens per second after the first token. If all came at once, over the whole time. */
function rate(tokens: number, firstToken: number, total: number): number {
  const [count, ms] = firstToken < total ? [tokens - 1, total - firstToken] : [tokens, total];
  return count > 0 && ms > 0 ? (count / ms) * 1000 : 0;
}
