import type { AgentDevice, AgentModel, AgentResponse, Tool } from './agent.js';
import type { Completion } from './backend.js';
import { finishReasonOf } from './finish-reason.js';
import { parseReply } from './reply/parse-reply.js';

/** Parses a completion's text and puts the response together. */
export function toResponse(
  { content: _content, raw: _raw, toolCalls: calls, problems, timings, ...completion }: Completion,
  {
    model,
    device,
    tools,
    seed,
  }: { model: AgentModel; device: AgentDevice; tools: readonly Tool[]; seed: number },
): AgentResponse {
  const reply = parseReply(completion.text, tools);
  const toolCalls = [...calls, ...reply.toolCalls];
  const { firstToken, total } = timings;
  return {
    ...reply,
    toolCalls,
    problems: [...problems, ...reply.problems],
    metadata: {
      ...completion,
      modelId: model.id,
      device: device.actual,
      finishReason: finishReasonOf(completion.finishReason, toolCalls.length > 0),
      seed,
      timings: {
        ...timings,
        tokensPerSecond: rate(completion.usage.completionTokens, firstToken, total),
      },
    },
  };
}

/** Tokens per second after the first token. If all came at once, over the whole time. */
function rate(tokens: number, firstToken: number, total: number): number {
  const [count, ms] = firstToken < total ? [tokens - 1, total - firstToken] : [tokens, total];
  return count > 0 && ms > 0 ? (count / ms) * 1000 : 0;
}
