/**
 * The measurements in the page, which engine.mjs calls. Each figure that is compared comes with a
 * baseline from the same run.
 */
import { chooseFormat } from '../../src/agents/prompt/choose-format.js';
import {
  type Agent,
  assets,
  EnginePool,
  loadAgent,
  type LoadAgentOptions,
  resolveModel,
} from '../../src/index.js';
import { serveInPage } from '../../src/openai/index.js';

assets.base = new URL('../../', location.href).href;

export interface Target extends Pick<LoadAgentOptions, 'model' | 'hubUrl' | 'device'> {}

const STORY = 'Tell me a story about a dragon.';

async function withAgent<T>(
  target: Target,
  pool: EnginePool,
  work: (agent: Agent) => Promise<T>,
): Promise<T> {
  const agent = await loadAgent({ ...target, pool });
  try {
    return await work(agent);
  } finally {
    await agent.dispose();
  }
}

async function memory(): Promise<number> {
  const { performance } = globalThis as unknown as {
    performance: { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
  };
  return (await performance.measureUserAgentSpecificMemory()).bytes;
}

/**
 * Bytes of the page with one agent and with four, after all have answered. Uses one thread, because
 * the browser cannot measure the memory of sleeping threads.
 */
async function memoryOfAgents(target: Target): Promise<{ one: number; four: number }> {
  const pool = new EnginePool({ threads: 1 });
  const ask = (agent: Agent, name: string) =>
    agent.invoke({ userMessage: `My name is ${name}.`, sessionId: name }, { maxTokens: 16 });
  const first = await loadAgent({ ...target, pool });
  await ask(first, 'Zorvik');
  const one = await memory();
  const others = await Promise.all(
    ['Luna', 'Milo', 'Brannoc'].map(async (name) => ({
      name,
      agent: await loadAgent({ ...target, pool }),
    })),
  );
  await Promise.all(others.map(({ agent, name }) => ask(agent, name)));
  const four = await memory();
  for (const agent of [first, ...others.map((other) => other.agent)]) await agent.dispose();
  return { one, four };
}

/**
 * Load in milliseconds and decode in tokens per second. Alternates between one WASM thread and
 * several.
 */
async function threads(
  target: Target,
  several: number,
): Promise<Record<'one' | 'several', { load: number[]; rate: number[] }>> {
  const samples = {
    one: { load: [] as number[], rate: [] as number[] },
    several: { load: [] as number[], rate: [] as number[] },
  };
  for (let sample = 0; sample < 5; sample++) {
    for (const [name, count] of [
      ['one', 1],
      ['several', several],
    ] as const) {
      const startedAt = performance.now();
      await withAgent(
        { ...target, device: 'wasm' },
        new EnginePool({ threads: count }),
        async (agent) => {
          samples[name].load.push(performance.now() - startedAt);
          await agent.invoke(STORY, { maxTokens: 32 }); // until V8 has optimized
          const { metadata } = await agent.invoke(STORY, { maxTokens: 48 });
          samples[name].rate.push(metadata.timings.tokensPerSecond);
        },
      );
    }
  }
  return samples;
}

/** Tokens per second as a stream's reader sees them, against those of `invoke`, in turn. */
async function streaming(target: Target): Promise<{ streamed: number[]; invoked: number[] }> {
  return withAgent(target, new EnginePool(), async (agent) => {
    const rates = { streamed: [] as number[], invoked: [] as number[] };
    const options = { maxTokens: 48 };
    await agent.invoke(STORY, options);
    for (let sample = 0; sample < 7; sample++) {
      for (const name of ['invoked', 'streamed'] as const) {
        const startedAt = performance.now();
        let count = 0;
        if (name === 'streamed')
          for await (const chunk of agent.stream(STORY, options)) count = chunk.index + 1;
        else count = (await agent.invoke(STORY, options)).metadata.outputTokenIds.length;
        rates[name].push((count / (performance.now() - startedAt)) * 1000);
      }
    }
    return rates;
  });
}

/**
 * Milliseconds to the first content of a server's stream. Alternates between a bare `fetch` and the
 * remote agent's reader.
 */
async function remoteFirstToken(apiUrl: string): Promise<{ bare: number[]; agent: number[] }> {
  const agent = await loadAgent({
    backend: 'remote',
    apiUrl,
    model: 'unmocked-tiny',
    sources: { environment: {} },
  });
  const samples = { bare: [] as number[], agent: [] as number[] };
  const body = JSON.stringify({
    model: 'unmocked-tiny',
    messages: [{ role: 'user', content: STORY }],
    max_tokens: 8,
    temperature: 0,
    seed: 0,
    stream: true,
    stream_options: { include_usage: true },
  });
  for (let sample = -5; sample < 25; sample++) {
    const bareAt = performance.now();
    const response = await fetch(`${apiUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    let text = '';
    let bare = 0;
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(bytes);
      if (bare === 0 && /"content":"[^"]/.test(text)) bare = performance.now() - bareAt;
    }
    const agentAt = performance.now();
    let first = 0;
    for await (const chunk of agent.stream(STORY, { maxTokens: 8 }))
      if (first === 0 && chunk.text) first = performance.now() - agentAt;
    if (sample < 0) continue; // until V8 has optimized
    samples.bare.push(bare);
    samples.agent.push(first);
  }
  await agent.dispose();
  return samples;
}

/**
 * Milliseconds to the first token of the same request: from the engine itself, and to the first
 * content that the stream of `serveInPage` brings. Each keeps its KV cache.
 */
async function inPageFirstToken({ model = 'unmocked-tiny', hubUrl, device = 'auto' }: Target) {
  const pool = new EnginePool();
  const page = resolveModel(model, { hub: hubUrl });
  const { engine, release } = await pool.acquire({ model: page, device });
  const served = await serveInPage({ model: page, device, pool });
  const body = {
    model: page.id,
    messages: [{ role: 'user', content: STORY }],
    max_tokens: 8,
    temperature: 0,
    seed: 0,
    stream: true,
  };
  const facts = { ...engine.info, wanted: page.promptFormat };
  const format = chooseFormat(facts, (messages, options) =>
    engine.renderTemplate(messages, options),
  );
  const prompt = await format.render({
    messages: [{ role: 'user', content: STORY }],
    tools: [],
  });
  const request = {
    prompt,
    maxTokens: 8,
    temperature: 0,
    topP: 1,
    topK: 0,
    repetitionPenalty: 1,
    seed: 0,
    stop: [...format.stop],
    client: 'bench',
    conversation: 'bench',
  };
  const samples = { engine: [] as number[], fetch: [] as number[] };
  for (let sample = -5; sample < 25; sample++) {
    const engineAt = performance.now();
    let direct = 0;
    const onToken = ({ text }: { text: string }) => {
      if (direct === 0 && text) direct = performance.now() - engineAt;
    };
    await engine.generate(request, { onToken });
    const fetchAt = performance.now();
    const response = await served.fetch(`${served.baseURL}/chat/completions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    let text = '';
    let first = 0;
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(bytes);
      if (first === 0 && /"content":"[^"]/.test(text)) first = performance.now() - fetchAt;
    }
    if (sample < 0) continue; // until V8 has optimized
    samples.engine.push(direct);
    samples.fetch.push(first);
  }
  served.dispose();
  release();
  return samples;
}

/**
 * Tokens per second of decoding, in turn: free text, and the same length of JSON that fits a schema
 * which the engine has seen before.
 */
async function constrainedRate(target: Target): Promise<{ free: number[]; schema: number[] }> {
  return withAgent(target, new EnginePool(), async (agent) => {
    const samples = { free: [] as number[], schema: [] as number[] };
    const schema = { type: 'array', items: { type: 'string' }, minItems: 100 };
    const messages = [{ role: 'user' as const, content: STORY }];
    for (let sample = -3; sample < 15; sample++) {
      for (const kind of ['free', 'schema'] as const) {
        const responseFormat =
          kind === 'schema' ? { type: 'json-schema' as const, schema } : undefined;
        const { metadata } = await agent.invoke({ messages, responseFormat }, { maxTokens: 96 });
        if (sample >= 0) samples[kind].push(metadata.timings.tokensPerSecond);
      }
    }
    return samples;
  });
}

const measures = {
  constrainedRate,
  memoryOfAgents,
  threads,
  streaming,
  remoteFirstToken,
  inPageFirstToken,
};
export type Measures = typeof measures;
Object.assign(globalThis, { measures });
