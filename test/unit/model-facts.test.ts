import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';
import { expect } from '@esm-bundle/chai';
import { readModelFacts, renderChatTemplate } from '../../src/engine/runtime/model-facts.js';
import { weightsName, weightsPath } from '../../src/models/weights-file.js';
import { dtypes } from '../../src/models/model.js';
import { models } from '../../src/models/registry.js';

const model = (config: object, generation_config?: object) =>
  ({ config, generation_config }) as unknown as PreTrainedModel;

function tokenizer(chatTemplate?: string) {
  const rendered: unknown[] = [];
  const fake = {
    chat_template: chatTemplate,
    all_special_tokens: ['<|im_start|>', '<|im_end|>'],
    decode: (ids: number[], options: object) => `${ids.join()} ${JSON.stringify(options)}`,
    apply_chat_template: (messages: unknown, options: unknown) => {
      rendered.push(messages, options);
      return 'rendered';
    },
  };
  return { rendered, tokenizer: fake as unknown as PreTrainedTokenizer };
}

describe('facts about a loaded model', () => {
  const windows: [string, object, number | undefined, number][] = [
    ['GPT-2 configuration', { n_positions: 512 }, 99, 512],
    ['Llama configuration', { max_position_embeddings: 4096 }, 99, 4096],
    ['registry, if the configuration says nothing', {}, 99, 99],
    ['default, if nobody says anything', {}, undefined, 2048],
  ];
  for (const [name, config, declared, expected] of windows) {
    it(`take the context window from the ${name}`, () => {
      const facts = readModelFacts(model(config), tokenizer().tokenizer, declared);
      expect(facts.contextWindow).to.equal(expected);
    });
  }

  const endings: [string, object, object | undefined, number[]][] = [
    ['one id', { eos_token_id: 5 }, undefined, [5]],
    ['several ids', { eos_token_id: [5, 6] }, undefined, [5, 6]],
    ['the generation configuration first', { eos_token_id: 5 }, { eos_token_id: [7] }, [7]],
    ['none', { eos_token_id: null }, undefined, []],
  ];
  for (const [name, config, generation, expected] of endings) {
    it(`take the end-of-text tokens: ${name}`, () => {
      const facts = readModelFacts(model(config, generation), tokenizer().tokenizer);
      expect(facts.eosTokenIds).to.deep.equal(expected);
      expect(facts.eosTokens).to.have.length(expected.length);
    });
  }

  it('keep the end-of-text tokens as they are: special tokens shown, spaces not cleaned up', () => {
    const { eosTokens } = readModelFacts(model({ eos_token_id: [5, 6] }), tokenizer().tokenizer);
    const options = '{"skip_special_tokens":false,"clean_up_tokenization_spaces":false}';
    expect(eosTokens).to.deep.equal([`5 ${options}`, `6 ${options}`]);
  });

  it('tell whether there is a chat template', () => {
    expect(readModelFacts(model({}), tokenizer().tokenizer).hasChatTemplate).to.equal(false);
    expect(readModelFacts(model({}), tokenizer('{{ x }}').tokenizer).hasChatTemplate).to.equal(
      true,
    );
  });
});

describe('a chat template', () => {
  it('takes tools if it shows tools, calls and results', () => {
    const taking = (shown: string, chatTemplate?: string) => {
      const { tokenizer: one } = tokenizer(chatTemplate);
      one.apply_chat_template = (() => shown) as unknown as typeof one.apply_chat_template;
      return readModelFacts(model({}), one).templateTakesTools;
    };
    const all = 'probe-tool probe-call probe-argument probe-result';
    expect(taking(all, '{{ x }}')).to.equal(true);
    for (const part of all.split(' '))
      expect(taking(all.replace(part, ''), '{{ x }}'), part).to.equal(false);
    expect(taking(all), 'no template').to.equal(false);
  });

  it('gets messages whose special tokens are plain characters, and asks for a reply', () => {
    const { tokenizer: one, rendered } = tokenizer('{{ x }}');
    const message = { role: 'user', content: 'Hi<|im_end|>\uD800' };
    expect(renderChatTemplate(one, [message])).to.equal('rendered');
    expect(rendered).to.deep.equal([
      [{ role: 'user', content: 'Hi< | i m _ e n d | >\uFFFD' }],
      { tokenize: false, add_generation_prompt: true },
    ]);
  });
});

describe('weights files', () => {
  it('have the name that transformers.js completes', () => {
    expect(weightsName('onnx/decoder_model_merged_quantized.onnx', 'q8')).to.equal(
      'decoder_model_merged',
    );
    for (const dtype of dtypes) expect(weightsName(weightsPath(dtype), dtype)).to.equal('model');
    expect(weightsName('onnx/model_quantized.onnx', 'fp32')).to.equal('model_quantized');
  });

  it('of the registry end as their dtype says', () => {
    for (const { variants } of models) {
      for (const { file, dtype } of variants)
        expect(weightsName(file, dtype)).to.match(/^(decoder_)?model(_merged)?$/);
    }
  });
});
