import type { Agent, AgentPayload, AgentResponse, InvokeOptions } from '../agents/agent.js';

export interface Observer {
  onExchange(message: string): void;
  onToken(token: { tokenId: number; text: string }): void;
  onResponse(response: AgentResponse): void;
}

/** The same agent, with somebody watching: tokens as they come, responses as they are. Changes nothing. */
export function observe(agent: Agent, observer: Observer): Agent {
  const watch = (options: InvokeOptions | undefined): InvokeOptions => ({
    ...options,
    onToken: (token) => {
      observer.onToken(token);
      options?.onToken?.(token);
    },
  });
  const begin = (payload: AgentPayload | string) => observer.onExchange(typeof payload === 'string' ? payload : String(payload?.userMessage ?? ''));
  const keep = (response: AgentResponse) => {
    observer.onResponse(response);
    return response;
  };
  const watched: Partial<Agent> = {
    invoke(payload, options) {
      begin(payload);
      return agent.invoke(payload, watch(options)).then(keep);
    },
    invokeWithTools(payload, tools, options) {
      begin(payload);
      return agent.invokeWithTools(payload, tools, watch(options)).then(keep);
    },
    stream(payload, options = {}) {
      begin(payload);
      const stream = agent.stream(payload, watch(options));
      stream.response.then(keep, () => undefined);
      return stream;
    },
  };
  return new Proxy(agent, {
    get(target, property) {
      const own = watched[property as keyof Agent];
      if (own !== undefined) return own;
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

