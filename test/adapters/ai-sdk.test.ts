import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type {
  LanguageModelV2,
  LanguageModelV2CallOptions,
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV4,
  LanguageModelV4CallOptions,
} from '@ai-sdk/provider';
import { expect } from '@esm-bundle/chai';
import type { AISDKCallOptions } from '../../src/adapters/ai-sdk-call.js';
import { readEnding } from '../../src/adapters/ai-sdk-reply.js';
import { type AISDKLanguageModel, fromAISDK } from '../../src/adapters/from-ai-sdk.js';
import { LONG_MESSAGE, rejection } from '../helpers.js';
import {
  answers,
  callsTools,
  HELLO,
  passesTheSuite,
  refusesTooMuch,
  STOP,
  STOPPED,
  STORY,
  withAgent,
} from './ask-agent.js';

// What the adapter sends is what each version takes, and each version's model is one of ours.
type Fits<Given extends Wanted, Wanted> = Given;
export type Options = [
  Fits<AISDKCallOptions, LanguageModelV2CallOptions>,
  Fits<AISDKCallOptions, LanguageModelV3CallOptions>,
  Fits<AISDKCallOptions, LanguageModelV4CallOptions>,
];
export type Models = [
  Fits<LanguageModelV2, AISDKLanguageModel>,
  Fits<LanguageModelV3, AISDKLanguageModel>,
  Fits<LanguageModelV4, AISDKLanguageModel>,
];

/** The AI SDK's provider against the test runner's server, on another origin. */
describe('fromAISDK with @ai-sdk/openai-compatible', () => {
  const { apiUrl: baseURL, apiKey } = window.unmockedServer;
  const modelWith = (key: string, id = 'unmocked-tiny') =>
    createOpenAICompatible({
      name: 'unmocked',
      baseURL,
      apiKey: key,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(id);
  const load = () => fromAISDK(modelWith(apiKey));

  answers(load);
  passesTheSuite(load);
  callsTools(load);
  refusesTooMuch(load, LONG_MESSAGE);

  it('passes limits, stop sequences and counts on, streamed or not', () =>
    withAgent(load(), async (agent) => {
      for (const { metadata } of [
        await agent.invoke(STORY, { maxTokens: 5 }),
        await agent.stream(STORY, { maxTokens: 5 }).response,
      ]) {
        const { completionTokens, countedBy } = metadata.usage;
        expect([metadata.finishReason, completionTokens, countedBy]).to.deep.equal([
          'length',
          5,
          'agent',
        ]);
      }
      expect((await agent.invoke(HELLO, { stop: [STOP] })).response).to.equal(STOPPED);
    }));

  it('says what the server refuses', async () => {
    const codeOf = (model: AISDKLanguageModel) =>
      withAgent(fromAISDK(model), async (agent) => (await rejection(agent.invoke(HELLO))).code);
    expect([
      await codeOf(modelWith('sk-wrong')),
      await codeOf(modelWith(apiKey, 'nobody')),
    ]).to.deep.equal(['unauthorized', 'model-not-found']);
  });

  it('refuses a version that it does not know', () => {
    const model = {
      ...modelWith(apiKey),
      specificationVersion: 'v1',
      modelId: 'old',
      provider: 'x',
    };
    expect(() => fromAISDK(model as unknown as AISDKLanguageModel)).to.throw(
      /specificationVersion "v1"\. Allowed: v2, v3, v4/,
    );
  });

  // The installed providers are of version 4 only.
  it('reads the endings of every version', () => {
    const usage = { promptTokens: 7, completionTokens: 3, cachedTokens: 2 };
    expect(
      readEnding({
        finishReason: 'tool-calls',
        usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 2 },
      }),
    ).to.deep.equal({ finishReason: 'tool_calls', usage });
    expect(
      readEnding({
        finishReason: { unified: 'length' },
        usage: { inputTokens: { total: 7, cacheRead: 2 }, outputTokens: { total: 3 } },
      }),
    ).to.deep.equal({ finishReason: 'length', usage });
    expect(readEnding({ finishReason: { unified: 'stop' }, usage: {} })).to.deep.equal({
      finishReason: 'stop',
    });
  });
});
