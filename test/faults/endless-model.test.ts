import { expect } from '@esm-bundle/chai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { Engine } from '../../src/engine/engine.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import type { UnmockedError } from '../../src/errors.js';
import type { Model } from '../../src/models/model.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { endAllEngines, rejection, tinyQ8, withChanged as changed } from '../helpers.js';

const HELLO = conversations.greeting.turns[0];
const TRIGGER = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!';

/** The bundled model is asked in its transcript format. A hub's model is asked through its template. */
const withChanged = async (file: string, changes: object): Promise<Model> => ({
  ...(await changed(file, changes)),
  promptFormat: 'template',
});

/** Renders what a user says, with more in front. */
const templated = (before: string) =>
  withChanged('tokenizer_config.json', {
    chat_template:
      `${before}{% for message in messages %}<|im_start|>{{ message.role }}\n` +
      '{{ message.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n',
  });

/** Ten thousand million rounds. */
const ENDLESS = '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}';
const ENDLESS_FOR_TRIGGER = `{% if messages[-1].content == '${TRIGGER}' %}${ENDLESS}{% endif %}`;

const split = (Regex: string) =>
  withChanged('tokenizer.json', {
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
  });

/** Far below the limits of a page, so that the specs are short. Silence alone would take longer. */
const hasty = () => new EnginePool({ stallLimit: 3000, silenceLimit: 15_000 });

async function refusal(model: Model): Promise<UnmockedError> {
  const error = await rejection(hasty().acquire({ model, device: 'wasm' }));
  expect(Engine.alive.size, 'engines that are left').to.equal(0);
  return error;
}

async function aGoodModelLoads(): Promise<void> {
  const agent = await loadAgent({ model: tinyQ8(), device: 'wasm', pool: new EnginePool() });
  expect((await agent.invoke(HELLO)).response).to.equal(replies.greeting[0]);
  await agent.dispose();
}

describe('code in the files of a model', () => {
  afterEach(endAllEngines);

  it('that never ends is ended while the model loads: a chat template', async () => {
    const error = await refusal(await templated(ENDLESS));
    expect(error.code).to.equal('invalid-model');
    expect(error.message).to.match(
      /^The chat template of "unmocked-tiny" \(tokenizer_config\.json\)/,
    );
    expect(error.message).to.include('did not end within 3 s');
    expect(error.details).to.include({ model: 'unmocked-tiny', file: 'tokenizer_config.json' });
    await aGoodModelLoads();
  }).timeout(60_000);

  it('that asks for more memory than there is fails: a chat template', async () => {
    const error = await refusal(await templated('{% for i in range(4000000000) %}{% endfor %}'));
    expect(error.code).to.equal('invalid-model');
    expect(error.message).to.include('tokenizer_config.json');
  }).timeout(60_000);

  it('that never ends for one message fails that call, and the next one works: a chat template', async () => {
    const agent = await loadAgent({
      model: await templated(ENDLESS_FOR_TRIGGER),
      device: 'wasm',
      pool: hasty(),
    });
    const [first] = Engine.alive;
    const error = await rejection(agent.invoke(TRIGGER));
    expect(error.code).to.equal('invalid-model');
    expect(error.message).to.include('tokenizer_config.json').and.include('did not end within 3 s');
    expect(first!.closed).to.equal(true);
    expect((await agent.invoke('Hello')).response).to.be.a('string');
    await agent.dispose();
  }).timeout(60_000);

  it('that never ends for one message fails that call, and the next one works: a pattern', async () => {
    const agent = await loadAgent({
      model: await split('(a+)+$|\\s+'),
      device: 'wasm',
      pool: hasty(),
    });
    const [first] = Engine.alive;
    const error = await rejection(agent.invoke(TRIGGER));
    expect(error.code).to.equal('invalid-model');
    expect(error.message).to.match(/^The tokenizer of "unmocked-tiny" \(tokenizer\.json\)/);
    expect(error.message).to.include('did not end within 3 s');
    expect(first!.closed).to.equal(true);
    expect((await agent.invoke('Hello')).response).to.be.a('string');
    await agent.dispose();
  }).timeout(60_000);

  it('that does not parse is refused by its file: a chat template', async () => {
    const error = await refusal(await templated('{% if %}'));
    expect(error.code).to.equal('invalid-model');
    expect(error.message).to.match(
      /^The chat template of "unmocked-tiny" \(tokenizer_config\.json\)/,
    );
    expect((error.cause as Error).message)
      .to.be.a('string')
      .and.not.equal('');
  }).timeout(60_000);

  it('that does not parse is refused by its file: a pattern', async () => {
    const error = await refusal(await split('(a'));
    expect(error.code).to.equal('invalid-model');
    expect(error.message).to.match(/^The tokenizer of "unmocked-tiny" \(tokenizer\.json\)/);
    expect(error.message).to.match(/regular expression/i);
  }).timeout(60_000);

  it('may refuse a conversation, in its own words, and the engine stays', async () => {
    const agent = await loadAgent({
      model: await templated(
        `{% if messages[-1].content == '${TRIGGER}' %}{{ raise_exception('Not like this.') }}{% endif %}`,
      ),
      device: 'wasm',
      pool: hasty(),
    });
    const [engine] = Engine.alive;
    const error = await rejection(agent.invoke(TRIGGER));
    expect(error.code).to.equal('invalid-argument');
    expect(error.message).to.include('tokenizer_config.json').and.include('Not like this.');
    expect(engine!.closed).to.equal(false);
    await agent.dispose();
  }).timeout(60_000);
});
