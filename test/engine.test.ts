import { expect } from '@esm-bundle/chai';
import type { Message } from '../src/agents/agent.js';
import { assets } from '../src/engine/assets.js';
import { Engine } from '../src/engine/engine.js';
import { createEngineWorker } from '../src/engine/start-worker.js';
import { EnginePool, type EnginePoolOptions } from '../src/engine/engine-pool.js';
import { ledger } from '../src/engine/ledger.js';
import type { GenerateRequest } from '../src/engine/protocol.js';
import { isAbortError, type UnmockedError } from '../src/errors.js';
import type { Model } from '../src/models/model.js';
import { conversations } from './conversations.mjs';
import { golden } from './golden.mjs';
import {
  blobUrl,
  CONTEXT_WINDOW,
  endAllEngines,
  greedy,
  LONG_MESSAGE,
  overpromising,
  PROMISED,
  promptOf,
  rejection,
  tinyQ8,
  workerOf,
} from './helpers.js';

/** Loads a fresh engine in a pool of its own. */
async function load(options: EnginePoolOptions = {}, model: Model = tinyQ8()): Promise<Engine> {
  return (await new EnginePool(options).acquire({ model, device: 'wasm' })).engine;
}

/** The error of one rung, from the error that lists every attempt. */
const attemptError = ({ details }: UnmockedError, index = 0) =>
  (
    details['attempts'] as {
      error?: { code?: string; message: string; cause?: { message: string } };
    }[]
  )[index]?.error;

