import type { Agent, AgentChunk, AgentResponse, AgentStream, Message, TokenPiece } from '../src/agents/agent.js';
import { parseReply } from '../src/agents/reply.js';
import { streamOf } from '../src/agents/stream.js';
import { createEngineWorker } from '../src/engine/engine.js';
import { UnmockedError } from '../src/errors.js';
import { realSystem, type System } from '../src/scenarios/system.js';

/** A system that is broken on purpose in one way. The scenario that guards that way must fail on it. */
export interface Saboteur {
  name: string;
  /** The scenarios that must fail, by id, each with the check that must catch it. */
  guards: Record<string, string>;
  sabotage(): System;
  /** Undoes what outlives a run. */
  cleanUp?(): void;
}

type Overrides = { [K in keyof Agent]?: (agent: Agent) => Agent[K] };

function altered(agent: Agent, overrides: Overrides): Agent {
  return new Proxy(agent, {
    get(target, property) {
      const override = overrides[property as keyof Agent];
      if (override) return override(target);
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A saboteur whose agents are altered after they were really loaded. */
const agentSaboteur = (name: string, guards: Saboteur['guards'], overrides: Overrides): Saboteur => ({
  name,
  guards,
  sabotage: () => ({ ...realSystem, loadAgent: async (options) => altered(await realSystem.loadAgent(options), overrides) }),
});

const systemSaboteur = (name: string, guards: Saboteur['guards'], broken: (system: System) => Partial<System>): Saboteur => ({
  name,
  guards,
  sabotage: () => ({ ...realSystem, ...broken(realSystem) }),
});

/** A saboteur that changes every response, streamed or not. */
const responseSaboteur = (name: string, guards: Saboteur['guards'], change: (response: AgentResponse) => AgentResponse): Saboteur =>
  agentSaboteur(name, guards, {
    invoke: (agent) => async (payload, options) => change(await agent.invoke(payload, options)),
    invokeWithTools: (agent) => async (payload, tools, options) => change(await agent.invokeWithTools(payload, tools, options)),
  });

/** A saboteur of servers' agents only. */
function remoteSaboteur(name: string, guards: Saboteur['guards'], invoke: (agent: Agent) => Agent['invoke']): Saboteur {
  const loadAgent: System['loadAgent'] = async (options) => {
    const agent = await realSystem.loadAgent(options);
    const broken = agent.backend === 'remote' ? invoke(agent) : undefined;
    return broken ? altered(agent, { invoke: () => broken }) : agent;
  };
  return { name, guards, sabotage: () => ({ ...realSystem, loadAgent }) };
}

const withMetadata = (response: AgentResponse, metadata: Partial<AgentResponse['metadata']>): AgentResponse => ({ ...response, metadata: { ...response.metadata, ...metadata } });

export const saboteurs: Saboteur[] = [
  // load-agent
  agentSaboteur('names another digest', { 'load-agent': 'the agent names the digest that the registry pins' }, { model: (agent) => ({ ...agent.model, digest: '0'.repeat(64) }) }),
  agentSaboteur('claims a larger context window', { 'load-agent': "the context window is the registry's" }, { contextWindow: (agent) => agent.contextWindow! * 2 }),
  agentSaboteur('has a layer less', { 'load-agent': 'the session takes tokens and a KV cache of the right depth' }, {
    engineInfo: ({ engineInfo }) => engineInfo && { ...engineInfo, sessionInputs: engineInfo.sessionInputs.filter((name) => !name.startsWith('past_key_values.3')) },
  }),
  systemSaboteur('progress stops short of the total', { 'load-agent': 'progress reached the total' }, (system) => ({
    loadAgent: (options) => system.loadAgent({ ...options, onProgress: (progress) => progress.loadedBytes < progress.totalBytes / 2 && options.onProgress?.(progress) }),
  })),
  systemSaboteur('progress falls', { 'load-agent': 'progress never falls' }, (system) => ({
    loadAgent: (options) => {
      let calls = 0;
      return system.loadAgent({ ...options, onProgress: (progress) => options.onProgress?.(++calls % 2 ? progress : { ...progress, loadedBytes: 0 }) });
    },
  })),
  // chat-completion
  responseSaboteur('says nothing', { 'chat-completion': 'the reply is not empty', 'validate-agent': 'a working agent is valid' }, (response) => ({ ...response, response: '' })),
  responseSaboteur('says other words than it computed', { 'chat-completion': 'the text is the decoded token ids' }, (response) => withMetadata({ ...response, response: 'Hello there!' }, { text: 'Hello there!' })),
  responseSaboteur('always says that it stopped', { 'chat-completion': 'the finish reason of a reply that was cut is true' }, (response) => withMetadata(response, { finishReason: 'stop' })),
  agentSaboteur('ignores the token limit', { 'chat-completion': 'a limit of one token gives one token', 'stop-and-limits': 'in this page: a limit of 1 gives 1' }, { invoke: (agent) => (payload, options) => agent.invoke(payload, { ...options, maxNewTokens: 40 }) }),
  // validate-agent
  systemSaboteur('validation believes everything', { 'validate-agent': 'an agent that answers nothing is not valid' }, (system) => ({
    validateAgent: async (agent, options) => {
      const validation = await system.validateAgent(agent, options);
      return validation.valid ? validation : ({ valid: true, reply: 'Hello world', response: undefined as never } as const);
    },
  })),
  systemSaboteur('validation believes nothing', { 'validate-agent': 'a working agent is valid' }, (system) => ({
    validateAgent: async (agent, options) => ({ valid: false, reason: 'no', reply: (await system.validateAgent(agent, options)).reply }),
  })),
  // invalid-model
  systemSaboteur('puts a model in the place of one that is missing', { 'invalid-model': 'a model that does not exist is an error that names it and where it was looked for' }, (system) => ({
    loadAgent: (options) => system.loadAgent(typeof options.model === 'string' && options.model.startsWith('nonexistent/') ? { ...options, model: 'unmocked-tiny' } : options),
  })),
  oneRealm(),
  // backend-detection
  systemSaboteur('swaps an explicit device that is not there', { 'backend-detection': 'an explicit webgpu without an adapter is refused, not swapped' }, (system) => ({
    loadAgent: (options) => system.loadAgent(options).catch(() => system.loadAgent({ ...options, device: 'auto', pool: undefined })),
  })),
  systemSaboteur('hides the ladder', { 'backend-detection': 'the trace says that WebGPU was tried and why it failed', 'backend-fallback': 'nobody listens: the trace begins with the server and says why' }, (system) => ({
    loadAgent: async (options) => altered(await system.loadAgent(options), { device: ({ device }) => ({ ...device, attempts: device.attempts.slice(-1) }) }),
  })),
  // config-file
  systemSaboteur('ignores the config file', { 'config-file': 'max_new_tokens limits the reply' }, (system) => ({ loadAgent: (options) => system.loadAgent({ ...options, useConfig: undefined }) })),
  systemSaboteur('swallows unknown keys', { 'config-file': 'unknown keys are reported' }, (system) => ({ parseConfig: (toml) => ({ ...system.parseConfig(toml), unknownKeys: [] }) })),
  systemSaboteur('loses the place of an error', { 'config-file': 'broken TOML is refused with line and column' }, (system) => ({
    parseConfig: (toml) => {
      try {
        return system.parseConfig(toml);
      } catch {
        throw new Error('config.toml is broken');
      }
    },
  })),
  // concurrent-loading
  systemSaboteur('loads an engine for every agent', { 'concurrent-loading': 'four agents share one engine' }, (system) => ({
    loadAgent: (options) => system.loadAgent({ ...options, pool: system.createPool(options.pool?.options) }),
  })),
  systemSaboteur('mixes conversations', { 'concurrent-loading': "no other name is in Zorvik's prompts" }, (system) => {
    const everything: Message[] = [];
    return {
      loadAgent: async (options) =>
        altered(await system.loadAgent(options), {
          invoke: (agent) => async (payload, invokeOptions) => {
            const userMessage = typeof payload === 'string' ? payload : payload.userMessage;
            const memory = [...everything];
            everything.push({ role: 'user', content: userMessage }, { role: 'assistant', content: 'I see.' });
            return agent.invoke({ userMessage, memory }, invokeOptions);
          },
        }),
    };
  }),
  // streaming
  agentSaboteur('streams when all is computed', { 'streaming': 'leaving the loop early stops the work' }, { stream: (agent) => (payload, options) => afterwards(agent, payload, options) }),
  agentSaboteur('loses a chunk', { 'streaming': 'joined, they are the reply', 'remote-agent': 'the pieces joined are the reply' }, { stream: (agent) => (payload, options) => without(agent.stream(payload, options), 3) }),
  agentSaboteur('breaks characters that span tokens', { 'streaming': 'an emoji that spans tokens arrives whole' }, {
    streamTokens: (agent) => async (tokenIds) => Promise.all(tokenIds.map((tokenId) => agent.decode!([tokenId]))),
  }),
  agentSaboteur('goes on when nobody listens', { 'streaming': 'leaving the loop early stops the work' }, { stream: (agent) => (payload, options) => unstoppable(agent, payload, options) }),
  // memory-cleanup
  agentSaboteur('keeps its worker', { 'memory-cleanup': 'no worker is left after any round', 'concurrent-loading': 'then it is gone' }, { dispose: () => async () => undefined }),
  systemSaboteur('answers when disposed of', { 'memory-cleanup': 'a disposed agent says so when asked' }, (system) => ({
    loadAgent: async (options) => {
      const agent = await system.loadAgent(options);
      return altered(agent, {
        invoke: () => async (payload, invokeOptions) => {
          if (!agent.disposed) return agent.invoke(payload, invokeOptions);
          const substitute = await system.loadAgent(options);
          return substitute.invoke(payload, invokeOptions).finally(() => substitute.dispose());
        },
      });
    },
  })),
  systemSaboteur('leaks a hundred megabytes', { 'memory-cleanup': 'memory is back near where it was' }, (system) => {
    const leak: Uint8Array[] = [];
    return {
      loadAgent: async (options) => {
        leak.push(new Uint8Array(20 * 1024 * 1024).fill(1));
        return system.loadAgent(options);
      },
    };
  }),
  // conversation-flow
  agentSaboteur('forgets what was said', { 'conversation-flow': 'a name told two turns earlier comes back', 'chat-room': 'in this page: all that was said before is in its prompt' }, {
    invoke: (agent) => (payload, options) => agent.invoke(typeof payload === 'string' ? payload : { userMessage: payload.userMessage }, options),
  }),
  agentSaboteur('reads the history again every turn', { 'conversation-flow': 'turn 2 used the KV cache' }, { invoke: (agent) => (payload, options) => agent.invoke(payload, { ...options, useCache: false }) }),
  agentSaboteur('shares one memory among sessions', { 'conversation-flow': 'another session does not know it' }, {
    invoke: (agent) => (payload, options) => agent.invoke(typeof payload === 'object' && payload.sessionId ? { ...payload, sessionId: 'one' } : payload, options),
  }),
  // environment-summary
  systemSaboteur('names another version', { 'environment-summary': 'transformers.js has the version that the page names' }, (system) => ({
    describe: async () => ({ ...(await system.describe()), versions: { transformers: '9.9.9', onnxruntime: '9.9.9' } }),
  })),
  systemSaboteur('claims an adapter', { 'environment-summary': 'the engine finds the adapter that the page names', 'backend-detection': 'auto picked what the probes say' }, (system) => ({
    describe: async () => ({
      ...(await system.describe()),
      webgpu: { adapter: { vendor: 'acme', architecture: 'x', device: '', description: '', isFallbackAdapter: false, shaderF16: true } },
    }),
  })),
  agentSaboteur('claims more threads', { 'environment-summary': 'threads are within what the page says is possible' }, { device: ({ device }) => ({ ...device, threads: 64 }) }),
  // remote-agent
  systemSaboteur('answers itself in place of the server', { 'remote-agent': 'the agent is remote' }, (system) => ({
    loadAgent: (options) => system.loadAgent(options.backend === 'remote' ? { ...options, backend: 'local', model: 'unmocked-tiny' } : options),
  })),
  remoteSaboteur('makes up its usage', { 'remote-agent': 'usage is the number of token ids' }, (agent) => (payload, options) => agent.invoke(payload, options).then((response) => withMetadata(response, { usage: { ...response.metadata.usage, completionTokens: 7 } }))),
  remoteSaboteur('tells the server more than was said', { 'remote-agent': 'the prompt has as many tokens' }, (agent) => (payload, options) => agent.invoke({ systemContext: 'Be kind.', ...(typeof payload === 'string' ? { userMessage: payload } : payload) }, options)),
  // backend-fallback
  systemSaboteur('falls back from an explicit remote', { 'backend-fallback': 'an explicit remote never falls back' }, (system) => ({
    loadAgent: (options) => system.loadAgent(options).catch((error: Error) => (options.backend === 'remote' ? system.loadAgent({ ...options, backend: 'local', model: 'unmocked-tiny' }) : Promise.reject(error))),
  })),
  systemSaboteur('never asks the server', { 'backend-fallback': 'a server that answers is taken first' }, (system) => ({
    loadAgent: (options) => system.loadAgent(options.backend === 'auto' ? { ...options, backend: 'local' } : options),
  })),
  // remote-faults
  remoteSaboteur('has one error for everything', { 'remote-faults': 'status 401 is an error of its own' }, (agent) => (payload, options) => agent.invoke(payload, options).catch(() => Promise.reject(new UnmockedError('network', 'It failed.')))),
  remoteSaboteur('takes half an answer for the whole', { 'remote-faults': 'truncated JSON is an error of its own' }, (agent) => (payload, options) => agent.invoke(payload, options).catch(() => agent.invoke(payload, { ...options, maxNewTokens: 2 }))),
  remoteSaboteur('is never the same after an error', { 'remote-faults': 'status 500: the same agent works again' }, (agent) => {
    let failed = false;
    return async (payload, options) => {
      if (failed) return { ...(await agent.invoke(payload, options)), metadata: (await agent.invoke('What is 2 plus 3?', options)).metadata };
      return agent.invoke(payload, options).catch((error: Error) => {
        failed = true;
        throw error;
      });
    };
  }),
  systemSaboteur('leaves the key in its errors', { 'remote-faults': 'the key is not in the error' }, (system) => ({
    loadAgent: async (options) => {
      const agent = await system.loadAgent(options);
      return altered(agent, { invoke: () => (payload, invokeOptions) => agent.invoke(payload, invokeOptions).catch((error: UnmockedError) => Promise.reject(new UnmockedError(error.code, `${error.message} Sent: Bearer ${options.apiKey}.`, { details: error.details }))) });
    },
  })),
  systemSaboteur('sends again what was already shown', { 'remote-faults': 'after a first token nothing is sent again' }, (system) => ({
    loadAgent: async (options) => altered(await system.loadAgent(options), { stream: (agent) => (payload, streamOptions) => again(agent, payload, streamOptions) }),
  })),
  // config-precedence
  systemSaboteur('ignores what the address says', { 'config-precedence': 'local: url decides how much is computed' }, (system) => ({ loadAgent: (options) => system.loadAgent({ ...options, sources: { ...options.sources, url: {} } }) })),
  systemSaboteur('lets the environment win', { 'config-precedence': 'argument: wins over all that is weaker' }, (system) => ({
    resolveSettings: (given, backend) => system.resolveSettings({ ...given, argument: { ...given.argument, ...given.environment } }, backend),
  })),
  systemSaboteur("takes one backend's section for the other's", { 'config-precedence': 'remote: the section of the local backend does not count' }, (system) => ({
    parseConfig: (toml, environment) => {
      const config = system.parseConfig(toml, environment);
      const both = { ...config.backends.local, ...config.backends.remote };
      return { ...config, backends: { local: both, remote: both } };
    },
  })),
  systemSaboteur('sends the key wherever a link points', { 'config-precedence': 'a link cannot send a key elsewhere' }, (system) => ({
    resolveSettings: (given, backend) => {
      const resolved = system.resolveSettings(given, backend);
      return { ...resolved, settings: { ...resolved.settings, apiKey: given.settings?.apiKey ?? given.environment?.apiKey } };
    },
  })),
  // settings-persistence
  systemSaboteur('keeps settings in memory only', { 'settings-persistence': 'what was saved is there when opened anew' }, (system) => ({
    openSettings: (options) => system.openSettings({ ...options, local: memoryStorage(), session: memoryStorage() }),
  })),
  systemSaboteur('keeps every key for ever', { 'settings-persistence': 'the key is not among what outlives the session' }, (system) => ({
    openSettings: (options) => {
      const store = system.openSettings(options);
      const save = store.save.bind(store);
      store.save = (settings) => save(settings, { rememberKey: true });
      return store;
    },
  })),
  systemSaboteur('goes on with the backend of before', { 'settings-persistence': 'a changed backend is the one that answers' }, (system) => {
    let first: Parameters<System['loadAgent']>[0] | undefined;
    return { loadAgent: (options) => system.loadAgent(options.sources?.settings ? (first ??= options) : options) };
  }),
  // startup-validation
  systemSaboteur('finds every backend valid', { 'startup-validation': 'an invalid one: the cause is named' }, (system) => ({
    validateStartup: async (sources, options) => {
      const outcome = await system.validateStartup(sources, options);
      return outcome.status === 'invalid' ? { status: 'valid', backend: 'local', model: 'unmocked-tiny', device: { requested: 'auto', actual: 'wasm', attempts: [] }, reply: 'Hello world' } : outcome;
    },
  })),
  systemSaboteur('warns where nothing is configured', { 'startup-validation': 'nothing configured: it is silent' }, (system) => ({
    validateStartup: async (sources, options) => {
      const outcome = await system.validateStartup(sources, options);
      return outcome.status === 'none' ? { status: 'invalid', reason: 'no backend', error: new Error('no backend') } : outcome;
    },
  })),
  systemSaboteur('keeps what it loaded to validate', { 'startup-validation': 'a valid local model: it is let go of again' }, (system) => ({
    validateStartup: (sources, options) => system.validateStartup(sources, { ...options, load: async (loadOptions) => altered(await system.loadAgent({ ...loadOptions, pool: system.createPool() }), { dispose: () => async () => undefined }) }),
  })),
  // chat-room
  agentSaboteur('leaves out what is not talk', { 'chat-room': 'in this page: the party reaches the prompt as it is' }, {
    invoke: (agent) => (payload, options) => agent.invoke(typeof payload === 'object' && payload.userMessage.startsWith('{') ? { ...payload, userMessage: (JSON.parse(payload.userMessage) as { message: string }).message } : payload, options),
  }),
  agentSaboteur('goes on as if nothing broke', { 'chat-room': 'in this page: a reply breaks off in the middle' }, { stream: (agent) => (payload, options) => unbroken(agent, payload, options) }),
  // tool-calls
  responseSaboteur('calls with another argument', { 'tool-calls': 'in this page: the tool is called with the right argument' }, (response) => ({ ...response, toolCalls: response.toolCalls.map((call) => ({ ...call, arguments: { city: 'Paris' } })) })),
  responseSaboteur('swallows malformed calls', { 'tool-calls': 'in this page: it is reported' }, (response) => ({ ...response, problems: [] })),
  agentSaboteur('forgets the result of its tool', { 'tool-calls': 'in this page: the result is used in the next turn' }, {
    invoke: (agent) => (payload, options) => agent.invoke(typeof payload === 'object' && payload.userMessage.startsWith('TOOL_RESULT') ? { ...payload, userMessage: 'TOOL_RESULT: ' } : payload, options),
  }),
  // reasoning
  responseSaboteur('says what it thinks', { 'reasoning': 'in this page: there is a reply, without it' }, (response) => ({ ...response, response: response.metadata.text })),
  agentSaboteur('streams what it thinks as its reply', { 'reasoning': 'in this page: streamed, the reply is the same' }, {
    stream: (agent) => (payload, options) => changed(agent.stream(payload, options), (chunk) => ({ ...chunk, thinking: '', response: chunk.text })),
  }),
  // stop-and-limits
  agentSaboteur('ignores stop sequences', { 'stop-and-limits': 'in this page: a stop sequence ends the reply before it' }, { invoke: (agent) => (payload, options) => agent.invoke(payload, { ...options, stop: [] }) }),
  agentSaboteur('has one seed for everything', { 'stop-and-limits': 'in this page: another seed is another text' }, { invoke: (agent) => (payload, options) => agent.invoke(payload, { ...options, seed: 3 }) }),
  remoteSaboteur('has a seed of its own every time', { 'stop-and-limits': 'on the server: seed 1 twice is the same text' }, (agent) => {
    let calls = 0;
    return (payload, options) => agent.invoke(payload, { ...options, ...(options?.seed ? { seed: ++calls } : {}) });
  }),
];

/** No imitation: ONNX Runtime really stays broken in a realm in which a load has failed. */
function oneRealm(): Saboteur {
  const kept: Worker[] = [];
  const saboteur = systemSaboteur('loads every model in one realm', { 'invalid-model': 'a good model then loads and answers' }, (system) => ({
    createPool: (options) => {
      let only: Worker | undefined;
      return system.createPool({
        ...options,
        createWorker: () => {
          if (!only) kept.push((only = createEngineWorker()));
          only.terminate = () => undefined;
          return only;
        },
      });
    },
  }));
  return { ...saboteur, cleanUp: () => kept.splice(0).forEach((worker) => Worker.prototype.terminate.call(worker)) };
}

function afterwards(agent: Agent, payload: Parameters<Agent['stream']>[0], options: Parameters<Agent['stream']>[1]): AgentStream {
  return streamOf(async (onToken) => {
    const tokens: TokenPiece[] = [];
    const response = await agent.invoke(payload, { ...options, onToken: (token) => tokens.push(token) });
    tokens.forEach(onToken);
    return response;
  }, options ?? {});
}

function unstoppable(agent: Agent, payload: Parameters<Agent['stream']>[0], options: Parameters<Agent['stream']>[1]): AgentStream {
  return streamOf((onToken) => agent.invoke(payload, { ...options, onToken }), options ?? {});
}

function without(stream: AgentStream, index: number): AgentStream {
  return {
    response: stream.response,
    async *[Symbol.asyncIterator]() {
      for await (const chunk of stream) if (chunk.index !== index) yield chunk;
    },
  };
}

function changed(stream: AgentStream, change: (chunk: AgentChunk) => AgentChunk): AgentStream {
  return {
    response: stream.response,
    async *[Symbol.asyncIterator]() {
      for await (const chunk of stream) yield change(chunk);
    },
  };
}

/** Asks once more when a stream breaks. */
function again(agent: Agent, payload: Parameters<Agent['stream']>[0], options: Parameters<Agent['stream']>[1]): AgentStream {
  return streamOf((onToken, signal) => agent.stream(payload, { ...options, onToken, signal }).response.catch(() => agent.stream(payload, { ...options, onToken, signal }).response), options ?? {});
}

/** Says the whole reply first, and nobody can take it back. */
function unbroken(agent: Agent, payload: Parameters<Agent['stream']>[0], options: Parameters<Agent['stream']>[1]): AgentStream {
  return streamOf(async (onToken) => {
    const tokens: TokenPiece[] = [];
    const response = await agent.stream(payload, { ...options, onToken: (token) => tokens.push(token) }).response;
    tokens.forEach(onToken);
    return response;
  }, options ?? {});
}

function memoryStorage(): Storage {
  const entries = new Map<string, string>();
  return {
    get length() {
      return entries.size;
    },
    clear: () => entries.clear(),
    getItem: (key) => entries.get(key) ?? null,
    key: (index) => [...entries.keys()][index] ?? null,
    removeItem: (key) => void entries.delete(key),
    setItem: (key, value) => void entries.set(key, value),
  };
}

/** Right answers and right forms, and no model anywhere. */
export function cannedSystem(): System {
  const replies: [RegExp, string][] = [
    [/what is my name/i, 'Your name is Zorvik.'],
    [/my name is (\w+)/i, 'Nice to meet you, $1.'],
    [/say 'hello world'/i, 'Hello world. I am small but real.'],
    [/2 plus 3/i, '2 plus 3 is 5.'],
    [/9 plus 6/i, '<think>9 plus 6 is 15.</think>The answer is 15.'],
    [/who is in the party/i, 'Ally and Becca are in the party.'],
    [/weather in (\w+)/i, 'TOOL_CALL: get_weather(city=$1)'],
    [/TOOL_RESULT: (.*)/i, 'The weather in Quelmar is $1.'],
    [/story/i, 'Once upon a time there was a small dragon. The dragon lived near a quiet river.'],
    [/./s, 'Hello! How are you?'],
  ];
  const loadAgent: System['loadAgent'] = async (options) => {
    const agent = canned(await realSystem.loadAgent({ ...options, backend: 'local', model: 'unmocked-tiny' }), replies);
    if (options.backend !== 'remote') return agent;
    const url = options.apiUrl!.replace(/\/*$/, '/');
    return altered(agent, { backend: () => 'remote', device: () => ({ requested: 'remote', actual: 'remote', attempts: [{ device: 'remote', url, outcome: 'loaded', durationMs: 1 }], url }) });
  };
  return { ...realSystem, loadAgent, validateStartup: (sources, options) => realSystem.validateStartup(sources, { ...options, load: loadAgent }) };
}

/** It keeps a real agent for everything that it can copy (digest, session, tokenizer), but never asks it anything. */
function canned(agent: Agent, replies: [RegExp, string][]): Agent {
  const answer: Agent['invoke'] = async (payload, options = {}) => {
    if (agent.disposed) return agent.invoke(payload, options);
    const message = typeof payload === 'string' ? payload : payload.userMessage;
    const [pattern, reply] = replies.find(([candidate]) => candidate.test(message))!;
    const text = ` ${message.match(pattern)![0].replace(pattern, reply)}`;
    const prompt = `User: ${message}\nAssistant:`;
    const promptTokenIds = await agent.encode!(prompt);
    const all = [...(await agent.encode!(text)), ...(agent.engineInfo?.eosTokenIds ?? [])];
    const outputTokenIds = all.slice(0, options.maxNewTokens ?? 64);
    const said = await agent.decode!(outputTokenIds);
    outputTokenIds.forEach((tokenId, index) => options.onToken?.({ index, tokenId, text: index === 0 ? said : '' }));
    return {
      ...parseReply(said),
      metadata: {
        modelId: agent.model.id,
        device: agent.device.actual,
        finishReason: outputTokenIds.length < all.length ? 'length' : 'stop',
        text: said,
        rawText: said,
        prompt,
        promptTokenIds,
        outputTokenIds,
        usage: { promptTokens: promptTokenIds.length, prefilledTokens: promptTokenIds.length - 1, completionTokens: outputTokenIds.length, countedBy: 'engine' },
        seed: options.seed ?? 0,
        timings: { queued: 0, firstToken: 5, total: 50, tokensPerSecond: 300 },
      },
    };
  };
  return altered(agent, { invoke: () => answer, invokeWithTools: () => (payload, _tools, options) => answer(payload, options), stream: () => (payload, options = {}) => streamOf((onToken) => answer(payload, { ...options, onToken }), options) });
}
