import { UnmockedError } from '../../src/errors.js';
import {
  abortingAll,
  askSaboteur,
  callSaboteur,
  failureSaboteur,
  keepingTheFormat,
  losingSessions,
  mapCallValues,
  mixingReplies,
  optionSaboteur,
  rememberingFailures,
  seeding,
  withUsage,
} from './broken-agents.js';
import {
  agentSaboteur,
  responseSaboteur,
  type Saboteur,
  toChatInput,
  withLastText,
  withMetadata,
} from './saboteur.js';
import { changed, unstoppable } from './streams.js';

/** Saboteurs of the scenarios about any agent. */
export const agentSaboteurs: Saboteur[] = [
  // session-isolation
  askSaboteur(
    'has one memory for all sessions',
    { 'session-isolation': 'the first session: no name from elsewhere in the prompt' },
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
    temperature: 2,
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
    { 'tool-selection': 'a request for the weather calls the tool for it' },
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
    'has one answer to all that needs no tool',
    { 'tool-selection': 'a request that needs no tool is answered' },
    (response) => ({ ...response, response: 'I have no tool for that.' }),
  ),
  responseSaboteur(
    'says that a call is the end',
    { 'tool-selection': 'a request for a roll: the finish reason says so' },
    (response) => withMetadata(response, { finishReason: 'stop' }),
  ),
  // typed-arguments
  callSaboteur(
    'makes text of every argument',
    {
      'tool-selection': 'a request for a roll calls the tool for it',
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
    'fills in what fits the type',
    { 'typed-arguments': 'the arguments are those of the request' },
    ({ arguments: given, ...call }) => ({ ...call, arguments: { ...given, days: 1 } }),
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
  responseSaboteur(
    'claims parallel calls and makes one',
    {
      'parallel-tools': 'one reply calls the tool for each city',
    },
    (response) => ({ ...response, toolCalls: response.toolCalls.slice(0, 1) }),
  ),
  askSaboteur(
    'knows one tool at a time',
    { 'parallel-tools': 'one reply calls two tools' },
    ({ tools, ...chat }) => ({ ...chat, ...(tools ? { tools: tools.slice(0, 1) } : {}) }),
  ),
  askSaboteur(
    'gives every call the first result',
    { 'parallel-tools': 'the results of two calls are used' },
    (chat) => {
      const result = chat.messages.find(({ role }) => role === 'tool')?.content ?? '';
      return {
        ...chat,
        messages: chat.messages.map((message) =>
          message.role === 'tool' ? { ...message, content: result } : message,
        ),
      };
    },
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
    (response) => ({ ...response, response: response.response.replaceAll(/: (\d+)/g, ': "$1"') }),
  ),
  askSaboteur(
    'fills a schema without the text',
    { 'structured-output': 'the values are those of the text' },
    (chat) => (chat.responseFormat ? withLastText(chat, () => 'Return a JSON object.') : chat),
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
