import type {
  Agent,
  AgentChunk,
  AgentInput,
  AgentStream,
  InvokeOptions,
  TokenPiece,
} from '../../src/agents/agent.js';
import { streamOf } from '../../src/agents/stream.js';

/* Streams that are broken on purpose. */

export function afterwards(
  agent: Agent,
  input: AgentInput,
  options: InvokeOptions = {},
): AgentStream {
  return streamOf(async (onToken) => {
    const tokens: TokenPiece[] = [];
    const response = await agent.invoke(input, {
      ...options,
      onToken: (token) => tokens.push(token),
    });
    tokens.forEach(onToken);
    return response;
  }, options);
}

export function unstoppable(
  agent: Agent,
  input: AgentInput,
  options: InvokeOptions = {},
): AgentStream {
  return streamOf((onToken) => agent.invoke(input, { ...options, onToken }), options);
}

export function without(stream: AgentStream, index: number): AgentStream {
  return {
    response: stream.response,
    async *[Symbol.asyncIterator]() {
      for await (const chunk of stream) if (chunk.index !== index) yield chunk;
    },
  };
}

export function changed(
  stream: AgentStream,
  change: (chunk: AgentChunk) => AgentChunk,
): AgentStream {
  return {
    response: stream.response,
    async *[Symbol.asyncIterator]() {
      for await (const chunk of stream) yield change(chunk);
    },
  };
}

export function again(agent: Agent, input: AgentInput, options: InvokeOptions = {}): AgentStream {
  return streamOf(
    (onToken, signal) =>
      agent
        .stream(input, { ...options, onToken, signal })
        .response.catch(() => agent.stream(input, { ...options, onToken, signal }).response),
    options,
  );
}

export function unbroken(
  agent: Agent,
  input: AgentInput,
  options: InvokeOptions = {},
): AgentStream {
  return streamOf(async (onToken) => {
    const tokens: TokenPiece[] = [];
    const response = await agent.stream(input, {
      ...options,
      onToken: (token) => tokens.push(token),
    }).response;
    tokens.forEach(onToken);
    return response;
  }, options);
}
