import type {
  AgentInput,
  AgentResponse,
  AgentStream,
  ChatInput,
  InvokeOptions,
  Message,
  ToolCall,
} from '../../src/agents/agent.js';
import { UnmockedError } from '../../src/errors.js';
import {
  agentSaboteur,
  responseSaboteur,
  type Saboteur,
  toChatInput,
  withLastText,
  withMetadata,
} from './saboteur.js';
import { changed, unstoppable } from './streams.js';

/** A saboteur that changes what the agent is asked, streamed or not. */
const askSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  change: (chat: ChatInput) => ChatInput,
): Saboteur =>
  agentSaboteur(name, guards, {
    invoke: (agent) => (input, options) => agent.invoke(change(toChatInput(input)), options),
    stream: (agent) => (input, options) => agent.stream(change(toChatInput(input)), options),
  });

const optionSaboteur = (
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
const callSaboteur = (
  name: string,
  guards: Saboteur['guards'],
  change: (call: ToolCall) => ToolCall,
): Saboteur =>
  responseSaboteur(name, guards, (response) => ({
    ...response,
    toolCalls: response.toolCalls.map(change),
  }));

/** A saboteur whose failures are not those of the agent. */
const failureSaboteur = (name: string, guards: Saboteur['guards'], fail: () => Error): Saboteur =>
  agentSaboteur(name, guards, {
    invoke: (agent) => (input, options) =>
      agent.invoke(input, options).catch(() => {
        throw fail();
      }),
  });

/** A saboteur whose sessions remember the turns that failed. */
function rememberingFailures(name: string, guards: Saboteur['guards']): Saboteur {
  const failed = new Map<string, Message[]>();
  const withFailed = (input: AgentInput): ChatInput => {
    const chat = toChatInput(input);
    const earlier = failed.get(chat.sessionId ?? '') ?? [];
    return { ...chat, messages: [...earlier, ...chat.messages] };
  };
  const note = (input: AgentInput) => (error: unknown) => {
    const { sessionId, messages } = toChatInput(input);
    const spoken = messages.filter(
      ({ role, content }) => role === 'user' && String(content).trim() !== '',
    );
    if (sessionId) failed.set(sessionId, spoken);
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
const losingSessions = (name: string, guards: Saboteur['guards']): Saboteur =>
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

const mapCallValues = (change: (value: unknown) => unknown) => (call: ToolCall) => ({
  ...call,
  arguments: Object.fromEntries(
    Object.entries(call.arguments).map(([name, value]) => [name, change(value)]),
  ),
});

const withUsage =
  (usage: (response: AgentResponse) => Partial<AgentResponse['metadata']['usage']>) =>
  (response: AgentResponse): AgentResponse =>
    withMetadata(response, { usage: { ...response.metadata.usage, ...usage(response) } });

/** Saboteurs of the scenarios about any agent. */
export const agentSaboteurs: Saboteur[] = [
  // session-isolation
  askSaboteur(
    'has one memory for all sessions',
    { 'session-isolation': 'the session of Zorvik: no name from elsewhere in the prompt' },
    (chat) => (chat.sessionId ? { ...chat, sessionId: 'one' } : chat),
  ),
  askSaboteur(
    'remembers requests without a session',
    { 'session-isolation': 'a request without a session: no name from elsewhere in the reply' },
    (chat) => ({ ...chat, sessionId: chat.sessionId ?? 'anybody' }),
  ),
  agentSaboteur(
    'never forgets a session',
    { 'session-isolation': 'a forgotten session: no name from elsewhere in the reply' },
    { forget: () => async () => undefined },
  ),
  agentSaboteur(
    'forgets all sessions at once',
    { 'session-isolation': 'forgetting one session keeps the other' },
    {
      forget: (agent) => async () => {
        for (const session of ['isolation-1', 'isolation-2']) await agent.forget!(session);
      },
    },
  ),
  // concurrent-requests
  mixingReplies(),
  abortingAll(),
  agentSaboteur(
    'ignores the signal of a stream',
    {
      'concurrent-requests': 'the request that was aborted meanwhile says so',
      cancelling: 'aborting while it streams ends the loop',
    },
    {
      stream:
        (agent) =>
        (input, { signal: _ignored, ...options } = {}) =>
          agent.stream(input, options),
    },
  ),
  // cancelling
  optionSaboteur(
    'ignores the signal',
    { cancelling: 'invoke: a signal that has aborted already' },
    ({ signal: _ignored, ...options }) => options,
  ),
  failureSaboteur(
    'calls an abort a failure',
    { cancelling: 'a turn that waits for it rejects' },
    () => new Error('The request failed.'),
  ),
  agentSaboteur(
    'computes what nobody reads any more',
    { cancelling: 'leaving the loop aborts the reply' },
    { stream: (agent) => (input, options) => unstoppable(agent, input, options) },
  ),
  rememberingFailures('remembers the turns that failed', {
    cancelling: 'the next prompt contains no aborted turn',
    recovery: 'the next prompt contains nothing of them',
  }),
  // determinism
  seeding('is never greedy', 'at temperature 0 the same request gives the same reply', {
    temperature: 1.5,
  }),
  seeding('draws another seed each time', 'the same seed gives the same reply'),
  optionSaboteur(
    'ignores the temperature',
    { determinism: 'at a high temperature replies differ from the greedy one' },
    (options) => ({ ...options, temperature: 0 }),
  ),
  optionSaboteur(
    'has one seed for everything',
    { determinism: 'different seeds give different replies' },
    (options) => ({ ...options, seed: 7 }),
  ),
  // usage
  responseSaboteur(
    'counts nothing',
    { usage: 'both counts are positive' },
    withUsage(() => ({ promptTokens: 0, completionTokens: 0, countedBy: 'nobody' })),
  ),
  responseSaboteur(
    'counts the last message alone',
    { usage: 'a longer conversation counts more' },
    withUsage(() => ({ promptTokens: 12, prefilledTokens: 12 })),
  ),
  responseSaboteur(
    'counts a token too many',
    { usage: 'a stream counts the same' },
    withUsage(({ metadata }) => ({ completionTokens: metadata.usage.completionTokens + 1 })),
  ),
  responseSaboteur(
    'counts characters',
    { usage: 'the reply counts no more tokens than its limit' },
    withUsage(({ metadata }) => ({ completionTokens: metadata.text.length })),
  ),
  optionSaboteur(
    'computes what it had computed before',
    { usage: 'what the KV cache holds is not computed again' },
    (options) => ({ ...options, useCache: false }),
  ),
  // tool-selection
  callSaboteur(
    'calls the first tool for everything',
    { 'tool-selection': '"What is the weather in Quelmar?" calls the tool for it' },
    (call) => ({ ...call, name: 'get_time' }),
  ),
  responseSaboteur(
    'invents a tool where none fits',
    { 'tool-selection': 'only offered tools are called' },
    (response) =>
      response.toolCalls.length > 0
        ? response
        : { ...response, toolCalls: [{ name: 'search', arguments: {} }] },
  ),
  askSaboteur(
    'remembers a tool for ever',
    { 'tool-selection': 'without tools nothing is called' },
    (chat) => ({
      ...chat,
      tools: chat.tools ?? [
        {
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
      ],
    }),
  ),
  askSaboteur(
    'ignores the choice of a tool',
    {
      'tool-selection': 'with the choice "none" nothing is called',
      'typed-arguments': 'the tool that the choice names is called, once',
    },
    ({ toolChoice: _ignored, ...chat }) => chat,
  ),
  responseSaboteur(
    'says that a call is the end',
    { 'tool-selection': '"Roll a dice with 6 sides.": the finish reason says so' },
    (response) => withMetadata(response, { finishReason: 'stop' }),
  ),
  // typed-arguments
  callSaboteur(
    'makes text of every argument',
    {
      'tool-selection': '"Roll a dice with 6 sides." calls the tool for it',
      'typed-arguments': 'the argument of type integer (days) keeps its type',
    },
    mapCallValues((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  ),
  callSaboteur(
    'makes numbers of digits',
    { 'typed-arguments': 'the argument of type enum (zip) keeps its type' },
    mapCallValues((value) => (/^\d+$/.test(String(value)) ? Number(value) : value)),
  ),
  callSaboteur(
    'loses nested arguments',
    { 'typed-arguments': 'the arguments fit the schema' },
    ({ arguments: { hotel: _lost, ...kept }, ...call }) => ({ ...call, arguments: kept }),
  ),
  // parallel-tools
  askSaboteur(
    'reads only the last result',
    { 'parallel-tools': 'the prompt has both calls and both results' },
    (chat) => ({
      ...chat,
      messages: chat.messages.filter(
        ({ role }, index) => role !== 'tool' || index === chat.messages.length - 1,
      ),
    }),
  ),
  agentSaboteur(
    'claims parallel calls and makes one',
    { 'parallel-tools': 'one reply calls the tool for each city' },
    { claims: (agent) => [...agent.claims, 'parallel-tools'] },
  ),
  responseSaboteur(
    'calls again after a result',
    { 'parallel-tools': 'that turn calls nothing' },
    (response) => ({ ...response, toolCalls: [{ name: 'get_weather', arguments: {} }] }),
  ),
  // structured-output
  askSaboteur(
    'ignores the format',
    { 'structured-output': 'the reply: parses and fits' },
    ({ responseFormat: _ignored, ...chat }) => chat,
  ),
  agentSaboteur(
    'ignores the format of a stream',
    { 'structured-output': 'the streamed reply: parses and fits' },
    {
      stream: (agent) => (input, options) =>
        agent.stream({ ...toChatInput(input), responseFormat: undefined }, options),
    },
  ),
  responseSaboteur(
    'makes text of the numbers in its JSON',
    { 'structured-output': 'a sampled reply: parses and fits' },
    (response) => ({ ...response, response: response.response.replaceAll(/:(\d+)/g, ':"$1"') }),
  ),
  responseSaboteur(
    'says that every reply is complete',
    { 'structured-output': 'a limit cuts the reply, and the finish reason says so' },
    (response) => withMetadata(response, { finishReason: 'stop' }),
  ),
  keepingTheFormat(),
  // unicode
  askSaboteur(
    'drops what two code units make',
    { unicode: '"👩‍🚀 👋🏽 🇳🇴" reaches the prompt unchanged' },
    (chat) => withLastText(chat, (text) => text.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '')),
  ),
  askSaboteur(
    'composes characters',
    { unicode: '"e\u0301a\u0308 o\u0302" reaches the prompt unchanged' },
    (chat) => withLastText(chat, (text) => text.normalize('NFC')),
  ),
  agentSaboteur(
    'streams half an emoji',
    { unicode: 'no piece of the reply to "🙂 river" has a broken character' },
    {
      stream: (agent) => (input, options) =>
        changed(agent.stream(input, options), (chunk) => ({
          ...chunk,
          text: chunk.text.replace('🙂', '🙂'.charAt(0)),
        })),
    },
  ),
  agentSaboteur(
    'decodes token by token',
    { unicode: '"日本語 你好 한국" survives the tokenizer' },
    {
      streamTokens: (agent) => async (tokenIds) =>
        Promise.all(tokenIds.map((tokenId) => agent.decode!([tokenId]))),
    },
  ),
  // context-overflow
  askSaboteur(
    'cuts what does not fit',
    { 'context-overflow': 'a message that does not fit is refused' },
    (chat) => withLastText(chat, (text) => text.slice(0, 300)),
  ),
  failureSaboteur(
    'does not say how much fits',
    { 'context-overflow': 'the error says how long the prompt is and how much fits' },
    () => new UnmockedError('context-overflow', 'The message is too long. Shorten it.'),
  ),
  losingSessions('loses the conversation when a turn fails', {
    'context-overflow': 'the session knows what was said before',
    recovery: 'the session knows what was said before',
  }),
  // recovery
  askSaboteur(
    'makes something of an empty message',
    { recovery: 'an empty message: the error is clear' },
    (chat) => (chat.messages.length > 0 ? withLastText(chat, (text) => text || 'Hello!') : chat),
  ),
  optionSaboteur(
    'corrects impossible settings',
    { recovery: 'a temperature below 0: the error is clear' },
    ({ temperature = 0, ...options }) => ({ ...options, temperature: Math.max(0, temperature) }),
  ),
  failureSaboteur(
    'does not say what is wrong',
    { recovery: 'an unknown role: the error is clear' },
    () => new UnmockedError('invalid-argument', 'Bad request.'),
  ),
];

/** A request that waits takes the question of the one that came last. */
function mixingReplies(): Saboteur {
  let latest: AgentInput = '';
  return agentSaboteur(
    'mixes up requests',
    { 'concurrent-requests': '"My name is Zorvik." gets its own answer' },
    {
      invoke: (agent) => async (input, options) => {
        latest = input;
        await Promise.resolve();
        return agent.invoke(latest, options);
      },
    },
  );
}

function abortingAll(): Saboteur {
  let everything = new AbortController();
  return agentSaboteur(
    'aborts all requests with one',
    { 'concurrent-requests': '"What is the opposite of hot?" gets its own answer' },
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

function seeding(name: string, check: string, options: InvokeOptions = {}): Saboteur {
  let seed = 100;
  return optionSaboteur(name, { determinism: check }, (given) => ({
    ...given,
    ...options,
    seed: seed++,
  }));
}

function keepingTheFormat(): Saboteur {
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
