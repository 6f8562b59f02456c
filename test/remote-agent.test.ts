import { expect } from '@esm-bundle/chai';
import { loadAgent, type LoadAgentOptions } from '../src/agents/load-agent.js';
import { validateStartup } from '../src/agents/startup.js';
import { Engine } from '../src/engine/engine.js';
import { isAbortError, toErrorRecord } from '../src/errors.js';
import {
  completionsAsked,
  faultLog,
  faultUrl,
  newKey,
  type Server,
} from '../src/scenarios/server.js';
import { conversations } from './conversations.mjs';
import { replies } from './golden.mjs';
import { CONTEXT_WINDOW, LONG_MESSAGE, rejection } from './helpers.js';

const [HELLO] = conversations.greeting.turns;
const [ANSWER] = replies.greeting;
const [STORY] = conversations.story.turns;
const [TELL_NAME, ASK_NAME] = conversations.name.turns;
const user = (content: string) => [{ role: 'user' as const, content }];

/* The test runner's own server runs the bundled model, over real sockets and on another origin. */
describe('remote agents', () => {
  const server: Server = {
    ...window.unmockedServer,
    model: 'unmocked-tiny',
    models: ['unmocked-tiny'],
  };
  const load = (options: LoadAgentOptions = {}) =>
    loadAgent({
      backend: 'remote',
      apiUrl: server.apiUrl,
      apiKey: server.apiKey,
      sources: { environment: {} },
      maxTokens: 24,
      ...options,
    });
  const misbehaving = (faults: string[], options: LoadAgentOptions = {}) =>
    load({ apiUrl: faultUrl(server, ...faults), maxRetries: 0, ...options });

  /** Waits until the server's /health says that all slots are free. */
  async function idle(): Promise<void> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const { running, queued } = (await (
        await fetch(new URL('/health', server.apiUrl))
      ).json()) as { running: number; queued: number };
      if (running + queued === 0) return;
      if (performance.now() > deadline)
        throw new Error(`still ${running} running and ${queued} queued`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it('know what the server says of its model', async () => {
    const agent = await load();
    expect([
      agent.model.id,
      agent.contextWindow,
      agent.device.requested,
      agent.device.actual,
    ]).to.deep.equal(['unmocked-tiny', CONTEXT_WINDOW, 'remote', 'remote']);
    expect([agent.supportsStreaming, agent.disposed]).to.deep.equal([true, false]);
    await agent.dispose();
    await agent.dispose();
    expect(agent.disposed).to.equal(true);
  });

  it('load no engine', async () => {
    const before = Engine.alive.size;
    const agent = await load({ validate: true });
    expect(Engine.alive.size).to.equal(before);
    await agent.dispose();
  });

  describe('refuse, before anything is sent,', () => {
    const refused: [string, LoadAgentOptions, RegExp][] = [
      ['no URL', { apiUrl: undefined }, /no API URL is set.*OPENAI_API_URL/],
      [
        'a URL with credentials',
        { apiUrl: 'http://ada:hunter2@127.0.0.1/v1' },
        /apiUrl is .*127\.0\.0\.1.*without a password/,
      ],
      ['another scheme', { apiUrl: 'ftp://127.0.0.1/v1' }, /apiUrl is "ftp:/],
      ['no host', { apiUrl: 'http:///v1' }, /apiUrl is "http:\/\/\/v1"/],
      ['no scheme', { apiUrl: '127.0.0.1:8080/v1' }, /apiUrl is "127\.0\.0\.1:8080\/v1"/],
      ['a query', { apiUrl: 'http://127.0.0.1/v1?key=1' }, /without a password, a query/],
      ['a key with a line break', { apiKey: 'sk-hunter2\r\nX-Admin: 1' }, /apiKey is not usable/],
      ['a key of spaces', { apiKey: '  ' }, /apiKey is not usable/],
      ['a negative timeout', { timeoutSeconds: -1 }, /timeoutSeconds is -1/],
      ['endless retries', { maxRetries: Infinity }, /maxRetries is Infinity/],
      ['two backends at once', { backend: 'remote', device: 'wasm' }, /"remote".*"wasm"/],
    ];
    for (const [name, options, message] of refused) {
      it(name, async () => {
        const error = await rejection(load(options));
        expect(['invalid-argument', 'invalid-config']).to.include(error.code);
        expect(error.message).to.match(message).and.not.include('hunter2');
      });
    }
  });

  it('send the key in a header and put it nowhere else', async () => {
    const agent = await misbehaving(['echo-key']);
    const error = await rejection(agent.invoke(HELLO));
    // The server repeats the key in its message. The agent replaces it by an ellipsis.
    expect(error.message).to.include('Incorrect API key provided: …');
    expect(JSON.stringify([toErrorRecord(error), agent.device, agent.model])).to.not.include(
      server.apiKey,
    );
  });

  it('reject a wrong key when they load', async () => {
    const error = await rejection(load({ apiKey: 'sk-wrong-0123456789' }));
    expect([error.code, error.details['status']]).to.deep.equal(['unauthorized', 401]);
    expect(JSON.stringify(toErrorRecord(error))).to.not.include('sk-wrong');
  });

  describe('can be stopped', () => {
    for (const way of ['invoke', 'stream'] as const) {
      it(`by a signal: ${way}`, async () => {
        const key = newKey('stopped');
        const agent = await misbehaving([way === 'stream' ? 'endless' : 'stall', `key=${key}`]);
        const controller = new AbortController();
        const options = {
          signal: controller.signal,
          maxTokens: 500,
          onToken: () => controller.abort(),
        };
        const work =
          way === 'stream' ? agent.stream(STORY, options).response : agent.invoke(STORY, options);
        if (way === 'invoke') await asked(key).then(() => controller.abort());
        expect(isAbortError(await rejection(work))).to.equal(true);
        await idle();
        const last = (await faultLog(server, key)).at(-1)!;
        expect(last.finished, 'the server saw its client leave').to.equal(false);
      });
    }

    it('by leaving the loop', async () => {
      const agent = await load();
      const stream = agent.stream(STORY, { maxTokens: 400 });
      for await (const { text } of stream) if (text) break;
      expect(isAbortError(await rejection(stream.response))).to.equal(true);
      await idle();
      expect((await agent.invoke(HELLO)).response).to.equal(ANSWER);
    });

    it('by disposing of the agent', async () => {
      const key = newKey('disposed');
      const agent = await misbehaving(['stall', `key=${key}`]);
      const work = rejection(agent.invoke(HELLO));
      await asked(key);
      await agent.dispose();
      expect((await work).code).to.equal('disposed');
      expect((await rejection(agent.invoke(HELLO))).code).to.equal('disposed');
      await idle();
    });

    it('before they begin', async () => {
      expect(isAbortError(await rejection(load({ signal: AbortSignal.abort() })))).to.equal(true);
      const agent = await load();
      expect(
        isAbortError(await rejection(agent.invoke(HELLO, { signal: AbortSignal.abort() }))),
      ).to.equal(true);
    });

    it('while they wait for a retry', async () => {
      const key = newKey('waiting');
      const agent = await misbehaving(['status=503', 'retry-after=20', `key=${key}`], {
        maxRetries: 5,
      });
      const controller = new AbortController();
      const work = rejection(agent.invoke(HELLO, { signal: controller.signal }));
      await asked(key);
      controller.abort();
      expect(isAbortError(await work)).to.equal(true);
      expect(await completionsAsked(server, key)).to.equal(1);
    });
  });

  /** Polls until the server has got a request under a key. */
  async function asked(key: string): Promise<void> {
    while ((await completionsAsked(server, key)) === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  describe('try again', () => {
    const cases: [string, string[], number, number][] = [
      ['after 503', ['status=503', 'retry-after=0', 'once=KEY'], 2, 1],
      ['after a first answer that broke off', ['cut=0', 'once=KEY'], 2, 1],
      ['never after 500', ['status=500', 'once=KEY'], 2, -1],
      ['never after 400', ['status=400', 'once=KEY'], 2, -1],
      ['not when they may not', ['status=429', 'retry-after=0', 'once=KEY'], 0, -1],
      ['not when the server wants minutes', ['status=429', 'retry-after=600', 'once=KEY'], 2, -1],
    ];
    for (const [name, faults, maxRetries, retries] of cases) {
      it(name, async () => {
        const key = newKey('retry');
        const agent = await misbehaving(
          faults.map((fault) => fault.replace('KEY', key)),
          { maxRetries },
        );
        const work = agent.stream(HELLO).response;
        if (retries < 0) await rejection(work);
        else expect((await work).metadata).to.include({ text: ANSWER, retries });
        expect(await completionsAsked(server, key)).to.equal(1 + Math.max(0, retries));
      });
    }
  });

  describe('keep their conversations', () => {
    it('apart from each other, until they forget', async () => {
      const agent = await load();
      await agent.invoke({ messages: user(TELL_NAME), sessionId: 'a' });
      const ask = async (sessionId: string) =>
        (await agent.invoke({ messages: user(ASK_NAME), sessionId })).response;
      expect(await ask('a')).to.include('Zorvik');
      expect(await ask('b')).to.not.include('Zorvik');
      await agent.forget!('a');
      expect(await ask('a')).to.not.include('Zorvik');
    });

    it('in order, when several turns start at once', async () => {
      const agent = await load();
      const say = (text: string) => agent.invoke({ messages: user(text), sessionId: 'all' });
      const said = await Promise.all(conversations.nameAfterAdd.turns.map(say));
      expect(said.map(({ response }) => response)).to.deep.equal(replies.nameAfterAdd);
    });

    it('if the caller keeps them', async () => {
      const agent = await load();
      const { response } = await agent.invoke([
        ...user(TELL_NAME),
        { role: 'assistant', content: replies.name[0] },
        ...user(ASK_NAME),
      ]);
      expect(response).to.include('Zorvik');
    });
  });

  it('report a context overflow and go on working', async () => {
    const agent = await load();
    const error = await rejection(agent.invoke(LONG_MESSAGE));
    expect(error.code).to.equal('context-overflow');
    expect(error.message).to.match(new RegExp(`\\d+ tokens.*${CONTEXT_WINDOW}.*Shorten`));
    expect((await agent.invoke(HELLO)).response).to.equal(ANSWER);
  });

  it('refuse invalid input, as local agents do', async () => {
    const agent = await load();
    for (const payload of ['', ' ', undefined, { userMessage: 5 }] as never[])
      expect((await rejection(agent.invoke(payload))).code).to.equal('invalid-argument');
  });

  it('report that a server does not allow pages of this origin', async () => {
    const error = await rejection(load({ apiUrl: window.unmockedServer.closedToUs }));
    expect(error.details['fault']).to.equal('cors');
    expect(error.message)
      .to.include(location.origin)
      .and.include(new URL(window.unmockedServer.closedToUs).host)
      .and.match(/CORS.*OLLAMA_ORIGINS/);
  });

  describe('at start-up', () => {
    it('an incomplete configuration is invalid, with the cause', async () => {
      const outcome = await validateStartup({ stored: { backend: 'remote' }, environment: {} });
      expect(outcome.status).to.equal('invalid');
      expect((outcome as { reason: string }).reason).to.match(/no API URL is set/);
    });

    it('a wrong key is invalid, with the cause and without the key', async () => {
      const outcome = await validateStartup({
        stored: { backend: 'remote', apiUrl: server.apiUrl, apiKey: 'sk-wrong-0123456789' },
        environment: {},
      });
      expect(outcome).to.include({ status: 'invalid' });
      expect((outcome as { reason: string }).reason)
        .to.match(/refuses the API key/)
        .and.not.include('sk-wrong');
    });
  });
});
