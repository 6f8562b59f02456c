import { expect } from '@esm-bundle/chai';
import { install, LanguageModel } from '../../src/prompt-api/index.js';
import type { LanguageModelCreateOptions, LanguageModelTool } from '../../src/prompt-api/index.js';
import { conversations, TELLS_WEATHER, WEATHER_RESULT } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { CONTEXT_WINDOW, promptOf, rejection, tinyQ8 } from '../helpers.js';
import { nameOfError, onWasm, piecesOf, WatchedPool } from './helpers.js';

const [HELLO] = conversations.greeting.turns;
const [ANSWER] = replies.greeting;
const [STORY] = conversations.foxStory.turns;
const [TELL_NAME, ASK_NAME, ASK_JOB] = conversations.personaAndName.turns;
const SYSTEM = { role: 'system', content: conversations.personaAndName.system } as const;
/** A persona who was told a name. */
const INTRODUCED = [
  SYSTEM,
  { role: 'user', content: TELL_NAME },
  { role: 'assistant', content: replies.personaAndName[0] },
] as const;
/** Tokens around a turn that its usage does not count: ends and labels. */
const TURN_MARKS = 10;
const TEST_PROMPT = 'Please write a sentence in English.';

interface QuotaExceeded extends DOMException {
  requested: number;
  quota: number;
}

