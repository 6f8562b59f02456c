import { expect } from '@esm-bundle/chai';
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai';
import { loadAgent } from '../src/agents/load-agent.js';
import { conversations } from './conversations.mjs';

// The official client, unchanged, in a page of another origin. For the client in Node, see
// test/node/openai-client.test.mjs.
describe('the openai client in a page', () => {
  const { apiUrl, apiKey } = window.unmockedServer;
  const client = new OpenAI({
    baseURL: apiUrl,
    apiKey,
    dangerouslyAllowBrowser: true,
    maxRetries: 0,
  });
  const ask = {
    model: 'unmocked-tiny',
    messages: [{ role: 'user', content: conversations.story.turns[0] }],
    temperature: 0,
    max_tokens: 24,
  } satisfies OpenAI.ChatCompletionCreateParamsNonStreaming;

  it('lists the models', async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).to.deep.equal(['unmocked-tiny']);
  });

  it('gets the same, streamed and not, as our agent does', async () => {
    const whole = await client.chat.completions.create(ask);
    let streamed = '';
    for await (const chunk of await client.chat.completions.create({ ...ask, stream: true }))
      streamed += chunk.choices[0]?.delta.content ?? '';
    const agent = await loadAgent({
      backend: 'remote',
      apiUrl,
      apiKey,
      sources: { environment: {} },
    });
    const ours = await agent.invoke(ask.messages[0]!.content, { maxTokens: 24 });
    expect([streamed, ours.metadata.text]).to.deep.equal([
      whole.choices[0]!.message.content,
      whole.choices[0]!.message.content,
    ]);
    expect([whole.usage?.completion_tokens, whole.choices[0]!.finish_reason]).to.deep.equal([
      24,
      'length',
    ]);
    await agent.dispose();
  });

  it('gets errors as its own classes, across origins', async () => {
    const failure = (work: PromiseLike<unknown>) =>
      Promise.resolve(work).then(
        () => undefined,
        (error: Error) => error,
      );
    expect(
      await failure(client.chat.completions.create({ ...ask, model: 'nobody' })),
    ).to.be.instanceOf(NotFoundError);
    expect(
      await failure(client.chat.completions.create({ ...ask, temperature: 7 })),
    ).to.be.instanceOf(BadRequestError);
    expect(
      await failure(
        new OpenAI({
          baseURL: apiUrl,
          apiKey: 'sk-wrong',
          dangerouslyAllowBrowser: true,
          maxRetries: 0,
        }).models.list(),
      ),
    ).to.be.instanceOf(AuthenticationError);
  });
});
