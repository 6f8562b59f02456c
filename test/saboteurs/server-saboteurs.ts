import { UnmockedError } from '../../src/errors.js';
import type { Subject } from '../../src/scenarios/subject.js';
import { FakeStorage } from '../fake-storage.js';
import {
  agentSaboteur,
  altered,
  remoteSaboteur,
  responseSaboteur,
  type Saboteur,
  subjectSaboteur,
  toChatInput,
  withLastText,
  withMetadata,
} from './saboteur.js';
import { askSaboteur, callSaboteur, mapCallValues } from './broken-agents.js';
import { again, changed, unbroken } from './streams.js';

/** Saboteurs of the scenarios about servers and settings. */
export const serverSaboteurs: Saboteur[] = [
  // remote-agent
  subjectSaboteur(
    'answers instead of the server',
    { 'remote-agent': 'the agent is remote' },
    (subject) => ({
      loadAgent: (options) =>
        subject.loadAgent(
          options.backend === 'remote'
            ? { ...options, backend: 'local', model: 'unmocked-tiny' }
            : options,
        ),
    }),
  ),
  remoteSaboteur(
    'makes up its usage',
    { 'remote-agent': 'usage matches the number of token ids' },
    (agent) => (input, options) =>
      agent
        .invoke(input, options)
        .then((response) =>
          withMetadata(response, { usage: { ...response.metadata.usage, completionTokens: 7 } }),
        ),
  ),
  remoteSaboteur(
    'adds to the prompt of the server',
    { 'remote-agent': 'the prompt has as many tokens as in this page' },
    (agent) => (input, options) =>
      agent.invoke({ system: 'Be kind.', ...toChatInput(input) }, options),
  ),
  // backend-fallback
  subjectSaboteur(
    'falls back from an explicit remote',
    { 'backend-fallback': 'an explicit remote never falls back' },
    (subject) => ({
      loadAgent: (options) =>
        subject
          .loadAgent(options)
          .catch((error: Error) =>
            options.backend === 'remote'
              ? subject.loadAgent({ ...options, backend: 'local', model: 'unmocked-tiny' })
              : Promise.reject(error),
          ),
    }),
  ),
  subjectSaboteur(
    'never asks the server',
    { 'backend-fallback': 'auto uses a server that responds' },
    (subject) => ({
      loadAgent: (options) =>
        subject.loadAgent(options.backend === 'auto' ? { ...options, backend: 'local' } : options),
    }),
  ),
  // remote-faults
  remoteSaboteur(
    'has one error for everything',
    { 'remote-faults': 'status 401 is a specific error' },
    (agent) => (input, options) =>
      agent
        .invoke(input, options)
        .catch(() => Promise.reject(new UnmockedError('network', 'It failed.'))),
  ),
  remoteSaboteur(
    'accepts half a response',
    { 'remote-faults': 'truncated JSON is a specific error' },
    (agent) => (input, options) =>
      agent.invoke(input, options).catch(() => agent.invoke(input, { ...options, maxTokens: 2 })),
  ),
  remoteSaboteur(
    'changes its replies after an error',
    { 'remote-faults': 'status 500: the same agent works again' },
    (agent) => {
      let failed = false;
      return async (input, options) => {
        if (failed)
          return {
            ...(await agent.invoke(input, options)),
            metadata: (await agent.invoke('What is 2 plus 3?', options)).metadata,
          };
        return agent.invoke(input, options).catch((error: Error) => {
          failed = true;
          throw error;
        });
      };
    },
  ),
  subjectSaboteur(
    'leaves the key in its errors',
    { 'remote-faults': 'the key is not in the error' },
    (subject) => ({
      loadAgent: async (options) => {
        const agent = await subject.loadAgent(options);
        return altered(agent, {
          invoke: () => (input, invokeOptions) =>
            agent
              .invoke(input, invokeOptions)
              .catch((error: UnmockedError) =>
                Promise.reject(
                  new UnmockedError(
                    error.code,
                    `${error.message} Sent: Bearer ${options.apiKey}.`,
                    { details: error.details },
                  ),
                ),
              ),
        });
      },
    }),
  ),
  subjectSaboteur(
    'retries after the first token',
    { 'remote-faults': 'after the first token the request is not retried' },
    (subject) => ({
      loadAgent: async (options) =>
        altered(await subject.loadAgent(options), {
          stream: (agent) => (input, streamOptions) => again(agent, input, streamOptions),
        }),
    }),
  ),
  // config-precedence
  subjectSaboteur(
    'ignores the address',
    { 'config-precedence': 'local: url decides how much is computed' },
    (subject) => ({
      loadAgent: (options) =>
        subject.loadAgent({ ...options, sources: { ...options.sources, url: {} } }),
    }),
  ),
  subjectSaboteur(
    'lets the environment win',
    { 'config-precedence': 'argument: wins over every weaker source' },
    (subject) => ({
      resolveSettings: (given) =>
        subject.resolveSettings({
          ...given,
          argument: { ...given.argument, ...given.environment },
        }),
    }),
  ),
  subjectSaboteur(
    'applies the section of the other backend',
    { 'config-precedence': 'remote: the section of the local backend does not count' },
    (subject) => ({
      parseConfig: (toml, environment) => {
        const config = subject.parseConfig(toml, environment);
        const both = { ...config.backends.local, ...config.backends.remote };
        return { ...config, backends: { local: both, remote: both } };
      },
    }),
  ),
  subjectSaboteur(
    'sends the key to any server in a link',
    { 'config-precedence': 'a link cannot send a key elsewhere' },
    (subject) => ({
      resolveSettings: (given) => {
        const resolved = subject.resolveSettings(given);
        const apiKey = given.stored?.apiKey ?? given.environment?.apiKey;
        const settings = { ...resolved.remote.settings, apiKey };
        return { ...resolved, remote: { ...resolved.remote, settings } };
      },
    }),
  ),
  // settings-persistence
  subjectSaboteur(
    'keeps settings in memory only',
    { 'settings-persistence': 'saved settings are there after reopening' },
    (subject) => ({
      openSettings: (options) =>
        subject.openSettings({ ...options, local: new FakeStorage(), session: new FakeStorage() }),
    }),
  ),
  subjectSaboteur(
    'keeps every key forever',
    { 'settings-persistence': 'the key does not outlive the session' },
    (subject) => ({
      openSettings: (options) => {
        const store = subject.openSettings(options);
        const save = store.save.bind(store);
        store.save = (settings) => save(settings, { rememberKey: true });
        return store;
      },
    }),
  ),
  subjectSaboteur(
    'keeps using the old backend',
    { 'settings-persistence': 'after a change, the new backend answers' },
    (subject) => {
      let first: Parameters<Subject['loadAgent']>[0] | undefined;
      return {
        loadAgent: (options) =>
          subject.loadAgent(options.sources?.stored ? (first ??= options) : options),
      };
    },
  ),
  // startup-validation
  subjectSaboteur(
    'reports every backend as valid',
    { 'startup-validation': 'an unreachable server: the cause is named' },
    (subject) => ({
      validateStartup: async (sources, options) => {
        const outcome = await subject.validateStartup(sources, options);
        return outcome.status === 'invalid'
          ? {
              status: 'valid',
              backend: 'local',
              model: 'unmocked-tiny',
              device: { requested: 'auto', actual: 'wasm', attempts: [] },
              reply: 'Hello world',
            }
          : outcome;
      },
    }),
  ),
  subjectSaboteur(
    'warns if nothing is configured',
    { 'startup-validation': 'nothing configured: it reports nothing' },
    (subject) => ({
      validateStartup: async (sources, options) => {
        const outcome = await subject.validateStartup(sources, options);
        return outcome.status === 'none'
          ? { status: 'invalid', reason: 'no backend', error: new Error('no backend') }
          : outcome;
      },
    }),
  ),
  subjectSaboteur(
    'does not dispose of the agent that it validates',
    { 'startup-validation': 'a valid local model: its engine is released' },
    (subject) => ({
      validateStartup: (sources, options) =>
        subject.validateStartup(sources, {
          ...options,
          load: async (loadOptions) =>
            altered(await subject.loadAgent({ ...loadOptions, pool: subject.createPool() }), {
              dispose: () => async () => undefined,
            }),
        }),
    }),
  ),
  // chat-room
  agentSaboteur(
    'drops the data of the game',
    { 'chat-room': 'in this page: the party reaches the prompt unchanged' },
    {
      invoke: (agent) => (input, options) =>
        agent.invoke(
          withLastText(input, (text) =>
            text.startsWith('{') ? (JSON.parse(text) as { message: string }).message : text,
          ),
          options,
        ),
    },
  ),
  agentSaboteur(
    'knows one form of data',
    {
      'chat-room':
        'in this page: the reply says what the data says (other fields in another order)',
    },
    {
      invoke: (agent) => (input, options) =>
        agent.invoke(
          withLastText(input, (text) =>
            text.startsWith('{') && !text.startsWith('{"party"')
              ? (JSON.parse(text) as { message: string }).message
              : text,
          ),
          options,
        ),
    },
  ),
  agentSaboteur(
    'hides a broken stream',
    { 'chat-room': 'in this page: a reply is cut off in mid-stream' },
    { stream: (agent) => (input, options) => unbroken(agent, input, options) },
  ),
  // tool-calls
  responseSaboteur(
    'calls with another argument',
    { 'tool-calls': 'in this page: the right tool is called with a text and an enum' },
    (response) => ({
      ...response,
      toolCalls: response.toolCalls.map((call) => ({ ...call, arguments: { city: 'Paris' } })),
    }),
  ),
  callSaboteur(
    'says no for yes',
    {
      'tool-calls': 'in this page: the right tool is called with a text, an integer and a boolean',
    },
    mapCallValues((value) => (typeof value === 'boolean' ? !value : value)),
  ),
  callSaboteur(
    'rounds numbers',
    { 'tool-calls': 'in this page: the right tool is called with a text and a number' },
    mapCallValues((value) => (typeof value === 'number' ? Math.round(value) : value)),
  ),
  askSaboteur(
    'offers only the first tool',
    { 'tool-calls': 'in this page: the right tool is called with a text and a number' },
    ({ tools, ...chat }) => ({ ...chat, ...(tools ? { tools: tools.slice(0, 1) } : {}) }),
  ),
  agentSaboteur(
    'reads only words in results',
    { 'tool-calls': 'in this page: the result of book_hotel is used in the next turn' },
    {
      invoke: (agent) => (input, options) =>
        agent.invoke(
          toChatInput(input).messages.at(-1)!.role === 'tool'
            ? withLastText(input, (text) => text.replaceAll(/\d+/g, '0'))
            : input,
          options,
        ),
    },
  ),
  responseSaboteur(
    'swallows malformed calls',
    { 'tool-calls': 'in this page: a malformed call is reported' },
    (response) => ({ ...response, problems: [] }),
  ),
  agentSaboteur(
    'forgets the result of its tool',
    { 'tool-calls': 'in this page: the result of get_weather is used in the next turn' },
    {
      invoke: (agent) => (input, options) =>
        agent.invoke(
          toChatInput(input).messages.at(-1)!.role === 'tool'
            ? withLastText(input, () => '')
            : input,
          options,
        ),
    },
  ),
  // reasoning
  responseSaboteur(
    'shows its reasoning in the reply',
    { reasoning: 'in this page: the reply contains no reasoning' },
    (response) => ({ ...response, response: response.metadata.text }),
  ),
  agentSaboteur(
    'streams its reasoning as the reply',
    { reasoning: 'in this page: streaming does not change the reply' },
    {
      stream: (agent) => (input, options) =>
        changed(agent.stream(input, options), (chunk) => ({
          ...chunk,
          thinking: '',
          response: chunk.text,
        })),
    },
  ),
  // stop-and-limits
  agentSaboteur(
    'ignores stop sequences',
    { 'stop-and-limits': 'in this page: the reply ends before a stop sequence' },
    { invoke: (agent) => (input, options) => agent.invoke(input, { ...options, stop: [] }) },
  ),
  agentSaboteur(
    'always uses the same seed',
    { 'stop-and-limits': 'in this page: different seeds give different texts' },
    { invoke: (agent) => (input, options) => agent.invoke(input, { ...options, seed: 3 }) },
  ),
  remoteSaboteur(
    'uses a new seed every time',
    { 'stop-and-limits': 'on the server: seed 1 gives the same text twice' },
    (agent) => {
      let calls = 0;
      return (input, options) =>
        agent.invoke(input, { ...options, ...(options?.seed ? { seed: ++calls } : {}) });
    },
  ),
];
