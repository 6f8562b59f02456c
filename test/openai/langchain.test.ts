import { expect } from '@esm-bundle/chai';
import { WEATHER_RESULT } from '../conversations.mjs';
import { rejection } from '../helpers.js';
import { aServer, MODEL, STORY, tokensDuring, WEATHER } from './a-server.js';
import { ChatOpenAI, tool, z } from './clients/langchain.js';

// LangChain, unchanged.
describe('ChatOpenAI of LangChain with serveInPage', () => {
  let served: Awaited<ReturnType<typeof aServer>>;
  before(async () => void (served = await aServer()));
  after(() => served.dispose());

  const chat = (maxTokens?: number, model = MODEL) =>
    new ChatOpenAI({
      model,
      temperature: 0,
      maxTokens,
      maxRetries: 0,
      apiKey: 'none',
      configuration: served.client,
    });

  it('gets the text that it streams', async () => {
    const whole = await chat(24).invoke(STORY);
    expect(whole.usage_metadata?.output_tokens).to.equal(24);
    let streamed = '';
    let chunks = 0;
    for await (const { text } of await chat(24).stream(STORY)) {
      streamed += text;
      chunks++;
    }
    expect(streamed).to.equal(whole.text);
    expect(chunks).to.be.greaterThan(10);
  });

  it('binds a tool', async () => {
    const weather = tool(async () => WEATHER_RESULT, {
      name: 'get_weather',
      description: 'The weather in a city.',
      schema: z.object({ city: z.string() }),
    });
    const model = chat().bindTools([weather]);
    const { tool_calls: calls } = await model.invoke(WEATHER);
    expect(calls?.map(({ name, args }) => [name, args])).to.deep.equal([
      ['get_weather', { city: 'Quelmar' }],
    ]);
  });

  it('stops computing when a stream is left', async () => {
    const whole = await tokensDuring(() => chat().invoke(STORY));
    const tokens = await tokensDuring(async () => {
      const controller = new AbortController();
      const stream = await chat().stream(STORY, { signal: controller.signal });
      const rest = (async () => {
        for await (const { text } of stream) if (text) controller.abort();
      })();
      await rejection(rest);
      await chat(1).invoke('Hello.');
    });
    expect(tokens).to.be.lessThan(whole / 2);
  });

  it('gets the message of an error', async () => {
    const error = await rejection(chat(1, 'nobody').invoke(STORY));
    expect(error.message).to.include('has no model "nobody"');
  });
});
