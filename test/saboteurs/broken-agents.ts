import type {
  AgentInput,
  AgentResponse,
  AgentStream,
  ChatInput,
  InvokeOptions,
  Message,
  ToolCall,
} from '../../src/agents/agent.js';
import {
  agentSaboteur,
  responseSaboteur,
  type Saboteur,
  toChatInput,
  withMetadata,
} from './saboteur.js';

/* Ways in which agents are broken on purpose. */

/** A saboteur that changes what the agent is asked, streamed or not. */
export const askSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  change: (chat: ChatInput) => ChatInput,
): Saboteur =>
  agentSaboteur(name, guards, {
    invoke: (agent) => (input, options) => agent.invoke(change(toChatInput(input)), options),
    stream: (agent) => (input, options) => agent.stream(change(toChatInput(input)), options),
  });

export const optionSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  change: (options: InvokeOptions) => InvokeOptions,
): Saboteur =>
  agentSaboteur(name, guards, {
    invoke:
      (agent) =>
      (input, options = {}) =>
        agent.invoke(input, change(options)),
  });

/** A saboteur that changes the calls of every response that is not streamed. */
export const callSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  change: (call: ToolCall) => ToolCall,
): Saboteur =>
  responseSaboteur(name, guards, (response) => ({
    ...response,
    toolCalls: response.toolCalls.map(change),
  }));

/** A saboteur whose failures are not those of the agent. */
export const failureSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  fail: () => Error,
): Saboteur =>
  agentSaboteur(name, guards, {
    invoke: (agent) => (input, options) =>
      agent.invoke(input, options).catch(() => {
        throw fail();
      }),
  });

/** A saboteur whose sessions remember the turns that failed. */
export function rememberingFailures(name: string, guards: Saboteur['guards']): Saboteur {
  const failed = new Map<string, Message[]>();
  const withFailed = (input: AgentInput): ChatInput => {
    const chat = toChatInput(input);
    const earlier = failed.get(chat.sessionId ?? '') ?? [];
    return { ...chat, messages: [...earlier, ...chat.messages] };
  };
  const note = (input: AgentInput) => (error: unknown) => {
    const { sessionId, messages } = toChatInput(input);
    const spoken = messages.filter(
      ({ role, content }) =>
        role === 'user' && typeof content === 'string' && content.trim() !== '',
    );
    if (sessionId && spoken.length > 0) failed.set(sessionId, spoken);
    throw error;
  };
  return agentSaboteur(name, guards, {
    invoke: (agent) => (input, options) =>
      agent.invoke(withFailed(input), options).catch(note(input)),
    stream:
      (agent) =>
      (input, options): AgentStream => {
        const stream = agent.stream(withFailed(input), options);
        const response = stream.response.catch(note(input));
        response.catch(() => undefined);
        return { response, [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() };
      },
  });
}

/** A saboteur whose sessions are lost when a turn fails. */
export const losingSessions = (name: string, guards: Saboteur['guards']): Saboteur =>
  agentSaboteur(name, guards, {
    invoke: (agent) => async (input, options) => {
      try {
        return await agent.invoke(input, options);
      } catch (error) {
        const { sessionId } = toChatInput(input);
        if (sessionId) await agent.forget!(sessionId);
        throw error;
      }
    },
  });

export const mapCallValues = (change: (value: unknown) => unknown) => (call: ToolCall) => ({
  ...call,
  arguments: Object.fromEntries(
    Object.entries(call.arguments).map(([name, value]) => [name, change(value)]),
  ),
});

export const withUsage =
  (usage: (response: AgentResponse) => Partial<AgentResponse['metadata']['usage']>) =>
  (response: AgentResponse): AgentResponse =>
    withMetadata(response, { usage: { ...response.metadata.usage, ...usage(response) } });

/** A request that waits takes the question of the one that came last. */
export function mixingReplies(): Saboteur {
  let latest: AgentInput = '';
  return agentSaboteur(
    'mixes up requests',
    { 'concurrent-requests': 'a name gets its own answer' },
    {
      invoke: (agent) => async (input, options) => {
        latest = input;
        await Promise.resolve();
        return agent.invoke(latest, options);
      },
    },
  );
}

export function abortingAll(): Saboteur {
  let everything = new AbortController();
  return agentSaboteur(
    'aborts all requests with one',
    { 'concurrent-requests': 'an opposite gets its own answer' },
    {
      invoke: (agent) => (input, options) =>
        agent.invoke(input, { ...options, signal: everything.signal }),
      stream: (agent) => (input, options) => {
        const all = everything;
        options?.signal?.addEventListener('abort', () => {
          everything = new AbortController();
          all.abort();
        });
        return agent.stream(input, options);
      },
    },
  );
}

export function seeding(name: string, check: string, options: InvokeOptions = {}): Saboteur {
  let seed = 100;
  return optionSaboteur(name, { determinism: check }, (given) => ({
    ...given,
    ...options,
    seed: seed++,
  }));
}

export function keepingTheFormat(): Saboteur {
  let kept: ChatInput['responseFormat'];
  return askSaboteur(
    'keeps the format for later requests',
    { 'structured-output': 'the next request is free of the format' },
    (chat) => {
      if (chat.responseFormat?.type === 'json-schema') kept = chat.responseFormat;
      return { ...chat, responseFormat: chat.responseFormat ?? kept };
    },
  );
}
