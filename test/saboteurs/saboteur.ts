import type { Agent, AgentInput, AgentResponse, ChatInput } from '../../src/agents/agent.js';
import { realSubject, type Subject } from '../../src/scenarios/subject.js';

/** A subject that is broken on purpose in one way. The guarding scenarios must fail on it. */
export interface Saboteur {
  name: string;
  /** The scenarios that must fail, by id, each with the check that must fail. */
  guards: Record<string, string>;
  sabotage(): Subject;
  /** Cleans up what is left after a run. */
  cleanUp?(): void;
}

export type Overrides = { [K in keyof Agent]?: (agent: Agent) => Agent[K] };

export function altered(agent: Agent, overrides: Overrides): Agent {
  return new Proxy(agent, {
    get(target, property) {
      const override = overrides[property as keyof Agent];
      if (override) return override(target);
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A saboteur that alters really loaded agents. */
export const agentSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  overrides: Overrides,
): Saboteur => ({
  name,
  guards,
  sabotage: () => ({
    ...realSubject,
    loadAgent: async (options) => altered(await realSubject.loadAgent(options), overrides),
  }),
});

export const subjectSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  broken: (subject: Subject) => Partial<Subject>,
): Saboteur => ({
  name,
  guards,
  sabotage: () => ({ ...realSubject, ...broken(realSubject) }),
});

/** A saboteur that changes every response, streamed or not. */
export const responseSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  change: (response: AgentResponse) => AgentResponse,
): Saboteur =>
  agentSaboteur(name, guards, {
    invoke: (agent) => async (input, options) => change(await agent.invoke(input, options)),
    invokeWithTools: (agent) => async (input, tools, options) =>
      change(await agent.invokeWithTools(input, tools, options)),
  });

/** A saboteur that alters only remote agents. */
export function remoteSaboteur(
  name: string,
  guards: Saboteur['guards'],
  invoke: (agent: Agent) => Agent['invoke'],
): Saboteur {
  const loadAgent: Subject['loadAgent'] = async (options) => {
    const agent = await realSubject.loadAgent(options);
    const broken = agent.backend === 'remote' ? invoke(agent) : undefined;
    return broken ? altered(agent, { invoke: () => broken }) : agent;
  };
  return { name, guards, sabotage: () => ({ ...realSubject, loadAgent }) };
}

export const withMetadata = (
  response: AgentResponse,
  metadata: Partial<AgentResponse['metadata']>,
): AgentResponse => ({ ...response, metadata: { ...response.metadata, ...metadata } });

/** An input as a `ChatInput`, so that a saboteur can change it. */
export function toChatInput(input: AgentInput): ChatInput {
  if (typeof input === 'string') return { messages: [{ role: 'user', content: input }] };
  if ('messages' in input) return input;
  if (!('userMessage' in input)) return { messages: input };
  const { userMessage, systemContext, sessionId } = input;
  return {
    messages: [{ role: 'user', content: userMessage }],
    ...(systemContext === undefined ? {} : { system: systemContext }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

/** The same input with another text as its last message. */
export function withLastText(input: AgentInput, change: (text: string) => string): ChatInput {
  const chat = toChatInput(input);
  const last = chat.messages.at(-1)!;
  return {
    ...chat,
    messages: [...chat.messages.slice(0, -1), { ...last, content: change(last.content) }],
  };
}
