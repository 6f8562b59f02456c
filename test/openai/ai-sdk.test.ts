import { expect } from '@esm-bundle/chai';
import { TELLS_WEATHER, WEATHER_RESULT } from '../conversations.mjs';
import { rejection } from '../helpers.js';
import { aServer, MODEL, STORY, tokensDuring, WEATHER } from './a-server.js';
import {
  createOpenAI,
  createOpenAICompatible,
  generateText,
  isStepCount,
  streamText,
  tool,
  z,
} from './clients/ai-sdk.js';

// The AI SDK, unchanged, with both of its providers that speak this protocol.
describe('the AI SDK with serveInPage', () => {
  let served: Awaited<ReturnType<typeof aServer>>;
  before(async () => void (served = await aServer()));
  after(() => served.dispose());

  const providers = {
    '@ai-sdk/openai-compatible': (id: string) =>
      createOpenAICompatible({ name: 'unmocked', ...served.client })(id),
    '@ai-sdk/openai, responses': (id: string) => createOpenAI(served.client)(id),
    '@ai-sdk/openai, chat': (id: string) => createOpenAI(served.client).chat(id),
  };

  for (const [name, provider] of Object.entries(providers)) {
    describe(name, () => {
      const ask = (prompt: string, maxOutputTokens?: number) => ({
        model: provider(MODEL),
        prompt,
        temperature: 0,
        maxOutputTokens,
        maxRetries: 0,
      });

      it('generates the text that it streams', async () => {
        const whole = await generateText(ask(STORY, 24));
        expect([whole.finishReason, whole.usage.outputTokens]).to.deep.equal(['length', 24]);
        let streamed = '';
        let deltas = 0;
        for await (const delta of streamText(ask(STORY, 24)).textStream) {
          streamed += delta;
          deltas++;
        }
        expect(streamed).to.equal(whole.text);
        expect(deltas).to.be.greaterThan(10);
      });

      it('runs a tool and uses its result', async () => {
        const cities: string[] = [];
        const { text, steps } = await generateText({
          ...ask(WEATHER),
          tools: {
            get_weather: tool({
              description: 'The weather in a city.',
              inputSchema: z.object({ city: z.string() }),
              execute: async ({ city }) => {
                cities.push(city);
                return WEATHER_RESULT;
              },
            }),
          },
          stopWhen: isStepCount(3),
        });
        expect(cities).to.deep.equal(['Quelmar']);
        expect(steps.length).to.equal(2);
        expect(text).to.match(TELLS_WEATHER);
      });

      it('stops computing when it is aborted', async () => {
        const whole = await tokensDuring(() => generateText(ask(STORY)));
        const tokens = await tokensDuring(async () => {
          const controller = new AbortController();
          const { textStream } = streamText({ ...ask(STORY), abortSignal: controller.signal });
          for await (const delta of textStream) if (delta) controller.abort();
          await generateText(ask('Hello.', 1));
        });
        expect(tokens).to.be.lessThan(whole / 2);
      });

      it('gets the message of an error', async () => {
        const error = await rejection<Error & { statusCode: number }>(
          generateText({ ...ask(STORY), model: provider('nobody') }),
        );
        expect(error.statusCode).to.equal(404);
        expect(error.message).to.include('has no model "nobody"');
      });
    });
  }
});
