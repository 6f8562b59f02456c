import { Validator, type Schema } from '@cfworker/json-schema';
import { expect } from '@esm-bundle/chai';
import type { Engine } from '../src/engine/engine.js';
import { EnginePool } from '../src/engine/engine-pool.js';
import type { Constraint } from '../src/engine/constraint/constraint.js';
import type { GenerateRequest, TokenEvent } from '../src/engine/protocol.js';
import { isAbortError } from '../src/errors.js';
import { SCHEMAS } from './constraint-cases.js';
import { conversations } from './conversations.mjs';
import { endAllEngines, greedy, promptOf, rejection, tinyQ8 } from './helpers.js';

/* Constrained decoding on the real model. test/node/constraint.test.mjs specifies what matches. */

const sampled = { temperature: 1, topP: 0.95, topK: 40 };
const long: Constraint = {
  type: 'json-schema',
  schema: { type: 'array', items: { type: 'integer' }, minItems: 1000 },
};

describe('constrained decoding', () => {
  let engine: Engine;
  let base: GenerateRequest;
  /** The prompt of a greeting, and the tokens of the reply to it. */
  let hello: string;
  let greeting: number[];
  before(async () => {
    engine = (await new EnginePool().acquire({ model: tinyQ8(), device: 'wasm' })).engine;
    const [story] = conversations.story.turns;
    base = { ...greedy, prompt: await promptOf(engine, story), maxTokens: 300 };
    hello = await promptOf(engine, conversations.greeting.turns[0]);
    greeting = (await engine.generate({ ...greedy, prompt: hello })).outputTokenIds;
  });
  after(endAllEngines);

  const generate = (values: Partial<GenerateRequest>, onToken?: (token: TokenEvent) => void) =>
    engine.generate({ ...base, ...values }, { onToken });
  const stillFree = async () =>
    expect((await engine.generate({ ...greedy, prompt: hello })).outputTokenIds).to.deep.equal(
      greeting,
    );

  for (const [name, schema] of Object.entries(SCHEMAS)) {
    it(`parses and fits, greedy and sampled: ${name}`, async () => {
      const validator = new Validator(schema as Schema, '2020-12', false);
      // No schema makes a model that repeats itself end this one.
      const [nothing] = await engine.encode('null');
      const ends = name === 'recursive' ? { logitBias: { [nothing!]: 10 } } : {};
      for (const [seed, sampling] of [
        {},
        sampled,
        sampled,
        { ...sampled, topP: 1, topK: 0 },
      ].entries()) {
        const pieces: string[] = [];
        const { text, rawText, finishReason } = await generate(
          { ...sampling, ...ends, seed, constraint: { type: 'json-schema', schema } },
          (token) => pieces.push(token.text),
        );
        expect(finishReason, text).to.equal('stop');
        expect(pieces.join('')).to.equal(text);
        expect(rawText).to.be.oneOf(engine.info.eosTokens.map((eos) => text + eos));
        const { valid, errors } = validator.validate(JSON.parse(text));
        expect(valid, `${text}: ${errors.map(({ error }) => error).join('; ')}`).to.equal(true);
      }
    });
  }

  it('fits a pattern', async () => {
    for (const seed of [1, 2, 3]) {
      const { text } = await generate({
        ...sampled,
        seed,
        constraint: { type: 'regex', pattern: '(yes|no), [a-zé ]{5,20}[.!]' },
      });
      expect(text).to.match(/^(yes|no), [a-zé ]{5,20}[.!]$/);
    }
  });

  it('fits a grammar', async () => {
    const ebnf = 'root ::= "(" root? ")" root? | [0-9]{1,3}';
    const { text, finishReason } = await generate({ constraint: { type: 'grammar', ebnf } });
    if (finishReason === 'stop') expect(text).to.match(/^[()\d]+$/);
    else expect(text).to.match(/^[()]+/);
  });

  it('forces a tool call, also after text', async () => {
    const call: Constraint = {
      type: 'sequence',
      parts: [
        '<tool_call>\n',
        {
          type: 'json-schema',
          spaced: true,
          schema: {
            type: 'object',
            properties: {
              name: { enum: ['roll_dice'] },
              arguments: {
                type: 'object',
                properties: { sides: { type: 'integer', minimum: 2, maximum: 100 } },
                required: ['sides'],
              },
            },
            required: ['name', 'arguments'],
          },
        },
        '\n</tool_call>',
      ],
    };
    const form =
      /^<tool_call>\n\{"name": "roll_dice", "arguments": \{"sides": \d+\}\}\n<\/tool_call>$/;
    expect((await generate({ constraint: call })).text).to.match(form);
    const { text } = await generate({
      constraint: {
        type: 'sequence',
        parts: [{ type: 'regex', pattern: ' ?[a-zA-Z ]{0,20}' }, call],
      },
    });
    expect(text.slice(text.indexOf('<'))).to.match(form);
  });

  it('says "length" when the token limit cuts it, with a correct beginning', async () => {
    const { text, finishReason, limitedBy, outputTokenIds } = await generate({
      maxTokens: 40,
      constraint: long,
    });
    expect(finishReason).to.equal('length');
    expect(limitedBy).to.equal('max-tokens');
    expect(outputTokenIds).to.have.length(40);
    expect(text).to.match(/^\[-?\d+(,-?\d+)*,?-?$/);
  });

  it('says "length" when the context window cuts it', async () => {
    const { finishReason, limitedBy } = await generate({ maxTokens: 10_000, constraint: long });
    expect({ finishReason, limitedBy }).to.deep.equal({
      finishReason: 'length',
      limitedBy: 'context-window',
    });
  });

  it('ends at a stop sequence, and says so', async () => {
    const { text, finishReason, stopSequence } = await generate({ constraint: long, stop: [','] });
    expect({ finishReason, stopSequence }).to.deep.equal({
      finishReason: 'stop',
      stopSequence: ',',
    });
    expect(text).to.match(/^\[-?\d+$/);
  });

  it('keeps the KV cache of a conversation', async () => {
    const constraint: Constraint = { type: 'regex', pattern: 'yes|no' };
    const conversation = 'constrained';
    const first = await generate({ constraint, conversation });
    const prompt = await promptOf(engine, [
      { role: 'user', content: conversations.story.turns[0] },
      { role: 'assistant', content: first.text, raw: first.rawText },
      { role: 'user', content: 'And now?' },
    ]);
    const next = await generate({ prompt, constraint, conversation });
    const fresh = await generate({ prompt, constraint });
    expect(next.prefilledTokens).to.be.lessThan(fresh.prefilledTokens);
    expect(next.outputTokenIds).to.deep.equal(fresh.outputTokenIds);
  });

  it('refuses a wrong constraint before it computes, and keeps the conversation', async () => {
    const conversation = 'refused';
    const first = await generate({ conversation, maxTokens: 5 });
    let tokens = 0;
    const error = await rejection(
      generate({ conversation, constraint: { type: 'regex', pattern: '(' } }, () => tokens++),
    );
    expect(error.code).to.equal('invalid-constraint');
    expect(tokens).to.equal(0);
    expect(engine.closed).to.equal(false);
    const prompt = base.prompt + first.rawText;
    const next = await generate({ prompt, conversation, maxTokens: 5 });
    expect(next.prefilledTokens).to.be.lessThan(5);
  });

  it('leaves requests without a constraint as they are, also beside others', async () => {
    const client = 'another';
    const [one, other] = await Promise.all([
      generate({ constraint: { type: 'regex', pattern: '[ab]{8}' } }),
      generate({ constraint: { type: 'regex', pattern: '[0-9]{8}' }, client }),
      stillFree(),
    ]);
    expect(one.text).to.match(/^[ab]{8}$/);
    expect(other.text).to.match(/^\d{8}$/);
  });

  it('can be cancelled, and starts anew the next time', async () => {
    const controller = new AbortController();
    let tokens = 0;
    const error = await rejection<Error>(
      engine.generate(
        { ...base, constraint: long },
        {
          signal: controller.signal,
          onToken: () => {
            if (++tokens === 5) controller.abort();
          },
        },
      ),
    );
    expect(isAbortError(error)).to.equal(true);
    const { text } = await generate({ maxTokens: 10, constraint: long });
    expect(text).to.match(/^\[/);
    await stillFree();
  });

  it('is deterministic by seed', async () => {
    const constraint: Constraint = { type: 'json-schema', schema: SCHEMAS['nested objects']! };
    const run = async (seed: number) => (await generate({ ...sampled, seed, constraint })).text;
    const texts = [await run(1), await run(1), await run(2)];
    expect(texts[1]).to.equal(texts[0]);
    expect(texts[2]).not.to.equal(texts[0]);
  });
});
