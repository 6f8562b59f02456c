import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { conversations, TELLS_WEATHER, WEATHER_RESULT } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { MODEL } from './openai-helpers.mjs';

/* Clients of chat completions, unchanged, against the server. In a page: test/openai/. */

const [HELLO] = conversations.greeting.turns;
const [ANSWER] = replies.greeting;
const QUESTION = 'What is the weather in Quelmar?';

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
before(async () => (server = await startOpenAiServer({ apiKey: 'sk-clients', graceMs: 0 })));
after(() => server.close());

describe("the AI SDK's provider for compatible servers", () => {
  const model = () =>
    createOpenAICompatible({ name: 'own', baseURL: `${server.url}/v1`, apiKey: 'sk-clients' })(
      MODEL,
    );

  test('text, streamed and whole', async () => {
    const common = { model: model(), prompt: HELLO, temperature: 0, maxRetries: 0 };
    const { text, finishReason } = await generateText(common);
    assert.deepEqual([text, finishReason], [ANSWER, 'stop']);
    let streamed = '';
    for await (const piece of streamText(common).textStream) streamed += piece;
    assert.equal(streamed, ANSWER);
  });

  test('a tool, and the use of its result', async () => {
    /** @type {string[]} */
    const asked = [];
    const { text } = await generateText({
      model: model(),
      prompt: QUESTION,
      temperature: 0,
      maxRetries: 0,
      stopWhen: isStepCount(2),
      tools: {
        get_weather: tool({
          description: 'The weather of a city',
          inputSchema: z.object({ city: z.string() }),
          execute: async ({ city }) => {
            asked.push(city);
            return WEATHER_RESULT;
          },
        }),
      },
    });
    assert.deepEqual(asked, ['Quelmar']);
    assert.match(text, TELLS_WEATHER);
  });
});

describe('LangChain', () => {
  const chat = (apiKey = 'sk-clients') =>
    new ChatOpenAI({
      model: MODEL,
      apiKey,
      temperature: 0,
      maxRetries: 0,
      configuration: { baseURL: `${server.url}/v1` },
    });

  test('a reply, streamed and whole', async () => {
    const reply = await chat().invoke([new HumanMessage(HELLO)]);
    assert.equal(reply.text, ANSWER);
    let streamed = '';
    for await (const piece of await chat().stream(HELLO)) streamed += piece.text;
    assert.equal(streamed, ANSWER);
  });

  test('a tool call, and an object that fits a schema', async () => {
    const weather = {
      name: 'get_weather',
      description: 'The weather of a city',
      schema: z.object({ city: z.string() }),
    };
    const { tool_calls: calls } = await chat().bindTools([weather]).invoke(QUESTION);
    assert.deepEqual(
      calls?.map(({ name, args }) => [name, args]),
      [['get_weather', { city: 'Quelmar' }]],
    );
    const mood = z.object({ mood: z.enum(['calm', 'wild']) });
    assert.match((await chat().withStructuredOutput(mood).invoke(HELLO)).mood, /^(calm|wild)$/);
  });

  test('its own error for a wrong key', async () => {
    await assert.rejects(chat('sk-wrong').invoke(HELLO), /The API key is wrong/);
  });
});
