import { expect } from '@open-wc/testing';
import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from 'openai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import { ledger } from '../../src/engine/ledger.js';
import { serveInPage, type ServedInPage } from '../../src/openai/serve-in-page.js';

// The official client, unchanged, on a model of its own page. No server is involved.
describe('the openai client with serveInPage', () => {
  const pool = new EnginePool();
  let served: ServedInPage;
  let client: OpenAI;
  const ask = {
    model: 'unmocked-tiny',
    messages: [{ role: 'user', content: 'Tell me a story about a dragon.' }],
    temperature: 0,
    max_tokens: 24,
  } satisfies OpenAI.ChatCompletionCreateParamsNonStreaming;
  const connect = ({ fetch, baseURL }: ServedInPage, more: object = {}) =>
    new OpenAI({
      fetch,
      baseURL,
      apiKey: 'none',
      dangerouslyAllowBrowser: true,
      maxRetries: 0,
      ...more,
    });

  before(async () => {
    served = await serveInPage({ device: 'wasm', pool });
    client = connect(served);
  });
  after(() => served.dispose());

  it('lists the models', async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).to.deep.equal(['unmocked-tiny']);
    expect(served.models).to.deep.equal(['unmocked-tiny']);
  });

  it('gets tokens that this page computed, the same streamed, whole and from an agent', async () => {
    const before = ledger.tokens;
    const whole = await client.chat.completions.create(ask);
    expect(ledger.tokens - before).to.equal(whole.usage!.completion_tokens);
    let streamed = '';
    let chunks = 0;
    for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? '';
      chunks++;
    }
    const agent = await loadAgent({ device: 'wasm', pool, sources: { environment: {} } });
    const ours = await agent.invoke(ask.messages[0]!.content, { maxTokens: 24 });
    await agent.dispose();
    expect(chunks).to.be.greaterThan(5);
    expect([streamed, ours.response]).to.deep.equal([
      whole.choices[0]!.message.content,
      whole.choices[0]!.message.content!.trim(),
    ]);
    expect(whole.choices[0]!.finish_reason).to.equal('length');
  });

  it('calls a tool and uses its result', async () => {
    const tools = [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: 'Tells the weather in a city.',
          parameters: {
            type: 'object',
            properties: { city: { type: 'string' } },
            required: ['city'],
          },
        },
      },
    ] satisfies OpenAI.ChatCompletionTool[];
    const question = { role: 'user', content: 'What is the weather in Quelmar?' } as const;
    const first = await client.chat.completions.create({ ...ask, messages: [question], tools });
    const [call] = first.choices[0]!.message.tool_calls!;
    expect(first.choices[0]!.finish_reason).to.equal('tool_calls');
    expect(call).to.deep.include({
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Quelmar"}' },
    });
    const second = await client.chat.completions.create({
      ...ask,
      messages: [
        question,
        first.choices[0]!.message,
        { role: 'tool', tool_call_id: call!.id, content: 'snowy' },
      ],
      tools,
    });
    expect(second.choices[0]!.message.content).to.include('snowy');
  });

  it('stops computing when the client aborts', async () => {
    const long = { ...ask, max_tokens: 400, temperature: 1, logit_bias: {}, stream: true } as const;
    const before = ledger.tokens;
    const stream = await client.chat.completions.create(long);
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    // The engine serves one request at a time: this one is answered once the other has stopped.
    await client.chat.completions.create({ ...ask, max_tokens: 1 });
    expect(ledger.tokens - before).to.be.lessThan(200);
  });

  it('rejects with the abort before and while it waits', async () => {
    const aborted = AbortSignal.abort();
    const early = await client.chat.completions
      .create(ask, { signal: aborted })
      .catch((error: unknown) => error);
    expect(early).to.be.instanceOf(APIUserAbortError);
    const leaving = new AbortController();
    const late = client.chat.completions.create(
      { ...ask, max_tokens: 400 },
      { signal: leaving.signal },
    );
    leaving.abort();
    expect(await late.catch((error: unknown) => error)).to.be.instanceOf(APIUserAbortError);
  });

  it("gives the client's own errors", async () => {
    const unknown = await client.chat.completions
      .create({ ...ask, model: 'nope' })
      .catch((error: unknown) => error);
    expect(unknown).to.be.instanceOf(NotFoundError);
    expect((unknown as NotFoundError).message).to.include('"unmocked-tiny"');
    const wrong = await client.chat.completions
      .create({ ...ask, temperature: 9 })
      .catch((error: unknown) => error);
    expect(wrong).to.be.instanceOf(BadRequestError);
    const long = await client.chat.completions
      .create({ ...ask, messages: [{ role: 'user', content: 'word '.repeat(2000) }] })
      .catch((error: unknown) => error);
    expect((long as BadRequestError).code).to.equal('context_length_exceeded');
  });

  it("answers at the app's own base URL, and 404 elsewhere", async () => {
    const own = connect(served, { baseURL: 'https://api.openai.com/v1' });
    expect((await own.models.retrieve('unmocked-tiny')).id).to.equal('unmocked-tiny');
    const prefixed = connect(served, { baseURL: 'https://gateway.example/openai/v1/' });
    expect((await prefixed.models.retrieve('unmocked-tiny')).id).to.equal('unmocked-tiny');
    const other = await served.fetch('https://api.openai.com/elsewhere');
    expect(other.status).to.equal(404);
    expect((await other.json()).error.code).to.equal('unknown_url');
  });

  it('keeps the KV cache of a conversation that goes on', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'user', content: 'My name is Zorvik.' },
    ];
    const first = await client.chat.completions.create({ ...ask, messages });
    messages.push(first.choices[0]!.message, { role: 'user', content: 'What is my name?' });
    const second = await client.chat.completions.create({ ...ask, messages });
    expect(second.choices[0]!.message.content).to.include('Zorvik');
  });

  it('answers 503 after it was disposed of, and releases the engine', async () => {
    const own = new EnginePool();
    const short = await serveInPage({ device: 'wasm', pool: own });
    expect(own.size).to.equal(1);
    short.dispose();
    short.dispose();
    expect(own.size).to.equal(0);
    const error = await connect(short)
      .models.list()
      .catch((reason: unknown) => reason);
    expect((error as { status: number }).status).to.equal(503);
    expect((error as Error).message).to.include('serveInPage()');
  });
});
