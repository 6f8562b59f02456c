import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import {
  Agent,
  OpenAIProvider,
  Runner,
  setTracingDisabled,
  tool as agentTool,
} from '@openai/agents';
import { generateText, isStepCount, Output, streamText, tool } from 'ai';
import { z } from 'zod';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { conversations, TELLS_WEATHER, WEATHER_RESULT } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { eventually, MODEL } from './openai-helpers.mjs';

/* The AI SDK's OpenAI provider and the Agents SDK, unchanged: both use /v1/responses by default. */

const [HELLO] = conversations.greeting.turns;
const [ANSWER] = replies.greeting;
const [STORY] = conversations.foxStory.turns;
const QUESTION = 'What is the weather in Quelmar?';

/** @type {import('../../scripts/lib/openai/server.mjs').RunningServer} */
let server;
before(async () => (server = await startOpenAiServer({ graceMs: 0 })));
after(() => server.close());

describe('the AI SDK', () => {
  /** @type {ReturnType<ReturnType<typeof createOpenAI>>} */
  let model;
  before(() => {
    model = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' })(MODEL);
  });
  const common = { temperature: 0, maxRetries: 0 };
  const weather = () => {
    /** @type {string[]} */
    const asked = [];
    const get_weather = tool({
      description: 'The weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => {
        asked.push(city);
        return WEATHER_RESULT;
      },
    });
    return { asked, tools: { get_weather } };
  };

  test('an object that fits a schema', async () => {
    const { output } = await generateText({
      ...common,
      model,
      prompt: HELLO,
      output: Output.object({
        schema: z.object({ mood: z.enum(['calm', 'wild']), age: z.number().int().min(1).max(9) }),
      }),
    });
    assert.match(output.mood, /^(calm|wild)$/);
    assert.ok(Number.isInteger(output.age) && output.age > 0, JSON.stringify(output));
  });

  test('a tool that has to be called', async () => {
    const { asked, tools } = weather();
    const { toolCalls } = await generateText({
      ...common,
      model,
      prompt: HELLO,
      tools,
      toolChoice: { type: 'tool', toolName: 'get_weather' },
    });
    assert.deepEqual(
      toolCalls.map(({ toolName }) => toolName),
      ['get_weather'],
    );
    assert.equal(typeof asked[0], 'string');
  });

  test('text', async () => {
    const { text, finishReason, usage, warnings } = await generateText({
      model,
      prompt: HELLO,
      ...common,
    });
    assert.deepEqual([text, finishReason], [ANSWER, 'stop']);
    assert.ok((usage.inputTokens ?? 0) > 0 && (usage.outputTokens ?? 0) > 0);
    assert.deepEqual(warnings ?? [], []);
  });

  test('a limit', async () => {
    const { finishReason } = await generateText({
      model,
      prompt: STORY,
      maxOutputTokens: 3,
      ...common,
    });
    assert.equal(finishReason, 'length');
  });

  test('a stream of text', async () => {
    const result = streamText({ model, prompt: HELLO, ...common });
    const pieces = [];
    for await (const piece of result.textStream) pieces.push(piece);
    assert.ok(pieces.length > 1, `${pieces.length} pieces`);
    assert.equal(pieces.join(''), ANSWER);
    assert.equal(await result.finishReason, 'stop');
  });

  test('tools run, and the model uses their results', async () => {
    const { asked, tools } = weather();
    const { text, steps } = await generateText({
      model,
      prompt: QUESTION,
      tools,
      stopWhen: isStepCount(3),
      ...common,
    });
    assert.deepEqual(asked, ['Quelmar']);
    assert.match(text, TELLS_WEATHER);
    assert.equal(steps.length, 2);
  });

  test('the same streamed', async () => {
    const { asked, tools } = weather();
    const result = streamText({
      model,
      prompt: QUESTION,
      tools,
      stopWhen: isStepCount(3),
      ...common,
    });
    assert.match(await result.text, TELLS_WEATHER);
    assert.deepEqual(asked, ['Quelmar']);
  });

  test('the next turn continues the messages of the last one', async () => {
    /** @type {import('ai').ModelMessage} */
    const user = { role: 'user', content: 'My name is Ada.' };
    const { responseMessages } = await generateText({ model, messages: [user], ...common });
    const { text } = await generateText({
      model,
      messages: [user, ...responseMessages, { role: 'user', content: 'What is my name?' }],
      ...common,
    });
    assert.match(text, /Ada/);
  });

  test('a bad request is its error', async () => {
    await assert.rejects(
      generateText({ model, prompt: 'river stone '.repeat(600), ...common }),
      (/** @type {import('ai').APICallError} */ error) => {
        assert.equal(error.statusCode, 400);
        assert.match(error.message, /context window/);
        return true;
      },
    );
  });

  test('an abort ends the computation', async () => {
    const prompt = STORY;
    const { usage } = await generateText({ model, prompt, ...common });
    const left = new AbortController();
    const result = streamText({
      model,
      prompt,
      abortSignal: left.signal,
      ...common,
    });
    let pieces = 0;
    for await (const _ of result.textStream) if (++pieces === 3) left.abort();
    assert.ok(pieces < (usage.outputTokens ?? 0) / 2, `${pieces} pieces`);
    await eventually(async () => {
      const { running } = await (await fetch(`${server.url}/health`)).json();
      assert.equal(running, 0);
    });
  });
});

describe('the Agents SDK', () => {
  /** @type {Runner} */
  let runner;
  before(() => {
    setTracingDisabled(true);
    runner = new Runner({
      modelProvider: new OpenAIProvider({ baseURL: `${server.url}/v1`, apiKey: 'none' }),
      tracingDisabled: true,
    });
  });
  /** @param {string[]} asked */
  const createAgent = (asked) =>
    new Agent({
      name: 'Weather',
      model: MODEL,
      modelSettings: { temperature: 0 },
      tools: [
        agentTool({
          name: 'get_weather',
          description: 'The weather of a city',
          parameters: z.object({ city: z.string() }),
          execute: async ({ city }) => {
            asked.push(city);
            return WEATHER_RESULT;
          },
        }),
      ],
    });

  test('a run calls a tool and uses its result', async () => {
    /** @type {string[]} */
    const asked = [];
    const { finalOutput } = await runner.run(createAgent(asked), QUESTION);
    assert.deepEqual(asked, ['Quelmar']);
    assert.match(finalOutput ?? '', TELLS_WEATHER);
  });

  test('the same streamed', async () => {
    /** @type {string[]} */
    const asked = [];
    const result = await runner.run(createAgent(asked), QUESTION, { stream: true });
    let text = '';
    for await (const event of result)
      if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta')
        text += event.data.delta;
    assert.deepEqual(asked, ['Quelmar']);
    assert.match(text, TELLS_WEATHER);
    assert.equal(result.finalOutput, text);
  });

  test('the next run continues the history of the last one', async () => {
    const agent = new Agent({ name: 'Friend', model: MODEL, modelSettings: { temperature: 0 } });
    const first = await runner.run(agent, 'My name is Ada.');
    const next = await runner.run(agent, [
      ...first.history,
      { role: 'user', content: 'What is my name?' },
    ]);
    assert.match(next.finalOutput ?? '', /Ada/);
  });
});