// One engine serves all the specs of this file: a session that is never destroyed holds it.
describe('prompt-api/sessions', () => {
  const pool = new WatchedPool();
  let uninstall = () => {};
  const sessions: LanguageModel[] = [];
  /** The prompt that the sessions' model has to get. */
  let promptFor: (said: Parameters<typeof promptOf>[1]) => Promise<string>;
  /** Tokens that no message may contain, and those of them that end a reply. */
  let specialTokens: string[];
  let eosTokens: string[];
  const keep = <S extends LanguageModel>(session: S): S => {
    sessions.push(session);
    return session;
  };
  /** A session that decodes greedily, and ends with its spec. */
  const create = async (options: LanguageModelCreateOptions = {}) =>
    keep(await LanguageModel.create({ samplingMode: 'most-predictable', ...options }));

  before(async () => {
    uninstall = install(onWasm(pool));
    await LanguageModel.create();
    const { engine } = await pool.acquire({ model: tinyQ8(), device: 'wasm' });
    promptFor = (said) => promptOf(engine, said);
    ({ eosTokens, specialTokens } = engine.info);
  });
  afterEach(() => {
    for (const session of sessions.splice(0)) session.destroy();
    expect(pool.workers, 'engines that were started').to.have.length(1);
  });
  after(() => {
    uninstall();
    pool.dispose();
  });

  describe('create()', () => {
    it('gives a session with every member, the older names included', async () => {
      const session = keep(await LanguageModel.create());
      expect(session).to.be.instanceOf(LanguageModel).and.instanceOf(EventTarget);
      expect(session.contextUsage).to.equal(0);
      expect(session.contextWindow).to.equal(CONTEXT_WINDOW);
      expect(session.inputUsage).to.equal(0);
      expect(session.inputQuota).to.equal(CONTEXT_WINDOW);
      expect(session.oncontextoverflow).to.equal(null);
      expect(session.onquotaoverflow).to.equal(null);
      expect(session.samplingMode).to.equal('balanced');
      expect(await LanguageModel.availability()).to.equal('available');
    });

    it('takes every sampling mode, and clones keep it', async () => {
      for (const samplingMode of ['predictable', 'creative', 'most-creative'] as const) {
        const session = await create({ samplingMode });
        expect(session.samplingMode).to.equal(samplingMode);
        expect(keep(await session.clone()).samplingMode).to.equal(samplingMode);
      }
    });

    it('takes topK and temperature, within their limits', async () => {
      const params = (await LanguageModel.params())!;
      const session = keep(await LanguageModel.create({ topK: 1.9, temperature: Infinity }));
      expect([session.topK, session.temperature]).to.deep.equal([1, params.maxTemperature]);
      expect(session.samplingMode).to.equal(null);
      const other = keep(await LanguageModel.create({ topK: Infinity }));
      expect([other.topK, other.temperature]).to.deep.equal([
        params.maxTopK,
        params.defaultTemperature,
      ]);
    });

    it('decodes with the topK, the temperature and the seed that were chosen', async () => {
      const session = keep(await LanguageModel.create({ topK: 3, temperature: 0.5 }));
      await session.prompt(HELLO);
      expect(pool.requests.at(-1)).to.include({ topK: 3, temperature: 0.5, seed: 0 });
    });

    it('tells a monitor the progress, although the model is there already', async () => {
      const loaded: number[] = [];
      await create({
        monitor: (monitor) =>
          monitor.addEventListener('downloadprogress', (event) =>
            loaded.push((event as ProgressEvent).loaded),
          ),
      });
      expect(loaded).to.deep.equal([0, 1]);
    });

    for (const at of [0, 1]) {
      it(`is aborted from within the progress event of ${at}`, async () => {
        const controller = new AbortController();
        const reason = new Error('enough');
        const creating = LanguageModel.create({
          signal: controller.signal,
          monitor: (monitor) =>
            monitor.addEventListener('downloadprogress', (event) => {
              expect(controller.signal.aborted, 'no event after the abort').to.equal(false);
              if ((event as ProgressEvent).loaded === at) controller.abort(reason);
            }),
        });
        expect(await rejection(creating)).to.equal(reason);
      });
    }

    it('counts the initial prompts', async () => {
      const session = await create({ initialPrompts: [...INTRODUCED] });
      expect(session.contextUsage).to.be.greaterThan(0);
      expect(session.contextUsage).to.equal(await session.measureContextUsage([...INTRODUCED]));
      expect(await session.prompt(ASK_NAME)).to.equal(replies.personaAndName[1]);
      expect(await session.prompt(ASK_JOB)).to.equal(replies.personaAndName[2]);
    });

    it('refuses initial prompts that do not fit', async () => {
      const session = await create();
      const content = TEST_PROMPT.repeat(session.contextWindow);
      const usage = await session.measureContextUsage([{ role: 'system', content }]);
      const error = await rejection<QuotaExceeded>(
        LanguageModel.create({ initialPrompts: [{ role: 'system', content }] }),
      );
      expect(error.name).to.equal('QuotaExceededError');
      expect([error.requested, error.quota]).to.deep.equal([usage, session.contextWindow]);
    });
  });

  describe('prompt()', () => {
    it('answers, and remembers what was said', async () => {
      const session = await create();
      expect(await session.prompt(TELL_NAME)).to.equal(replies.name[0]);
      expect(await session.prompt(ASK_NAME)).to.equal(replies.name[1]);
    });

    it('adds the prompt and the reply to the usage', async () => {
      const session = await create();
      const promptUsage = await session.measureContextUsage(STORY);
      const reply = await session.prompt(STORY);
      const replyUsage = await session.measureContextUsage([{ role: 'assistant', content: reply }]);
      expect(session.contextUsage).to.be.closeTo(promptUsage + replyUsage, 5);
    });

    it('computes only the new tokens of a turn', async () => {
      const session = await create();
      await session.prompt(STORY);
      const turn = await session.measureContextUsage(HELLO);
      await session.prompt(HELLO);
      const { promptTokenIds, prefilledTokens } = pool.results.at(-1)!;
      expect(promptTokenIds.length).to.be.greaterThan(3 * turn);
      expect(prefilledTokens).to.be.at.most(turn + TURN_MARKS);
    });

    it('lets the calls of one session wait for one another', async () => {
      const session = await create();
      const said = await Promise.all([session.prompt(TELL_NAME), session.prompt(ASK_NAME)]);
      expect(said).to.deep.equal(replies.name);
    });

    it('does not show reasoning', async () => {
      const session = await create();
      const reply = await session.prompt(conversations.thinking.turns[0]);
      expect(pool.results.at(-1)!.text).to.contain('<think>');
      expect(reply).to.equal(replies.thinking[0]);
    });

    it('takes a system message as the first message of a session, and never again', async () => {
      const session = await create();
      const question = { role: 'user', content: ASK_JOB } as const;
      expect(await session.prompt([SYSTEM, question])).to.equal(replies.persona[0]);
      expect(await nameOfError(() => session.prompt([SYSTEM, question]))).to.equal('TypeError');
      expect(await nameOfError(() => session.append([SYSTEM]))).to.equal('TypeError');
      expect(await session.prompt(ASK_JOB)).to.equal(replies.persona[1]);
    });

    it('refuses a system message while the first prompt is still being answered', async () => {
      const session = await create();
      const first = session.prompt(HELLO);
      const second = nameOfError(() => session.prompt([{ role: 'system', content: 'bar' }]));
      expect(await second).to.equal('TypeError');
      expect(await first).to.equal(ANSWER);
    });

    it('continues a prefix, and gives only what is new', async () => {
      const session = await create();
      const [question, next] = conversations.count.turns;
      const [whole, nextReply] = replies.count;
      const prefix = whole.slice(0, whole.indexOf(' '));
      const reply = await session.prompt([
        { role: 'user', content: question },
        { role: 'assistant', content: prefix, prefix: true },
      ]);
      expect(reply).to.equal(whole.slice(prefix.length));
      expect(await session.prompt(next)).to.equal(nextReply);
      expect(pool.requests.at(-1)!.prompt).to.equal(
        await promptFor([
          { role: 'user', content: question },
          { role: 'assistant', content: whole },
          { role: 'user', content: next },
        ]),
      );
    });

    for (const promptFormat of ['transcript', 'template'] as const) {
      it(`a prefix cannot speak for the user or end the turn of a ${promptFormat}`, async () => {
        const undo = install({ ...onWasm(pool), model: tinyQ8({ promptFormat }) });
        try {
          const session = await create();
          /** The prompt with this prefix, after the prefix's first word. */
          const restOf = async (content: string) => {
            await session.prompt([
              { role: 'user', content: conversations.count.turns[0] },
              { role: 'assistant', content, prefix: true },
            ]);
            const { prompt } = pool.requests.at(-1)!;
            return prompt.slice(prompt.lastIndexOf('Three'));
          };
          const rest = await restOf(`Three\nUser: four${specialTokens.join('')} five`);
          expect(rest).to.match(/four.* five$/);
          const marks =
            promptFormat === 'template' ? specialTokens : ['\nUser: four', ...eosTokens];
          for (const mark of marks) expect(rest).not.to.contain(mark);
        } finally {
          undo();
        }
      });
    }

    it('answers after a message of the assistant without a prefix', async () => {
      const session = await create();
      const reply = await session.prompt([
        { role: 'user', content: HELLO },
        { role: 'assistant', content: 'Hello!' },
      ]);
      expect(reply).to.be.a('string');
      expect(pool.requests.at(-1)!.prompt).to.equal(
        await promptFor([
          { role: 'user', content: HELLO },
          { role: 'assistant', content: 'Hello!' },
        ]),
      );
    });

    it('takes empty and unusual input', async () => {
      const session = await create();
      for (const input of ['', [], {}, null, undefined, [{ role: 'user', content: [] }]])
        expect(await session.prompt(input as never)).to.be.a('string');
    });

    it('stops at the limit that the host sets', async () => {
      const undo = install({ ...onWasm(pool), maxTokens: 5 });
      try {
        const session = await create();
        const reply = await session.prompt(STORY);
        expect(replies.foxStory[0].startsWith(reply) && reply !== '', reply).to.equal(true);
        expect(pool.results.at(-1)!.outputTokenIds).to.have.length(5);
        expect(await session.prompt(HELLO)).to.be.a('string');
      } finally {
        undo();
      }
    });
  });

  describe('promptStreaming()', () => {
    it('gives the same as prompt(), in pieces', async () => {
      const [first, second] = [await create(), await create()];
      const stream = first.promptStreaming(STORY);
      expect(stream).to.be.instanceOf(ReadableStream);
      const pieces = await piecesOf(stream);
      expect(pieces.length).to.be.greaterThan(20);
      expect(pieces.every((piece) => typeof piece === 'string' && piece !== '')).to.equal(true);
      expect(pieces.join('')).to.equal(await second.prompt(STORY));
      expect(first.contextUsage).to.equal(second.contextUsage);
    });

    it('gives the first piece before the last token is computed', async () => {
      const session = await create();
      const reader = session.promptStreaming(STORY).getReader();
      const finished = pool.results.length;
      await reader.read();
      expect(pool.results.length).to.equal(finished);
      await reader.cancel();
    });

    it('stops the model and forgets the turn when the stream is cancelled', async () => {
      const session = await create();
      const finished = pool.results.length;
      for await (const _ of session.promptStreaming(STORY)) break;
      expect(await session.prompt(ASK_NAME)).to.equal(replies.unknownName[0]);
      expect(pool.results.length - finished, 'the story was not finished').to.equal(1);
      expect(pool.requests.at(-1)!.prompt).not.to.contain('story');
    });

    it('errors the stream with what aborts it', async () => {
      const session = await create();
      const controller = new AbortController();
      const reason = new DOMException('test', 'VersionError');
      const stream = session.promptStreaming(STORY, { signal: controller.signal });
      controller.abort(reason);
      expect(await rejection(piecesOf(stream))).to.equal(reason);
    });

    it('throws at once when it is malformed, aborted or too late', async () => {
      const session = await create();
      const signal = AbortSignal.abort();
      expect(() => session.promptStreaming('a', { signal })).to.throw(DOMException);
      expect(() => session.promptStreaming([{ role: 'x' }] as never)).to.throw(TypeError);
      session.destroy();
      expect(() => session.promptStreaming('a')).to.throw(DOMException, /destroyed/);
    });
  });

  describe('append()', () => {
    it('adds messages and their usage, and answers nothing', async () => {
      const session = await create();
      const messages = [
        { role: 'user' as const, content: TELL_NAME },
        { role: 'assistant' as const, content: replies.name[0] },
      ];
      const requests = pool.requests.length;
      expect(await session.append(messages)).to.equal(undefined);
      expect(pool.requests.length).to.equal(requests);
      expect(session.contextUsage).to.equal(await session.measureContextUsage(messages));
      expect(await session.prompt(ASK_NAME)).to.equal(replies.name[1]);
    });

    it('takes a system message first', async () => {
      const session = await create();
      await session.append([SYSTEM]);
      expect(await session.prompt(ASK_JOB)).to.equal(replies.persona[0]);
    });

    it('refuses a prefix, and what does not fit', async () => {
      const session = await create();
      const prefix = [{ role: 'assistant' as const, content: 'a', prefix: true }];
      expect(await nameOfError(() => session.append(prefix))).to.equal('SyntaxError');
      const long = TEST_PROMPT.repeat(session.contextWindow);
      const error = await rejection<QuotaExceeded>(session.append(long));
      expect(error.name).to.equal('QuotaExceededError');
      expect(error.requested).to.equal(await session.measureContextUsage(long));
      expect(session.contextUsage).to.equal(0);
    });
  });

  describe('measureContextUsage()', () => {
    it('measures without adding anything', async () => {
      const session = await create();
      const usage = await session.measureContextUsage('This is a prompt.');
      expect(usage).to.be.greaterThan(0);
      expect(await session.measureInputUsage('This is a prompt.')).to.equal(usage);
      expect(session.contextUsage).to.equal(0);
    });

    it('measures a system message after others were added, and a constraint', async () => {
      const session = await create();
      await session.append('Hello');
      const messages = [{ role: 'system' as const, content: 'foo' }];
      const responseConstraint = { type: 'object' };
      expect(await session.measureContextUsage(messages, { responseConstraint })).to.be.greaterThan(
        0,
      );
    });

    it('is aborted', async () => {
      const session = await create();
      const signal = AbortSignal.abort();
      expect(await nameOfError(() => session.measureContextUsage('a', { signal }))).to.equal(
        'AbortError',
      );
    });
  });

  describe('aborting', () => {
    const methods: Record<
      string,
      (session: LanguageModel, signal: AbortSignal) => Promise<unknown>
    > = {
      prompt: (session, signal) => session.prompt(STORY, { signal }),
      append: (session, signal) => session.append(STORY, { signal }),
      clone: (session, signal) => session.clone({ signal }),
      measureContextUsage: (session, signal) => session.measureContextUsage(STORY, { signal }),
    };
    for (const [name, call] of Object.entries(methods)) {
      it(`${name}() rejects with the signal's reason, before and after`, async () => {
        const session = await create();
        for (const reason of [undefined, new Error('test'), 'a string']) {
          const controller = new AbortController();
          const calling = call(session, controller.signal);
          controller.abort(reason);
          const expected: unknown = controller.signal.reason;
          expect(await calling.catch((error: unknown) => error)).to.equal(expected);
          const again = call(session, controller.signal);
          expect(await again.catch((error: unknown) => error)).to.equal(expected);
        }
        expect(session.contextUsage).to.equal(0);
      });
    }

    it('a prompt that is being answered leaves nothing behind', async () => {
      const session = await create();
      await session.prompt(TELL_NAME);
      const { contextUsage } = session;
      const controller = new AbortController();
      const reader = session.promptStreaming(STORY, { signal: controller.signal }).getReader();
      await reader.read();
      controller.abort();
      expect(
        await nameOfError(async () => {
          while (!(await reader.read()).done);
        }),
      ).to.equal('AbortError');
      expect(session.contextUsage).to.equal(contextUsage);
      expect(await session.prompt(ASK_NAME)).to.equal(replies.name[1]);
    });

    it('a prompt that has its last token, but has not resolved, is aborted too', async () => {
      const session = await create();
      const controller = new AbortController();
      pool.onResult = () => controller.abort();
      const { signal } = controller;
      const prompting = session.prompt(HELLO, { signal });
      expect(await nameOfError(() => prompting)).to.equal('AbortError');
      pool.onResult = undefined;
      expect(session.contextUsage).to.equal(0);
    });

    it('a prompt that waits is left out, and the others are answered', async () => {
      const session = await create();
      const controller = new AbortController();
      const requests = pool.requests.length;
      const first = session.prompt(TELL_NAME);
      const waiting = session.prompt(STORY, { signal: controller.signal });
      const last = session.prompt(ASK_NAME);
      controller.abort();
      expect(await nameOfError(() => waiting)).to.equal('AbortError');
      expect(await first).to.equal(replies.name[0]);
      expect(await last).to.equal(replies.name[1]);
      expect(pool.requests.length - requests).to.equal(2);
    });
  });

  describe('clone()', () => {
    it('continues from the same point independently', async () => {
      const session = await create();
      await session.prompt(TELL_NAME);
      const clone = keep(await session.clone());
      expect(clone).to.be.instanceOf(LanguageModel);
      expect(clone.contextUsage).to.equal(session.contextUsage);
      expect(clone.contextWindow).to.equal(session.contextWindow);
      const { contextUsage } = session;
      expect(await clone.prompt(ASK_NAME)).to.equal(replies.name[1]);
      expect(session.contextUsage).to.equal(contextUsage);
      session.destroy();
      expect(await clone.prompt(ASK_NAME)).to.equal(replies.name[1]);
    });

    it('has a KV cache of its own', async () => {
      const session = await create();
      await session.prompt(STORY);
      const clone = keep(await session.clone());
      const turn = await session.measureContextUsage(HELLO);
      await clone.prompt(HELLO);
      await session.prompt(HELLO);
      expect(pool.results.at(-1)!.prefilledTokens).to.be.at.most(turn + TURN_MARKS);
      await clone.prompt(ASK_NAME);
      expect(pool.results.at(-1)!.prefilledTokens).to.be.at.most(turn + TURN_MARKS);
    });
  });

  describe('destroy()', () => {
    it('fails pending and later calls', async () => {
      const session = await create();
      const calls = [
        () => session.prompt(STORY),
        () => session.append(STORY),
        () => session.measureContextUsage(STORY),
        () => session.clone(),
        () => piecesOf(session.promptStreaming(STORY)),
      ];
      const before = calls.map((call) => nameOfError(call));
      session.destroy();
      const after = calls.map((call) => nameOfError(call));
      for (const name of await Promise.all([...before, ...after]))
        expect(name).to.equal('InvalidStateError');
      expect([session.contextUsage, session.contextWindow]).to.deep.equal([0, CONTEXT_WINDOW]);
      expect(session.destroy()).to.equal(undefined);
    });

    it('happens when the signal of create() aborts, with its reason', async () => {
      const controller = new AbortController();
      const session = await create({ signal: controller.signal });
      const reason = new Error('The page moved on.');
      const prompting = session.prompt(STORY);
      controller.abort(reason);
      expect(await rejection(prompting)).to.equal(reason);
      expect(await rejection(session.prompt(STORY))).to.equal(reason);
      session.destroy();
      expect(await rejection(session.prompt(STORY))).to.equal(reason);
    });
  });

  describe('overflow', () => {
    /** A session with overflow events, counted by name. */
    const watched = async (options?: LanguageModelCreateOptions) => {
      const session = await create(options);
      const heard: string[] = [];
      for (const type of ['contextoverflow', 'quotaoverflow'])
        session.addEventListener(type, (event) => heard.push(event.type));
      return { session, heard };
    };

    it('evicts the oldest turns, fires both events and keeps the initial prompts', async () => {
      const { session, heard } = await watched({
        initialPrompts: [...INTRODUCED],
      });
      const handled: string[] = [];
      session.oncontextoverflow = () => handled.push('replaced');
      session.oncontextoverflow = ({ type }) => handled.push(type);
      await session.prompt(conversations.count.turns[0]);
      while (heard.length === 0) await session.prompt(STORY);
      expect(heard).to.deep.equal(['contextoverflow', 'quotaoverflow']);
      expect(handled).to.deep.equal(['contextoverflow']);
      const { prompt } = pool.requests.at(-1)!;
      const beginning = await promptFor(INTRODUCED.slice(0, 2));
      expect(prompt.slice(0, beginning.length)).to.equal(beginning);
      expect(prompt).not.to.contain(conversations.count.turns[0]);
      expect(session.contextUsage).to.be.at.most(session.contextWindow);
      expect(await session.prompt(ASK_NAME)).to.equal(replies.personaAndName[1]);
      expect(await session.prompt(ASK_JOB)).to.equal(replies.personaAndName[2]);
    });

    it('answers a prompt that nearly fills the window', async () => {
      const { session, heard } = await watched();
      await session.append(TEST_PROMPT.repeat(10));
      let prompt = TEST_PROMPT;
      while ((await session.measureContextUsage(prompt)) < session.contextWindow * 0.95)
        prompt += TEST_PROMPT;
      await session.prompt(prompt);
      expect(heard).to.include('contextoverflow');
    });

    it('happens before a reply that would lack room', async () => {
      const { session, heard } = await watched();
      const hello = { role: 'user' as const, content: HELLO };
      const turnOf = (content: string) => [
        { role: 'user' as const, content },
        { role: 'assistant' as const, content: ANSWER },
      ];
      const turns: ReturnType<typeof turnOf>[] = [];
      /** Whether a turn and the prompt have room, with two tokens left for the reply. */
      const fits = async (turn: ReturnType<typeof turnOf>) =>
        (await session.measureContextUsage([...turns, turn, hello].flat())) + 2 <=
        session.contextWindow;
      while (await fits(turnOf(HELLO))) turns.push(turnOf(HELLO));
      turns.pop();
      let words = 'one';
      while (await fits(turnOf(`${words} one`))) words += ' one';
      for (const turn of [...turns, turnOf(words)]) await session.append(turn);
      expect(heard, 'before the prompt').to.deep.equal([]);
      const requests = pool.requests.length;
      expect(await session.prompt(HELLO)).not.to.equal('');
      expect(heard).to.include('contextoverflow');
      expect(
        [pool.requests.length - requests, pool.results.at(-1)!.finishReason],
        'the reply was not cut off',
      ).to.deep.equal([1, 'stop']);
    });

    it('is caused by append() too', async () => {
      const { session, heard } = await watched();
      const long = TEST_PROMPT.repeat(20);
      const usage = await session.measureContextUsage(long);
      const times = Math.ceil(session.contextWindow / usage) + 1;
      for (let i = 0; i < times; i++) await session.append(long);
      expect(heard).to.include('contextoverflow');
      expect(session.contextUsage).to.be.at.most(session.contextWindow);
    });

    it('refuses a prompt that cannot fit, and evicts nothing', async () => {
      const { session, heard } = await watched();
      await session.prompt(TELL_NAME);
      const long = TEST_PROMPT.repeat(session.contextWindow);
      const usage = await session.measureContextUsage(long);
      const error = await rejection<QuotaExceeded>(session.prompt(long));
      expect(error).to.be.instanceOf(DOMException);
      expect(error.name).to.equal('QuotaExceededError');
      expect([error.requested, error.quota]).to.deep.equal([usage, session.contextWindow]);
      expect(heard).to.deep.equal([]);
      expect(await session.prompt(ASK_NAME)).to.equal(replies.name[1]);
    });
  });

  describe('tools', () => {
    const weather = (execute: LanguageModelTool['execute']): LanguageModelTool => ({
      name: 'get_weather',
      description: 'Says how the weather is in a city.',
      inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      execute,
    });
    const QUESTION = 'What is the weather in Quelmar?';

    it('are called with their arguments, and the model uses the result', async () => {
      const calls: unknown[][] = [];
      const session = await create({
        tools: [
          weather(async (...args) => {
            calls.push(args);
            return WEATHER_RESULT;
          }),
        ],
      });
      const pieces = await piecesOf(session.promptStreaming(QUESTION));
      const reply = pieces.join('');
      expect(reply).to.match(TELLS_WEATHER);
      expect(calls).to.deep.equal([[{ city: 'Quelmar' }]]);
      const clone = keep(await session.clone());
      expect(await clone.prompt(QUESTION)).to.match(TELLS_WEATHER);
      expect(calls).to.have.length(2);
    });

    it('occupy a part of the context', async () => {
      const session = await create({ tools: [weather(async () => '')] });
      expect(session.contextUsage).to.be.greaterThan(0);
      expect(await session.prompt([SYSTEM, { role: 'user', content: ASK_JOB }])).to.equal(
        replies.persona[0],
      );
    });

    it('that fail make the prompt fail, with the cause, and the turn is forgotten', async () => {
      const boom = new Error('The station is closed.');
      for (const execute of [
        () => Promise.reject(boom),
        () => {
          throw boom;
        },
      ]) {
        const session = await create({ tools: [weather(execute)] });
        const { contextUsage } = session;
        const error = await rejection<DOMException & { cause: unknown }>(session.prompt(QUESTION));
        expect(error.name).to.equal('UnknownError');
        expect(error.message).to.contain('get_weather').and.contain('The station is closed.');
        expect(error.cause).to.equal(boom);
        expect(session.contextUsage).to.equal(contextUsage);
      }
    });

    it('that never return do not keep an abort waiting', async () => {
      const controller = new AbortController();
      const session = await create({
        tools: [
          weather(() => {
            controller.abort();
            return new Promise(() => {});
          }),
        ],
      });
      const prompting = session.prompt(QUESTION, { signal: controller.signal });
      expect(await nameOfError(() => prompting)).to.equal('AbortError');
    });
  });
});