describe('engine', () => {
  let engine: Engine;
  /** The prompt of a greeting, and the tokens of the reply to it. */
  let hello: string;
  let greeting: number[];
  let story: GenerateRequest;
  const ask = (said: Parameters<typeof promptOf>[1]) => promptOf(engine, said);
  before(async () => {
    engine = await load();
    hello = await ask(conversations.greeting.turns[0]);
    story = { ...greedy, prompt: await ask(conversations.story.turns[0]), maxTokens: 40 };
    greeting = (await engine.generate({ ...greedy, prompt: hello })).outputTokenIds;
    expect(greeting).to.deep.equal(golden.q8.greeting[0]);
  });
  after(endAllEngines);

  const stillWorks = async (which = engine) =>
    expect((await which.generate({ ...greedy, prompt: hello })).outputTokenIds).to.deep.equal(
      greeting,
    );

  describe('generates', () => {
    it('tokens, counts them, and streams exactly their text', async () => {
      const before = ledger.tokens;
      const tokens: { index: number; tokenId: number; text: string }[] = [];
      const result = await engine.generate(story, { onToken: (token) => tokens.push(token) });
      expect(ledger.tokens - before).to.equal(result.outputTokenIds.length);
      expect(tokens.map(({ tokenId }) => tokenId)).to.deep.equal(result.outputTokenIds);
      expect(tokens.map(({ index }) => index)).to.deep.equal(
        result.outputTokenIds.map((_, index) => index),
      );
      expect(tokens.map(({ text }) => text).join('')).to.equal(result.text);
      expect(await engine.decode(result.outputTokenIds)).to.equal(result.text);
      expect(await engine.decode(result.outputTokenIds, false)).to.equal(result.rawText);
      expect(await engine.encode(story.prompt)).to.deep.equal(result.promptTokenIds);
    });

    it('without blocking the page, which gets the first token before the last one', async () => {
      let tokens = 0;
      const seen: number[] = [];
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => seen.push(tokens);
      const result = await engine.generate(story, {
        onToken: () => {
          tokens++;
          port2.postMessage(null);
        },
      });
      port1.close();
      expect(seen[0], 'tokens when the page next had a turn').to.be.below(
        result.outputTokenIds.length,
      );
      expect(new Set(seen).size, 'turns of the page between tokens').to.be.above(2);
    });

    it('up to the token limit, and reports it', async () => {
      const short = await engine.generate({ ...story, maxTokens: 3 });
      expect([short.outputTokenIds.length, short.finishReason, short.limitedBy]).to.deep.equal([
        3,
        'length',
        'max-tokens',
      ]);
      const whole = await engine.generate({ ...greedy, prompt: hello });
      expect([whole.finishReason, whole.limitedBy, whole.outputTokenIds.at(-1)]).to.deep.equal([
        'stop',
        undefined,
        engine.info.eosTokenIds[0],
      ]);
      expect(whole.rawText).to.equal(whole.text + engine.info.eosTokens[0]);
    });

    it('to the end of the context window, and reports it', async () => {
      let words = engine.info.contextWindow;
      let prompt: string;
      do prompt = await ask('one '.repeat(words--));
      while ((await engine.encode(prompt)).length > engine.info.contextWindow - 2);
      // Sampled at a high temperature, so that the output rarely ends by itself. If it does, try
      // another seed.
      for (let seed = 1; seed <= 20; seed++) {
        const result = await engine.generate({ ...greedy, prompt, temperature: 2, seed });
        const length = result.promptTokenIds.length + result.outputTokenIds.length;
        expect(length).to.be.at.most(engine.info.contextWindow);
        if (result.finishReason === 'stop') continue;
        expect([result.limitedBy, length]).to.deep.equal([
          'context-window',
          engine.info.contextWindow,
        ]);
        return stillWorks();
      }
      throw new Error('the output ended by itself with every seed');
    });

    it('up to a stop sequence, even one that spans tokens', async () => {
      const { text, outputTokenIds } = await engine.generate(story);
      const pieces = await engine.streamTokens(outputTokenIds);
      // From the middle of one token's text to the middle of the next.
      const at = pieces.slice(0, 5).join('').length;
      const stop = text.slice(at - 2, at + 2);
      expect(
        pieces.some((piece) => piece.includes(stop)),
        'no token holds the whole sequence',
      ).to.equal(false);
      const streamed: string[] = [];
      const result = await engine.generate(
        { ...story, stop: ['never in it', stop] },
        { onToken: (token) => streamed.push(token.text) },
      );
      expect(result.text).to.equal(text.slice(0, text.indexOf(stop)));
      expect(streamed.join('')).to.equal(result.text);
      expect(result.finishReason).to.equal('stop');
      expect(result.outputTokenIds.length).to.be.below(outputTokenIds.length);
    });

    it('refuses an empty prompt', async () => {
      expect((await rejection(engine.generate({ ...greedy, prompt: '' }))).code).to.equal(
        'invalid-argument',
      );
      await stillWorks();
    });
  });

  describe('samples', () => {
    const sample = async (changes: Partial<GenerateRequest>) =>
      (await engine.generate({ ...story, maxTokens: 16, temperature: 1.5, ...changes }))
        .outputTokenIds;

    it('the same output with the same seed, another one with another seed', async () => {
      const first = await sample({ seed: 1 });
      expect(await sample({ seed: 1 })).to.deep.equal(first);
      expect(await sample({ seed: 2 })).not.to.deep.equal(first);
    });

    it('the greedy output at a temperature close to 0', async () => {
      const greedily = await sample({ temperature: 0 });
      for (const temperature of [1e-3, 1e-30, Number.MIN_VALUE])
        expect(await sample({ temperature, seed: 3 }), String(temperature)).to.deep.equal(greedily);
    });

    it('only the likeliest token from the smallest nucleus', async () => {
      const greedily = await sample({ temperature: 0 });
      for (const seed of [1, 2]) expect(await sample({ topP: 1e-6, seed })).to.deep.equal(greedily);
    });

    it('only the likeliest token from the top 1', async () => {
      const greedily = await sample({ temperature: 0 });
      for (const seed of [1, 2]) expect(await sample({ topK: 1, seed })).to.deep.equal(greedily);
    });

    it('another output with a repetition penalty', async () => {
      expect(await sample({ temperature: 0, repetitionPenalty: 2 })).not.to.deep.equal(
        await sample({ temperature: 0 }),
      );
    });
  });

  describe('refuses a prompt that does not fit the context window', () => {
    it('before it computes anything, and works afterwards', async () => {
      const before = ledger.tokens;
      const error = await rejection(
        engine.generate({ ...greedy, prompt: await ask(LONG_MESSAGE) }),
      );
      expect(error.code).to.equal('context-overflow');
      expect(error.message).to.include(String(error.details['promptTokens']));
      expect(error.message).to.include(String(CONTEXT_WINDOW));
      expect(error.details['contextWindow']).to.equal(CONTEXT_WINDOW);
      expect(ledger.tokens).to.equal(before);
      await stillWorks();
    });

    it('and keeps the KV cache of the conversation', async () => {
      const conversation = 'overflow';
      const first = await engine.generate({ ...greedy, prompt: hello, conversation });
      /** The conversation so far, and what the user says then. */
      const then = (content: string) =>
        ask([
          { role: 'user', content: conversations.greeting.turns[0] },
          { role: 'assistant', content: first.text, raw: first.rawText },
          { role: 'user', content },
        ]);
      await rejection(
        engine.generate({ ...greedy, prompt: await then(LONG_MESSAGE), conversation }),
      );
      const next = await engine.generate({
        ...greedy,
        prompt: await then('My name is Ada.'),
        conversation,
      });
      expect(next.prefilledTokens).to.be.below(next.promptTokenIds.length);
    });
  });

  describe('is cancelled', () => {
    it('between two tokens', async () => {
      const controller = new AbortController();
      let told = 0;
      const error = await rejection(
        engine.generate(
          { ...story, maxTokens: 300, conversation: 'cancelled' },
          { signal: controller.signal, onToken: () => ++told === 3 && controller.abort() },
        ),
      );
      expect(isAbortError(error)).to.equal(true);
      expect(told).to.be.within(3, 30);
      expect(engine.closed).to.equal(false);
      await stillWorks();
    });

    it('with the reason of its signal', async () => {
      const reason = new DOMException('Too late.', 'TimeoutError');
      const controller = new AbortController();
      expect(
        await rejection(
          engine.generate(story, {
            signal: controller.signal,
            onToken: () => controller.abort(reason),
          }),
        ),
      ).to.equal(reason);
    });

    it('before it starts', async () => {
      const before = ledger.tokens;
      expect(
        isAbortError(await rejection(engine.generate(story, { signal: AbortSignal.abort() }))),
      ).to.equal(true);
      await stillWorks();
      expect(ledger.tokens - before).to.equal(greeting.length);
    });

    it('at once while it waits for another generation', async () => {
      const order: string[] = [];
      const controller = new AbortController();
      const running = engine
        .generate(story, { onToken: ({ index }) => index === 0 && controller.abort() })
        .then(() => order.push('running'));
      let told = 0;
      const waiting = rejection(
        engine.generate(story, { signal: controller.signal, onToken: () => told++ }),
      ).then((error) => order.push(error.name));
      await Promise.all([running, waiting]);
      expect(order).to.deep.equal(['AbortError', 'running']);
      expect(told).to.equal(0);
      await stillWorks();
    });
  });

  it('lets clients take turns', async () => {
    const order: string[] = [];
    const say = (client: string, name: string) =>
      engine
        .generate({ ...greedy, prompt: hello, maxTokens: 2, client })
        .then(() => order.push(name));
    await Promise.all([
      say('a', 'a1'),
      say('a', 'a2'),
      say('a', 'a3'),
      say('a', 'a4'),
      say('b', 'b1'),
      say('c', 'c1'),
    ]);
    expect(order).to.deep.equal(['a1', 'a2', 'b1', 'c1', 'a3', 'a4']);
  });

  describe('keeps the KV cache of a conversation', () => {
    const messages = conversations.nameAfterAdd.turns;
    async function converse(which: Engine, conversation: string | undefined) {
      const results = [];
      const said: Message[] = [];
      for (const content of messages) {
        said.push({ role: 'user', content });
        const prompt = await ask(said);
        const result = await which.generate({ ...greedy, prompt, conversation });
        results.push(result);
        said.push({ role: 'assistant', content: result.text, raw: result.rawText });
      }
      return {
        ids: results.map(({ outputTokenIds }) => outputTokenIds),
        reused: results.map(
          ({ promptTokenIds, prefilledTokens }) => promptTokenIds.length - prefilledTokens,
        ),
      };
    }

    it('and computes only new tokens, with the same replies', async () => {
      const without = await converse(engine, undefined);
      const kept = await converse(engine, 'kept');
      expect(kept.ids).to.deep.equal(without.ids);
      expect(without.reused).to.deep.equal([0, 0, 0]);
      expect(kept.reused[0]).to.equal(0);
      expect(kept.reused[1]).to.be.above(10);
      expect(kept.reused[2]).to.be.above(kept.reused[1]!);
    });

    it('until forget is called', async () => {
      const { text } = await engine.generate({
        ...greedy,
        prompt: hello,
        maxTokens: 4,
        conversation: 'forgotten',
      });
      await engine.forget('forgotten');
      const again = await engine.generate({
        ...greedy,
        prompt: hello + text,
        conversation: 'forgotten',
      });
      expect(again.prefilledTokens).to.equal(again.promptTokenIds.length);
    });

    it('and gives the same answer to the same prompt', async () => {
      const options = { ...greedy, prompt: hello, conversation: 'again' };
      for (const maxTokens of [1, 1, 3, 24]) {
        const { outputTokenIds } = await engine.generate({ ...options, maxTokens });
        expect(outputTokenIds, `at most ${maxTokens}`).to.deep.equal(greeting.slice(0, maxTokens));
      }
      await stillWorks();
    });

    it('and answers correctly when a prompt does not continue the conversation', async () => {
      await converse(engine, 'back');
      const { outputTokenIds } = await engine.generate({
        ...greedy,
        prompt: hello,
        conversation: 'back',
      });
      expect(outputTokenIds).to.deep.equal(greeting);
    });

    it('and answers correctly after a cancelled reply', async () => {
      const controller = new AbortController();
      await rejection(
        engine.generate(
          { ...greedy, prompt: hello, conversation: 'stopped' },
          { signal: controller.signal, onToken: () => controller.abort() },
        ),
      );
      const { outputTokenIds } = await engine.generate({
        ...greedy,
        prompt: hello,
        conversation: 'stopped',
      });
      expect(outputTokenIds).to.deep.equal(greeting);
    });

    it('within its budget: without room, it computes whole turns, same replies', async () => {
      const poor = await load({ kvCacheBytes: 1 });
      const evicted = await converse(poor, 'evicted');
      const kept = await converse(engine, 'rich');
      expect(evicted.ids).to.deep.equal(kept.ids);
      expect(evicted.reused).to.deep.equal([0, 0, 0]);
      poor.terminate();
    });

    it('within its budget: it evicts the least recently used one first', async () => {
      // Fits two conversations, but not three: each token has a key and a value of `width` floats
      // in each layer.
      const { layers, width } = tinyQ8().geometry!;
      const tokens = (await engine.encode(hello)).length + 3;
      const poor = await load({ kvCacheBytes: 2.5 * tokens * 2 * layers * width * 4 });
      const turn = async (conversation: string) => {
        const { promptTokenIds, prefilledTokens } = await poor.generate({
          ...greedy,
          prompt: hello + (await engine.decode(greeting.slice(0, 2))),
          maxTokens: 2,
          conversation,
        });
        return promptTokenIds.length - prefilledTokens;
      };
      for (const conversation of ['a', 'b', 'a', 'c'])
        await poor.generate({ ...greedy, prompt: hello, maxTokens: 2, conversation });
      expect(await turn('a'), 'a was used after b').to.be.above(0);
      expect(await turn('b'), 'b was evicted').to.equal(0);
      poor.terminate();
    });
  });

  describe('that fails while computing', () => {
    it('is terminated with the whole error of the runtime; the next one works', async () => {
      const broken = await load({}, await overpromising());
      expect(broken.info.contextWindow).to.equal(PROMISED);
      const tooLong = await ask(LONG_MESSAGE);
      const waiting = [
        rejection(broken.generate({ ...greedy, prompt: tooLong })),
        rejection(broken.generate({ ...greedy, prompt: hello })),
      ];
      const [error, other] = await Promise.all(waiting);
      expect(error!.name).to.equal('UnmockedError');
      expect(error!.code).to.equal('inference-failed');
      expect(error!.stack).to.include('/src/engine/runtime/');
      expect((error!.cause as Error).message).to.match(/gather/i);
      expect(error!.message).to.include('wasm q8 (onnx/model_quantized.onnx)');
      expect(error!.message).to.include('a token or a position that the weights do not have');
      expect(error!.message).not.to.match(/\.(cc|cpp|h)\b/);
      expect(error!.details['runtime']).to.equal((error!.cause as Error).message);
      expect(other!.code, 'the call that waited behind it').to.equal('inference-failed');
      expect(broken.closed).to.equal(true);
      expect(Engine.alive.has(broken)).to.equal(false);
      expect((await rejection(broken.generate({ ...greedy, prompt: hello }))).code).to.equal(
        'inference-failed',
      );
      const next = await load();
      await stillWorks(next);
      next.terminate();
    });
  });

  describe('whose worker dies', () => {
    const alive = () => Engine.alive.size;
    const deaths: [string, () => Worker, RegExp][] = [
      [
        'throws when it starts',
        () => workerOf('throw new Error("boom at the start")'),
        /boom at the start/,
      ],
      [
        'throws on its first message',
        () => workerOf('self.onmessage = () => { throw new Error("boom on a message") }'),
        /boom on a message/,
      ],
      [
        'does not exist',
        () => new Worker('/no/such/worker.js', { type: 'module' }),
        /script could not be loaded/,
      ],
      ['does not parse', () => workerOf('this is not a program'), /SyntaxError|Unexpected/],
    ];
    for (const [name, createWorker, message] of deaths) {
      it(`fails to load as crashed: one that ${name}`, async () => {
        const before = alive();
        const error = await rejection(load({ createWorker }));
        expect(error.code).to.equal('no-device');
        expect(attemptError(error)!.code).to.equal('engine-crashed');
        expect(attemptError(error)!.message).to.match(message);
        expect(alive()).to.equal(before);
      });
    }

    const silences: [string, string][] = [
      ['sends nothing', 'self.onmessage = () => undefined'],
      ['closes itself', 'self.close()'],
      ['computes for ever', 'self.onmessage = () => { for (;;); }'],
      [
        'answers a call that does not exist',
        'self.onmessage = () => postMessage({ type: "done", id: 99, value: 1 })',
      ],
    ];
    for (const [name, source] of silences) {
      it(`fails to load as silent, and is terminated: one that ${name}`, async () => {
        const before = alive();
        let terminated = 0;
        const createWorker = () => {
          const worker = workerOf(source);
          const terminate = worker.terminate.bind(worker);
          worker.terminate = () => {
            terminated++;
            terminate();
          };
          return worker;
        };
        const error = await rejection(load({ createWorker, silenceLimit: 60 }));
        expect(attemptError(error)!.code).to.equal('engine-silent');
        expect(attemptError(error)!.message).to.include('0.06 s');
        expect(terminated).to.equal(1);
        expect(alive()).to.equal(before);
      });
    }

    /** The real worker, which dies when the client `deadly` generates. */
    const mortal = (death: string) => () =>
      workerOf(
        `import ${JSON.stringify(new URL('../src/engine/runtime/worker.ts', import.meta.url).href)};
        const real = self.onmessage;
        self.onmessage = (event) => {
          if (event.data.type === 'generate' && event.data.request.client === 'deadly') { ${death} }
          return real(event);
        };`,
        { type: 'module' },
      );

    it('in the middle of its work fails all calls as crashed', async () => {
      const dying = await load({
        createWorker: mortal('setTimeout(() => { throw new Error("boom in mid-work") }); return;'),
      });
      const requests = [
        dying.generate({ ...story, maxTokens: 400 }),
        dying.generate({ ...greedy, prompt: hello, client: 'deadly' }),
        dying.generate(story),
      ];
      const errors = await Promise.all(requests.map((request) => rejection(request)));
      expect(errors.map(({ code }) => code)).to.deep.equal([
        'engine-crashed',
        'engine-crashed',
        'engine-crashed',
      ]);
      expect(errors[0]!.message).to.include('boom in mid-work');
      expect(Engine.alive.has(dying)).to.equal(false);
      await stillWorks();
    });

    it('silently after loading fails all calls as silent', async () => {
      const source =
        'self.onmessage = ({ data }) => data.type === "load" && ' +
        'postMessage({ type: "done", id: data.id, value: {} })';
      // Long enough for the worker to start and answer on a busy machine.
      const dying = await load({ createWorker: () => workerOf(source), silenceLimit: 1500 });
      const errors = await Promise.all([
        rejection(dying.generate(story)),
        rejection(dying.encode('x')),
      ]);
      expect(errors.map(({ code }) => code)).to.deep.equal(['engine-silent', 'engine-silent']);
      expect(Engine.alive.has(dying)).to.equal(false);
    });

    it('is not shared again by its pool', async () => {
      let started = 0;
      const pool = new EnginePool({
        createWorker: () =>
          started++ === 0
            ? mortal('setTimeout(() => { throw new Error("boom") }); return;')()
            : createEngineWorker(),
      });
      const first = await pool.acquire({ model: tinyQ8(), device: 'wasm' });
      await rejection(first.engine.generate({ ...greedy, prompt: hello, client: 'deadly' }));
      expect(pool.size).to.equal(0);
      const second = await pool.acquire({ model: tinyQ8(), device: 'wasm' });
      first.release();
      expect(second.engine.closed, 'the dead one’s holder has no hold on the new one').to.equal(
        false,
      );
      await stillWorks(second.engine);
      second.release();
      expect(pool.size).to.equal(0);
    });
  });

  describe('whose runtime another one has compiled', () => {
    let base: string;
    beforeEach(() => ({ base } = assets));
    afterEach(() => (assets.base = base));

    it('neither downloads nor compiles it, and gives the same tokens', async () => {
      assets.base = '/__counted/shared-runtime/';
      const first = await load();
      first.terminate();
      const second = await load();
      const answer = await fetch('/__counted/shared-runtime', { cache: 'no-store' });
      const asked: string[] = await answer.json();
      expect(asked.filter((path) => path.endsWith('.wasm'))).to.have.length(1);
      expect(second.info.runtimeBytes).to.equal(0);
      await stillWorks(second);
      second.terminate();
    });
  });

  describe('that is terminated', () => {
    it('fails pending and later calls as disposed', async () => {
      const ended = await load();
      let closed = 0;
      ended.onClosed = () => closed++;
      const waiting = rejection(ended.generate(story));
      ended.terminate();
      ended.terminate();
      expect((await waiting).code).to.equal('disposed');
      expect((await rejection(ended.encode('x'))).code).to.equal('disposed');
      expect(closed).to.equal(1);
    });
  });

  describe('whose weights the runtime cannot load', () => {
    it('fails with the error of the runtime; a good one loads afterwards', async () => {
      const error = await rejection(
        load(
          {},
          tinyQ8({
            files: { 'onnx/model_quantized.onnx': { url: blobUrl(new Uint8Array(1000).fill(7)) } },
          }),
        ),
      );
      expect(attemptError(error)!.code).to.equal('model-load-failed');
      expect(attemptError(error)!.message).to.include('onnx/model_quantized.onnx');
      expect(attemptError(error)!.cause!.message).to.be.a('string').and.not.equal('');
      const good = await load();
      await stillWorks(good);
      good.terminate();
    });
  });

  it('uses two threads, with the same tokens', async () => {
    expect(crossOriginIsolated).to.equal(true);
    const threaded = await load({ threads: 2 });
    expect(threaded.info.threads).to.equal(2);
    expect(engine.info.threads).to.equal(1);
    expect((await threaded.generate(story)).outputTokenIds).to.deep.equal(
      (await engine.generate(story)).outputTokenIds,
    );
    threaded.terminate();
  });
});
