import type {
  Agent,
  AgentInput,
  AgentResponse,
  InvokeOptions,
  TokenPiece,
} from '../agents/agent.js';
import { lastText } from '../agents/input/read-input.js';

/** Receives what happens during one request to an agent. */
export interface ExchangeObserver {
  onToken(token: TokenPiece): void;
  onResponse(response: AgentResponse): void;
}

/**
 * Wraps an agent so that `onExchange` sees each request begin, and the observer that it returns
 * sees the tokens and the response. The agent behaves as before.
 */
export function observe(agent: Agent, onExchange: (message: string) => ExchangeObserver): Agent {
  function begin(input: AgentInput, options: InvokeOptions = {}) {
    const observer = onExchange(lastText(input));
    const watched: InvokeOptions = {
      ...options,
      onToken: (token) => {
        observer.onToken(token);
        options.onToken?.(token);
      },
    };
    const keep = (response: AgentResponse) => {
      observer.onResponse(response);
      return response;
    };
    return { watched, keep };
  }
  const watching: Partial<Agent> = {
    invoke(input, options) {
      const { watched, keep } = begin(input, options);
      return agent.invoke(input, watched).then(keep);
    },
    invokeWithTools(input, tools, options) {
      const { watched, keep } = begin(input, options);
      return agent.invokeWithTools(input, tools, watched).then(keep);
    },
    stream(input, options) {
      const { watched, keep } = begin(input, options);
      const stream = agent.stream(input, watched);
      stream.response.then(keep, () => undefined);
      return stream;
    },
  };
  return new Proxy(agent, {
    get(target, property) {
      const own = watching[property as keyof Agent];
      if (own !== undefined) return own;
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
