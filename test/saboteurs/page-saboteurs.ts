import type { Message } from '../../src/agents/agent.js';
import { createEngineWorker } from '../../src/engine/engine.js';
import {
  agentSaboteur,
  altered,
  responseSaboteur,
  type Saboteur,
  subjectSaboteur,
  toChatInput,
  withMetadata,
} from './saboteur.js';
import { afterwards, unstoppable, without } from './streams.js';

/** For the scenarios about this page's own engine. */
export const pageSaboteurs: Saboteur[] = [
  // load-agent
  agentSaboteur(
    'names another digest',
    { 'load-agent': 'the agent names the digest that the registry pins' },
    { model: (agent) => ({ ...agent.model, digest: '0'.repeat(64) }) },
  ),
  agentSaboteur(
    'claims a larger context window',
    { 'load-agent': "the context window is the registry's" },
    { contextWindow: (agent) => agent.contextWindow! * 2 },
  ),
  agentSaboteur(
    'has a layer less',
    { 'load-agent': 'the session takes tokens and a KV cache of the right depth' },
    {
      engineInfo: ({ engineInfo }) =>
        engineInfo && {
          ...engineInfo,
          sessionInputs: engineInfo.sessionInputs.filter(
            (name) => !name.startsWith('past_key_values.3'),
          ),
        },
    },
  ),
  subjectSaboteur(
    'progress stops short of the total',
    { 'load-agent': 'progress reached the total' },
    (subject) => ({
      loadAgent: (options) =>
        subject.loadAgent({
          ...options,
          onProgress: (progress) =>
            progress.loadedBytes < progress.totalBytes / 2 && options.onProgress?.(progress),
        }),
    }),
  ),
  subjectSaboteur('progress falls', { 'load-agent': 'progress never falls' }, (subject) => ({
    loadAgent: (options) => {
      let calls = 0;
      return subject.loadAgent({
        ...options,
        onProgress: (progress) =>
          options.onProgress?.(++calls % 2 ? progress : { ...progress, loadedBytes: 0 }),
      });
    },
  })),
  // chat-completion
  responseSaboteur(
    'says nothing',
    { 'chat-completion': 'the reply is not empty', 'validate-agent': 'a working agent is valid' },
    (response) => ({ ...response, response: '' }),
  ),
  responseSaboteur(
    'says other words than it computed',
    { 'chat-completion': 'the text is the decoded token ids' },
    (response) => withMetadata({ ...response, response: 'Hello there!' }, { text: 'Hello there!' }),
  ),
  responseSaboteur(
    'always says that it stopped',
    { 'chat-completion': 'the finish reason of a reply that was cut is true' },
    (response) => withMetadata(response, { finishReason: 'stop' }),
  ),
  agentSaboteur(
    'ignores the token limit',
    {
      'chat-completion': 'a limit of one token gives one token',
      'stop-and-limits': 'in this page: a limit of 1 gives 1',
    },
    {
      invoke: (agent) => (input, options) => agent.invoke(input, { ...options, maxTokens: 40 }),
    },
  ),
  // validate-agent
  subjectSaboteur(
    'validation believes everything',
    { 'validate-agent': 'an agent that answers nothing is not valid' },
    (subject) => ({
      validateAgent: async (agent, options) => {
        const validation = await subject.validateAgent(agent, options);
        return validation.valid
          ? validation
          : ({ valid: true, reply: 'Hello world', response: undefined as never } as const);
      },
    }),
  ),
  subjectSaboteur(
    'validation believes nothing',
    { 'validate-agent': 'a working agent is valid' },
    (subject) => ({
      validateAgent: async (agent, options) => ({
        valid: false,
        reason: 'no',
        reply: (await subject.validateAgent(agent, options)).reply,
      }),
    }),
  ),
  // invalid-model
  subjectSaboteur(
    'puts a model in the place of one that is missing',
    {
      'invalid-model':
        'a model that does not exist is an error that names it and where it was looked for',
    },
    (subject) => ({
      loadAgent: (options) =>
        subject.loadAgent(
          typeof options.model === 'string' && options.model.startsWith('nonexistent/')
            ? { ...options, model: 'unmocked-tiny' }
            : options,
        ),
    }),
  ),
  oneRealm(),
  // backend-detection
  subjectSaboteur(
    'swaps an explicit device that is not there',
    { 'backend-detection': 'an explicit webgpu without an adapter is refused, not swapped' },
    (subject) => ({
      loadAgent: (options) =>
        subject
          .loadAgent(options)
          .catch(() => subject.loadAgent({ ...options, device: 'auto', pool: undefined })),
    }),
  ),
  subjectSaboteur(
    'hides the ladder',
    {
      'backend-detection': 'the trace says that WebGPU was tried and why it failed',
      'backend-fallback': 'nobody listens: the trace begins with the server and says why',
    },
    (subject) => ({
      loadAgent: async (options) =>
        altered(await subject.loadAgent(options), {
          device: ({ device }) => ({ ...device, attempts: device.attempts.slice(-1) }),
        }),
    }),
  ),
  // config-file
  subjectSaboteur(
    'ignores the config file',
    { 'config-file': 'max_new_tokens limits the reply' },
    (subject) => ({
      loadAgent: (options) => subject.loadAgent({ ...options, useConfig: undefined }),
    }),
  ),
  subjectSaboteur(
    'swallows unknown keys',
    { 'config-file': 'unknown keys are reported' },
    (subject) => ({ parseConfig: (toml) => ({ ...subject.parseConfig(toml), unknownKeys: [] }) }),
  ),
  subjectSaboteur(
    'loses the place of an error',
    { 'config-file': 'broken TOML is refused with line and column' },
    (subject) => ({
      parseConfig: (toml) => {
        try {
          return subject.parseConfig(toml);
        } catch {
          throw new Error('config.toml is broken');
        }
      },
    }),
  ),
  // concurrent-loading
  subjectSaboteur(
    'loads an engine for every agent',
    { 'concurrent-loading': 'four agents share one engine' },
    (subject) => ({
      loadAgent: (options) =>
        subject.loadAgent({ ...options, pool: subject.createPool(options.pool?.options) }),
    }),
  ),
  subjectSaboteur(
    'mixes conversations',
    { 'concurrent-loading': "no other name is in Zorvik's prompts" },
    (subject) => {
      const everything: Message[] = [];
      return {
        loadAgent: async (options) =>
          altered(await subject.loadAgent(options), {
            invoke: (agent) => async (input, invokeOptions) => {
              everything.push(toChatInput(input).messages.at(-1)!);
              const response = agent.invoke([...everything], invokeOptions);
              everything.push({ role: 'assistant', content: 'I see.' });
              return response;
            },
          }),
      };
    },
  ),
  // streaming
  agentSaboteur(
    'streams when all is computed',
    { streaming: 'leaving the loop early stops the work' },
    { stream: (agent) => (input, options) => afterwards(agent, input, options) },
  ),
  agentSaboteur(
    'loses a chunk',
    { streaming: 'joined, they are the reply', 'remote-agent': 'the pieces joined are the reply' },
    { stream: (agent) => (input, options) => without(agent.stream(input, options), 3) },
  ),
  agentSaboteur(
    'breaks characters that span tokens',
    { streaming: 'an emoji that spans tokens arrives whole' },
    {
      streamTokens: (agent) => async (tokenIds) =>
        Promise.all(tokenIds.map((tokenId) => agent.decode!([tokenId]))),
    },
  ),
  agentSaboteur(
    'goes on when nobody listens',
    { streaming: 'leaving the loop early stops the work' },
    { stream: (agent) => (input, options) => unstoppable(agent, input, options) },
  ),
  // memory-cleanup
  agentSaboteur(
    'keeps its worker',
    {
      'memory-cleanup': 'no worker is left after any round',
      'concurrent-loading': 'then it is gone',
    },
    { dispose: () => async () => undefined },
  ),
  subjectSaboteur(
    'answers when disposed of',
    { 'memory-cleanup': 'a disposed agent says so when asked' },
    (subject) => ({
      loadAgent: async (options) => {
        const agent = await subject.loadAgent(options);
        return altered(agent, {
          invoke: () => async (input, invokeOptions) => {
            if (!agent.disposed) return agent.invoke(input, invokeOptions);
            const substitute = await subject.loadAgent(options);
            return substitute.invoke(input, invokeOptions).finally(() => substitute.dispose());
          },
        });
      },
    }),
  ),
  subjectSaboteur(
    'leaks a hundred megabytes',
    { 'memory-cleanup': 'memory is back near where it was' },
    (subject) => {
      const leak: Uint8Array[] = [];
      return {
        loadAgent: async (options) => {
          leak.push(new Uint8Array(20 * 1024 * 1024).fill(1));
          return subject.loadAgent(options);
        },
      };
    },
  ),
  // conversation-flow
  agentSaboteur(
    'forgets what was said',
    {
      'conversation-flow': 'a name told two turns earlier comes back',
      'chat-room': 'in this page: all that was said before is in its prompt',
    },
    {
      invoke: (agent) => (input, options) =>
        agent.invoke(toChatInput(input).messages.slice(-1), options),
    },
  ),
  agentSaboteur(
    'reads the history again every turn',
    { 'conversation-flow': 'turn 2 used the KV cache' },
    {
      invoke: (agent) => (input, options) => agent.invoke(input, { ...options, useCache: false }),
    },
  ),
  agentSaboteur(
    'shares one memory among sessions',
    { 'conversation-flow': 'another session does not know it' },
    {
      invoke: (agent) => (input, options) => {
        const chat = toChatInput(input);
        return agent.invoke(chat.sessionId ? { ...chat, sessionId: 'one' } : chat, options);
      },
    },
  ),
  // environment-summary
  subjectSaboteur(
    'names another version',
    { 'environment-summary': 'transformers.js has the version that the page names' },
    (subject) => ({
      describe: async () => ({
        ...(await subject.describe()),
        versions: { transformers: '9.9.9', onnxruntime: '9.9.9' },
      }),
    }),
  ),
  subjectSaboteur(
    'claims an adapter',
    {
      'environment-summary': 'the engine finds the adapter that the page names',
      'backend-detection': 'auto picked what the probes say',
    },
    (subject) => ({
      describe: async () => ({
        ...(await subject.describe()),
        webgpu: {
          adapter: {
            vendor: 'acme',
            architecture: 'x',
            device: '',
            description: '',
            isFallbackAdapter: false,
            shaderF16: true,
          },
        },
      }),
    }),
  ),
  agentSaboteur(
    'claims more threads',
    { 'environment-summary': 'threads are within what the page says is possible' },
    { device: ({ device }) => ({ ...device, threads: 64 }) },
  ),
];

/** No imitation: ONNX Runtime really stays broken in a realm in which a load has failed. */
function oneRealm(): Saboteur {
  const kept: Worker[] = [];
  const saboteur = subjectSaboteur(
    'loads every model in one realm',
    { 'invalid-model': 'a good model then loads and answers' },
    (subject) => ({
      createPool: (options) => {
        let only: Worker | undefined;
        return subject.createPool({
          ...options,
          createWorker: () => {
            if (!only) kept.push((only = createEngineWorker()));
            only.terminate = () => undefined;
            return only;
          },
        });
      },
    }),
  );
  return {
    ...saboteur,
    cleanUp: () => kept.splice(0).forEach((worker) => Worker.prototype.terminate.call(worker)),
  };
}
