import type { Message } from '../../src/agents/agent.js';
import { createEngineWorker } from '../../src/engine/start-worker.js';
import {
  agentSaboteur,
  altered,
  responseSaboteur,
  type Saboteur,
  subjectSaboteur,
  toChatInput,
  withLastText,
  withMetadata,
} from './saboteur.js';
import { afterwards, unstoppable, without } from './streams.js';

/** Saboteurs of the scenarios about this page's engine. */
export const pageSaboteurs: Saboteur[] = [
  // load-agent
  agentSaboteur(
    'reports another digest',
    { 'load-agent': 'the agent reports the digest in the registry' },
    { model: (agent) => ({ ...agent.model, digest: '0'.repeat(64) }) },
  ),
  agentSaboteur(
    'claims a larger context window',
    { 'load-agent': 'the context window matches the registry' },
    { contextWindow: (agent) => agent.contextWindow! * 2 },
  ),
  agentSaboteur(
    'has one layer too few',
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
    'reports progress that stops before the total',
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
  subjectSaboteur(
    'reports decreasing progress',
    { 'load-agent': 'progress never decreases' },
    (subject) => ({
      loadAgent: (options) => {
        let calls = 0;
        return subject.loadAgent({
          ...options,
          onProgress: (progress) =>
            options.onProgress?.(++calls % 2 ? progress : { ...progress, loadedBytes: 0 }),
        });
      },
    }),
  ),
  // chat-completion
  responseSaboteur(
    'returns an empty reply',
    { 'chat-completion': 'the reply is not empty', 'validate-agent': 'a working agent is valid' },
    (response) => ({ ...response, response: '' }),
  ),
  responseSaboteur(
    'returns other words than it computed',
    { 'chat-completion': 'the text is the decoded token ids' },
    (response) => withMetadata({ ...response, response: 'Hello there!' }, { text: 'Hello there!' }),
  ),
  responseSaboteur(
    'always reports the finish reason stop',
    { 'chat-completion': 'the finish reason of a truncated reply is correct' },
    (response) => withMetadata(response, { finishReason: 'stop' }),
  ),
  agentSaboteur(
    'ignores the token limit',
    {
      'chat-completion': 'a limit of one token gives one token',
      'stop-and-limits': 'in this page: a limit of 1 gives exactly that many tokens',
    },
    {
      invoke: (agent) => (input, options) => agent.invoke(input, { ...options, maxTokens: 40 }),
    },
  ),
  // validate-agent
  subjectSaboteur(
    'accepts every agent',
    { 'validate-agent': 'an agent with an empty reply is not valid' },
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
    'rejects every agent',
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
    'replaces a missing model',
    {
      'invalid-model': 'a missing model is an error that names the model and the host',
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
    'swaps an explicit device that is unavailable',
    { 'backend-detection': 'an explicit webgpu without an adapter is refused, not swapped' },
    (subject) => ({
      loadAgent: (options) =>
        subject
          .loadAgent(options)
          .catch(() => subject.loadAgent({ ...options, device: 'auto', pool: undefined })),
    }),
  ),
  subjectSaboteur(
    'hides the attempts',
    {
      'backend-detection': 'the trace says that WebGPU was tried and why it failed',
      'backend-fallback': 'nothing listens: the trace begins with the server and says why',
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
    'loses the position of an error',
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
    { 'concurrent-loading': "agent 1's prompts contain no other name" },
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
    'streams only after everything is computed',
    { streaming: 'leaving the loop early stops the computation' },
    { stream: (agent) => (input, options) => afterwards(agent, input, options) },
  ),
  agentSaboteur(
    'loses a chunk',
    {
      streaming: 'the joined chunks are the reply',
      'remote-agent': 'the joined chunks are the reply',
    },
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
    'continues after the reader has left',
    { streaming: 'leaving the loop early stops the computation' },
    { stream: (agent) => (input, options) => unstoppable(agent, input, options) },
  ),
  // memory-cleanup
  agentSaboteur(
    'never ends its worker',
    {
      'memory-cleanup': 'no worker is left after any round',
      'concurrent-loading': 'disposing the last agent ends the engine',
    },
    { dispose: () => async () => undefined },
  ),
  subjectSaboteur(
    'answers after it was disposed',
    { 'memory-cleanup': 'a disposed agent refuses requests' },
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
    { 'memory-cleanup': 'memory use returns to its earlier level' },
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
    'keeps to what it was told first',
    { 'conversation-flow': 'what was corrected counts, not what was said first' },
    {
      invoke: (agent) => (input, options) =>
        agent.invoke(
          withLastText(input, (text) => (text.startsWith('Actually') ? 'Hello!' : text)),
          options,
        ),
    },
  ),
  agentSaboteur(
    'forgets the conversation',
    {
      'conversation-flow': 'the model remembers a name from three turns earlier',
      'chat-room': 'in this page: the whole conversation is in the prompt',
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
    'shares one memory between sessions',
    { 'conversation-flow': 'another session does not know the name' },
    {
      invoke: (agent) => (input, options) => {
        const chat = toChatInput(input);
        return agent.invoke(chat.sessionId ? { ...chat, sessionId: 'one' } : chat, options);
      },
    },
  ),
  // environment-summary
  subjectSaboteur(
    'reports another version',
    { 'environment-summary': 'transformers.js has the version that the page reports' },
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
      'environment-summary': 'the engine finds the adapter that the page reports',
      'backend-detection': 'auto picked the device that the probes suggest',
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
    { 'environment-summary': 'the thread count is within the limit that the page reports' },
    { device: ({ device }) => ({ ...device, threads: 64 }) },
  ),
];

/** Not simulated: ONNX Runtime really stays broken in a realm where a load has failed. */
function oneRealm(): Saboteur {
  const kept: Worker[] = [];
  const saboteur = subjectSaboteur(
    'loads every model in the same realm',
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
