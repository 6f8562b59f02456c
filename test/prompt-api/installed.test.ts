/// <reference types="dom-chromium-ai" />
import { expect } from '@esm-bundle/chai';
import { Engine } from '../../src/engine/engine.js';
import { install, LanguageModel as OurLanguageModel } from '../../src/prompt-api/index.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { rejection, tinyQ8 } from '../helpers.js';
import { nameOfError, onWasm, piecesOf, WatchedPool } from './helpers.js';

const [TELL_NAME, ASK_NAME, ASK_JOB] = conversations.personaAndName.turns;

// Like an app, these specs use the global `LanguageModel` with the types of @types/dom-chromium-ai.
// Each spec loads the model anew.
describe('prompt-api/installed', () => {
  let pool: WatchedPool;
  let uninstall: () => void;
  beforeEach(() => {
    pool = new WatchedPool();
    uninstall = install(onWasm(pool));
  });
  afterEach(() => {
    uninstall();
    pool.dispose();
    expect(Engine.alive.size, 'engines still alive').to.equal(0);
  });

  it('an app downloads the model, talks to it and unloads it', async () => {
    expect(LanguageModel as unknown).to.equal(OurLanguageModel);
    const options: LanguageModelCreateOptions = {
      expectedInputs: [{ type: 'text', languages: ['en'] }],
      expectedOutputs: [{ type: 'text', languages: ['en'] }],
    };
    expect(await LanguageModel.availability(options)).to.equal('downloadable');

    const loaded: number[] = [];
    const states: Promise<Availability>[] = [];
    let created = false;
    const creating = LanguageModel.create({
      ...options,
      initialPrompts: [
        { role: 'system', content: conversations.personaAndName.system },
        { role: 'user', content: TELL_NAME },
        { role: 'assistant', content: [{ type: 'text', value: replies.personaAndName[0] }] },
      ],
      monitor(monitor) {
        monitor.addEventListener('downloadprogress', (event) => {
          expect(created, 'no event after create()').to.equal(false);
          expect([event.total, event.lengthComputable]).to.deep.equal([1, true]);
          loaded.push(event.loaded);
          if (event.loaded < 1) states.push(LanguageModel.availability());
        });
      },
    });
    const session: LanguageModel = await creating;
    created = true;
    expect((await Promise.all(states)).at(-1)).to.equal('downloading');
    expect(await LanguageModel.availability()).to.equal('available');
    expect(loaded.length).to.be.greaterThan(2);
    expect([loaded[0], loaded.at(-1)]).to.deep.equal([0, 1]);
    loaded.forEach((fraction, index) => {
      expect(fraction % (1 / 0x10000)).to.equal(0);
      if (index > 0) expect(fraction).to.be.greaterThan(loaded[index - 1]!);
    });

    expect(session).to.be.instanceOf(LanguageModel);
    expect(await session.prompt(ASK_NAME)).to.equal(replies.personaAndName[1]);
    const usage = session.contextUsage;
    const pieces = await piecesOf(session.promptStreaming(ASK_JOB));
    expect(pieces.join('')).to.equal(replies.personaAndName[2]);
    expect(session.contextUsage).to.be.greaterThan(usage);
    expect(await session.append('Hello.')).to.equal(undefined);

    const clone = await session.clone();
    session.destroy();
    expect(await nameOfError(() => session.prompt(ASK_JOB))).to.equal('InvalidStateError');
    expect(await clone.prompt(ASK_NAME)).to.equal(replies.personaAndName[1]);
    expect(clone.contextWindow).to.be.greaterThan(clone.contextUsage);
    clone.destroy();
    expect(pool.workers).to.have.length(1);
    expect(pool.size, 'engines in the pool').to.equal(0);
  });

  it('sessions share one engine, and the last one unloads it', async () => {
    // The class itself has the types of the global, too.
    const [first, second]: LanguageModel[] = await Promise.all([
      LanguageModel.create(),
      OurLanguageModel.create(),
    ]);
    expect(pool.workers).to.have.length(1);
    const prompts = [first!.prompt(TELL_NAME), second!.prompt(ASK_NAME)];
    expect(await Promise.all(prompts)).to.deep.equal([replies.name[0], replies.unknownName[0]]);
    first!.destroy();
    expect(pool.size).to.equal(1);
    expect(await second!.prompt(conversations.unknownName.turns[1])).to.equal(
      replies.unknownName[1],
    );
    second!.destroy();
    expect(pool.size).to.equal(0);
  });

  it('a session continues on a new engine when its own has died', async () => {
    const session = await LanguageModel.create();
    await session.prompt(TELL_NAME);
    const answering = session.prompt(conversations.foxStory.turns[0]);
    for (const engine of Engine.alive) engine.terminate();
    expect((await rejection(answering)).name).to.equal('UnknownError');
    expect(await session.prompt(ASK_NAME)).to.equal(replies.name[1]);
    expect(pool.workers).to.have.length(2);
    session.destroy();
  });

  it('a creation that is aborted while the model loads leaves no engine', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const creating = LanguageModel.create({
      signal: controller.signal,
      monitor(monitor) {
        monitor.ondownloadprogress = ({ loaded }) => {
          if (loaded > 0) controller.abort(reason);
        };
      },
    });
    expect(await rejection(creating)).to.equal(reason);
    expect(pool.size).to.equal(0);
    expect(await LanguageModel.availability()).to.equal('downloadable');
  });

  it('a model that cannot be downloaded is a NetworkError', async () => {
    const undo = install({ ...onWasm(pool), model: `${location.origin}/models/no-such-model/` });
    expect((await rejection(LanguageModel.create())).name).to.equal('NetworkError');
    undo();
  });

  it('a model that no device can load is a NotSupportedError, then unavailable', async () => {
    const model = tinyQ8({
      files: { 'onnx/model_quantized.onnx': { url: `${location.origin}/index.html` } },
    });
    const undo = install({ ...onWasm(pool), model });
    expect((await rejection(LanguageModel.create())).name).to.equal('NotSupportedError');
    expect(await LanguageModel.availability()).to.equal('unavailable');
    undo();
  });

  describe('responseConstraint', () => {
    const schema = {
      type: 'object',
      required: ['rating'],
      additionalProperties: false,
      properties: { rating: { type: 'integer', minimum: 0, maximum: 5 } },
    };
    const rating = (json: string) => (JSON.parse(json) as { rating: number }).rating;

    it('gives JSON that fits a schema, streamed or not', async () => {
      const session = await LanguageModel.create();
      for (const omitResponseConstraintInput of [false, true]) {
        const options = { responseConstraint: schema, omitResponseConstraintInput };
        expect(rating(await session.prompt('hello', options))).to.be.within(0, 5);
        const pieces = await piecesOf(session.promptStreaming('hello', options));
        expect(rating(pieces.join(''))).to.be.within(0, 5);
      }
      session.destroy();
    });

    it('gives text that matches a RegExp', async () => {
      const session = await LanguageModel.create();
      for (const expression of [/hello/, /^-?(0(\.\d+)?|1(\.0+)?)$/, /^(yes|no)$/]) {
        const responseConstraint = expression as unknown as Record<string, unknown>;
        expect(await session.prompt('hello', { responseConstraint })).to.match(expression);
      }
      session.destroy();
    });

    it('counts a prefix in', async () => {
      const session = await LanguageModel.create();
      const prompt = (prefix: string, responseConstraint: object) =>
        session.prompt(
          [
            { role: 'user', content: 'hello' },
            { role: 'assistant', content: prefix, prefix: true },
          ],
          { responseConstraint: responseConstraint as Record<string, unknown> },
        );
      const expression = /^Greetings and salutations.*/;
      expect(`Greetings${await prompt('Greetings', expression)}`).to.match(expression);
      const start = '{"rating":';
      expect(rating(start + (await prompt(start, schema)))).to.be.within(0, 5);
      for (const constraint of [expression, schema])
        expect(await nameOfError(() => prompt('invalid', constraint))).to.equal(
          'NotSupportedError',
        );
      session.destroy();
    });

    it('refuses an invalid schema', async () => {
      const session = await LanguageModel.create();
      const options = { responseConstraint: { type: 'soup' } };
      expect(await nameOfError(() => session.prompt('hello', options))).to.equal(
        'NotSupportedError',
      );
      session.destroy();
    });
  });
});
