import { expect } from '@esm-bundle/chai';
import OpenAI from 'openai';
import { fromChatCompletions } from '../../src/adapters/from-chat-completions.js';
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

/** The official client against the test runner's server, on another origin. */
describe('fromChatCompletions with the openai client', () => {
  const { apiUrl, apiKey } = window.unmockedServer;
  const clientWith = (key: string) =>
    new OpenAI({ baseURL: apiUrl, apiKey: key, dangerouslyAllowBrowser: true, maxRetries: 0 });
  const load = () => fromChatCompletions(clientWith(apiKey), { model: 'unmocked-tiny' });

  answers(load);
  passesTheSuite(load);
  callsTools(load);
  refusesTooMuch(load, LONG_MESSAGE);

  it('passes limits, stop sequences and counts on', () =>
    withAgent(load(), async (agent) => {
      const { metadata } = await agent.invoke(STORY, { maxTokens: 5 });
      const { completionTokens, countedBy } = metadata.usage;
      expect([metadata.finishReason, completionTokens, countedBy]).to.deep.equal([
        'length',
        5,
        'agent',
      ]);
      expect((await agent.invoke(HELLO, { stop: [STOP] })).response).to.equal(STOPPED);
    }));

  it('counts in a stream, too', () =>
    withAgent(load(), async (agent) => {
      const { metadata } = await agent.stream(STORY, { maxTokens: 5 }).response;
      expect(metadata.usage.completionTokens).to.equal(5);
    }));

  it('says what the server refuses', async () => {
    const codeOf = (loader: ReturnType<typeof load>) =>
      withAgent(loader, async (agent) => (await rejection(agent.invoke(HELLO))).code);
    expect([
      await codeOf(fromChatCompletions(clientWith('sk-wrong'), { model: 'unmocked-tiny' })),
      await codeOf(fromChatCompletions(clientWith(apiKey), { model: 'nobody' })),
      await codeOf(
        fromChatCompletions(
          new OpenAI({
            baseURL: window.unmockedServer.closedToUs,
            apiKey,
            dangerouslyAllowBrowser: true,
            maxRetries: 0,
          }),
          { model: 'unmocked-tiny' },
        ),
      ),
    ]).to.deep.equal(['unauthorized', 'model-not-found', 'network']);
  });
});
