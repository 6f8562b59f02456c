import { expect } from '@esm-bundle/chai';
import { fromLanguageModel } from '../../src/adapters/from-language-model.js';
import { LanguageModel } from '../../src/prompt-api/index.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { endAllEngines, LONG_MESSAGE, rejection } from '../helpers.js';
import { answers, HELLO, passesTheSuite, refusesTooMuch, withAgent } from './ask-agent.js';

/** Our own Prompt API, on the bundled model. */
describe('fromLanguageModel', () => {
  const load = () => fromLanguageModel(LanguageModel);

  // The adapter opens a session for each call. This one keeps the engine loaded between them.
  before(() => LanguageModel.create());
  after(endAllEngines);

  answers(load);
  passesTheSuite(load);
  refusesTooMuch(load, LONG_MESSAGE);

  it('takes the options of `create`; the system prompt of a conversation replaces theirs', () => {
    const [TELL_NAME, ASK_NAME] = conversations.name.turns;
    const initialPrompts = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: TELL_NAME },
      { role: 'assistant', content: replies.name[0] },
    ];
    return withAgent(
      fromLanguageModel(LanguageModel, { initialPrompts, temperature: 0, topK: 1 }),
      async (agent) => {
        const ask = { messages: [{ role: 'user' as const, content: ASK_NAME }] };
        expect((await agent.invoke(ask)).response).to.include('Zorvik');
        expect((await agent.invoke({ ...ask, system: 'Be kind.' })).response).to.include('Zorvik');
      },
    );
  });

  it('gives a reply that fits a schema', () =>
    withAgent(load(), async (agent) => {
      const { response } = await agent.invoke({
        messages: [{ role: 'user', content: HELLO }],
        responseFormat: {
          type: 'json-schema',
          schema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
        },
      });
      expect(JSON.parse(response)).to.have.property('ok');
    }));

  it('refuses results of tools, which the API runs itself', () =>
    withAgent(load(), async (agent) => {
      const error = await rejection(agent.invoke([{ role: 'tool', content: 'rain' }]));
      expect(error.code).to.equal('unsupported');
    }));
});
