import { expect, waitUntil } from '@open-wc/testing';
import OpenAI, { type APIError, APIUserAbortError, BadRequestError, NotFoundError } from 'openai';
import { ledger } from '../../src/engine/ledger.js';
import { TELLS_WEATHER, WEATHER_RESULT } from '../conversations.mjs';
import { rejection } from '../helpers.js';
import { aServer, MODEL, STORY, tokensDuring, WEATHER } from './a-server.js';

// The official client, unchanged, on the model of this page.
describe('the openai client with serveInPage', () => {
  let served: Awaited<ReturnType<typeof aServer>>;
  let client: OpenAI;
  const ask = {
    model: MODEL,
    messages: [{ role: 'user', content: STORY }],
    temperature: 0,
  } satisfies OpenAI.ChatCompletionCreateParamsNonStreaming;
  const create = (more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) =>
    client.chat.completions.create({ ...ask, ...more });

  before(async () => {
    served = await aServer();
    client = new OpenAI(served.client);
  });
  after(() => served.dispose());

  it('lists the models', async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).to.deep.equal(served.models);
    expect((await client.models.retrieve(MODEL)).id).to.equal(MODEL);
  });

  it('gets the same, streamed and not, and every token is computed in this page', async () => {
    let whole!: OpenAI.ChatCompletion;
    const tokens = await tokensDuring(async () => (whole = await create({ max_tokens: 24 })));
    expect(whole.usage!.completion_tokens).to.equal(24);
    expect(tokens).to.equal(24);
    let streamed = '';
    let chunks = 0;
    const stream = await client.chat.completions.create({ ...ask, max_tokens: 24, stream: true });
    for await (const { choices } of stream) {
      streamed += choices[0]?.delta.content ?? '';
      chunks++;
    }
    expect(streamed).to.equal(whole.choices[0]!.message.content);
    expect(chunks).to.be.greaterThan(10);
  });

  it('stops computing when a stream is left', async () => {
    const whole = await tokensDuring(() => create());
    const tokens = await tokensDuring(async () => {
      const stream = await client.chat.completions.create({ ...ask, stream: true });
      for await (const { choices } of stream) if (choices[0]?.delta.content) break;
      await create({ max_tokens: 1 }); // its turn comes when the one before has stopped
    });
    expect(tokens).to.be.lessThan(whole / 2);
  });

  it('stops computing when a request is aborted', async () => {
    const whole = await tokensDuring(() => create());
    const tokens = await tokensDuring(async () => {
      const controller = new AbortController();
      const stream = await client.chat.completions.create(
        { ...ask, stream: true },
        { signal: controller.signal },
      );
      controller.abort();
      for await (const chunk of stream) void chunk; // the client ends it without an error
      await create({ max_tokens: 1 });
    });
    expect(tokens).to.be.lessThan(whole / 2);
  });

  it('rejects at once when a request is aborted that is not streamed', async () => {
    const whole = await tokensDuring(() => create());
    const tokens = await tokensDuring(async () => {
      const controller = new AbortController();
      const reply = rejection(client.chat.completions.create(ask, { signal: controller.signal }));
      const before = ledger.tokens;
      await waitUntil(() => ledger.tokens > before, 'no token was computed', { interval: 1 });
      controller.abort();
      expect(await reply).to.be.instanceOf(APIUserAbortError);
      await create({ max_tokens: 1 });
    });
    expect(tokens).to.be.lessThan(whole / 2);
  });

  it('calls a tool and uses the result', async () => {
    const tools: OpenAI.ChatCompletionTool[] = [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: 'The weather in a city.',
          parameters: {
            type: 'object',
            properties: { city: { type: 'string' } },
            required: ['city'],
          },
        },
      },
    ];
    const question = { role: 'user', content: WEATHER } as const;
    const { choices } = await create({ messages: [question], tools });
    const { message, finish_reason: reason } = choices[0]!;
    const call = message.tool_calls![0] as OpenAI.ChatCompletionMessageFunctionToolCall;
    expect([reason, call.function.name, JSON.parse(call.function.arguments)]).to.deep.equal([
      'tool_calls',
      'get_weather',
      { city: 'Quelmar' },
    ]);
    const answer = await create({
      messages: [
        question,
        message,
        { role: 'tool', tool_call_id: call.id, content: WEATHER_RESULT },
      ],
      tools,
    });
    expect(answer.choices[0]!.message.content).to.match(TELLS_WEATHER);
  });

  it('gets errors as its own classes', async () => {
    expect(await rejection(create({ model: 'nobody' }))).to.be.instanceOf(NotFoundError);
    expect(await rejection(create({ temperature: 7 }))).to.be.instanceOf(BadRequestError);
    const nothing = await rejection<APIError>(client.files.list());
    expect([nothing.status, nothing.code]).to.deep.equal([404, 'unknown_url']);
  });
});
