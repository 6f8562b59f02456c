import { expect } from '@esm-bundle/chai';
import { Engine } from '../../src/engine/engine.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import { loadAgent } from '../../src/agents/load-agent.js';
import { serveInPage } from '../../src/openai/index.js';
import { rejection, tinyQ8 } from '../helpers.js';
import { aServer, MODEL, STORY } from './a-server.js';

const chat = (body: object = {}): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    model: MODEL,
    messages: [{ role: 'user', content: STORY }],
    temperature: 0,
    max_tokens: 8,
    ...body,
  }),
});

async function read(response: Response): Promise<void> {
  const reader = response.body!.getReader();
  while (!(await reader.read()).done);
}

describe('serveInPage', () => {
  it('ignores the origin and what comes before /v1/', async () => {
    const served = await aServer();
    for (const base of ['https://api.openai.com/v1', '/v1', 'https://a.example/v1/x/openai/v1'])
      expect((await served.fetch(`${base}/chat/completions`, chat())).status).to.equal(200);
    served.dispose();
  });

  it('answers 404 in the form of OpenAI at other paths', async () => {
    const served = await aServer();
    const response = await served.fetch('https://api.openai.com/chat/completions', chat());
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect([response.status, error.code]).to.deep.equal([404, 'unknown_url']);
    served.dispose();
  });

  it('takes a Request, as fetch does', async () => {
    const served = await aServer();
    const response = await served.fetch(new Request(`${served.baseURL}/chat/completions`, chat()));
    expect(response.status).to.equal(200);
    served.dispose();
  });

  it('rejects with the reason of the signal, and so does a body that is read', async () => {
    const served = await aServer();
    const url = `${served.baseURL}/chat/completions`;
    const reason = new Error('enough');
    const before = served.fetch(url, { ...chat(), signal: AbortSignal.abort(reason) });
    expect(await rejection(before)).to.equal(reason);
    const controller = new AbortController();
    const response = await served.fetch(url, {
      ...chat({ stream: true, max_tokens: 400 }),
      signal: controller.signal,
    });
    controller.abort(reason);
    expect(await rejection(read(response))).to.equal(reason);
    served.dispose();
  });

  it('reads only the new part of a conversation that continues', async () => {
    const pool = new EnginePool();
    const served = await aServer({ pool });
    const requests: string[] = [];
    const { generate } = Engine.prototype;
    Engine.prototype.generate = async function (...args) {
      const result = await generate.apply(this, args);
      requests.push(`${result.prefilledTokens < result.promptTokenIds.length}`);
      return result;
    };
    try {
      const url = `${served.baseURL}/chat/completions`;
      const response = await served.fetch(url, chat());
      const { choices } = (await response.json()) as { choices: { message: object }[] };
      await served.fetch(
        url,
        chat({
          messages: [
            { role: 'user', content: STORY },
            choices[0]!.message,
            { role: 'user', content: 'And then?' },
          ],
        }),
      );
    } finally {
      Engine.prototype.generate = generate;
    }
    expect(requests).to.deep.equal(['false', 'true']);
    served.dispose();
  });

  it('shares its engine with agents, and ends it with the last of them', async () => {
    const pool = new EnginePool();
    const served = await aServer({ pool });
    const agent = await loadAgent({ model: tinyQ8(), backend: 'local', pool });
    expect(pool.size).to.equal(1);
    served.dispose();
    served.dispose();
    expect(
      (await agent.invoke('Hello.', { maxTokens: 4 })).metadata.outputTokenIds.length,
    ).to.equal(4);
    await agent.dispose();
    expect(pool.size).to.equal(0);
  });

  it('says so after dispose, also to requests under way', async () => {
    const served = await aServer();
    const url = `${served.baseURL}/chat/completions`;
    const streamed = await served.fetch(url, chat({ stream: true, max_tokens: 400 }));
    const waiting = served.fetch(url, chat());
    served.dispose();
    expect(await streamed.text()).to.include('Call serveInPage() again');
    for (const response of [await waiting, await served.fetch(`${served.baseURL}/models`)])
      expect([response.status, await response.text()].join()).to.match(/^410.*no longer served/);
  });

  it('refuses more requests than may wait', async () => {
    const served = await aServer({ maxQueue: 0 });
    const url = `${served.baseURL}/chat/completions`;
    const statuses = await Promise.all([served.fetch(url, chat()), served.fetch(url, chat())]);
    expect(statuses.map(({ status }) => status)).to.deep.equal([200, 429]);
    served.dispose();
  });

  it('fails for a model that does not exist', async () => {
    const error = await rejection(serveInPage({ model: 'no such model' }));
    expect(error.code).to.equal('unknown-model');
  });
});
