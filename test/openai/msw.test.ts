import { expect } from '@esm-bundle/chai';
import OpenAI from 'openai';
import { aServer, MODEL, STORY, tokensDuring } from './a-server.js';
import { http, setupWorker } from './clients/msw.js';

// An app that knows nothing of Unmocked: it has OpenAI's own URL and the browser's own fetch. Real
// requests go to MSW's real service worker.
describe('a handler of MSW with serveInPage', () => {
  let served: Awaited<ReturnType<typeof aServer>>;
  let worker: ReturnType<typeof setupWorker>;
  const app = new OpenAI({ apiKey: 'sk-app', dangerouslyAllowBrowser: true, maxRetries: 0 });
  const ask = {
    model: MODEL,
    messages: [{ role: 'user', content: STORY }],
    temperature: 0,
  } satisfies OpenAI.ChatCompletionCreateParamsNonStreaming;

  before(async () => {
    served = await aServer();
    worker = setupWorker(
      http.all('https://api.openai.com/v1/*', ({ request }) => served.fetch(request)),
    );
    await worker.start({ quiet: true, onUnhandledFrame: 'bypass' });
  });
  after(async () => {
    worker.stop();
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    served.dispose();
  });

  it('answers the app, streamed and not', async () => {
    const whole = await app.chat.completions.create({ ...ask, max_tokens: 24 });
    let streamed = '';
    for await (const { choices } of await app.chat.completions.create({
      ...ask,
      max_tokens: 24,
      stream: true,
    }))
      streamed += choices[0]?.delta.content ?? '';
    expect(streamed).to.equal(whole.choices[0]!.message.content);
    expect(whole.usage!.completion_tokens).to.equal(24);
  });

  it('stops computing when the app leaves a stream', async () => {
    const whole = await tokensDuring(() => app.chat.completions.create(ask));
    const tokens = await tokensDuring(async () => {
      const stream = await app.chat.completions.create({ ...ask, stream: true });
      for await (const { choices } of stream) if (choices[0]?.delta.content) break;
      await app.chat.completions.create({ ...ask, max_tokens: 1 });
    });
    expect(tokens).to.be.lessThan(whole / 2);
  });
});
