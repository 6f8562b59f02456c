import { env, pipeline, type TextGenerationPipeline } from '@huggingface/transformers';
import { expect } from '@esm-bundle/chai';
import { fromPipeline, pipelineClaims } from '../../src/adapters/from-pipeline.js';
import { unmockedTiny } from '../../src/models/unmocked-tiny.js';
import { LONG_MESSAGE, rejection } from '../helpers.js';
import {
  answers,
  callsTools,
  HELLO,
  passesTheSuite,
  refusesTooMuch,
  STOP,
  STOPPED,
  STORY,
  WEATHER,
  withAgent,
} from './ask-agent.js';

/** A pipeline as an app makes it, on the page's own thread. */
describe('fromPipeline', () => {
  let generator: TextGenerationPipeline;
  const load = () => fromPipeline(generator);

  before(async () => {
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    env.localModelPath = '/models/';
    env.useBrowserCache = false;
    env.backends.onnx.wasm!.wasmPaths = `${location.origin}/ort/`;
    generator = await pipeline('text-generation', 'unmocked-tiny', { dtype: 'q8', device: 'wasm' });
  });

  after(() => generator.dispose());

  describe('with the chat template of its tokenizer', () => {
    answers(load);
    passesTheSuite(load);
    refusesTooMuch(load, LONG_MESSAGE);
  });

  describe('with tools, in the format that the bundled model was trained in', () => {
    const load = () =>
      fromPipeline(generator, {
        claims: [...pipelineClaims, 'tools'],
        promptFormat: unmockedTiny.promptFormat,
      });
    answers(load);
    passesTheSuite(load);
    callsTools(load);
  });

  it('gives a model that knows no chat template a transcript', () =>
    withAgent(fromPipeline(generator, { promptFormat: 'transcript' }), async (agent) => {
      const { metadata } = await agent.invoke('Hi.', { maxTokens: 1 });
      expect(metadata.prompt).to.equal('User: Hi.\nAssistant:');
    }));

  it('gives tools, calls and results to a template that takes them', async () => {
    const { tokenizer } = generator;
    const before = tokenizer.chat_template;
    tokenizer.chat_template =
      '{% for tool in tools or [] %}[tool]{{ tool | tojson }}{% endfor %}' +
      '{% for message in messages %}[{{ message.role }}]{{ message.content }}' +
      '{% for call in message.tool_calls or [] %}[call]{{ call.function.name }} ' +
      '{{ call.function.arguments | tojson }}{% endfor %}{% endfor %}[assistant]';
    try {
      await withAgent(
        fromPipeline(generator, { claims: [...pipelineClaims, 'tools'] }),
        async (agent) => {
          const { metadata } = await agent.invoke(
            {
              messages: [
                { role: 'user', content: 'Weather?' },
                {
                  role: 'assistant',
                  content: '',
                  toolCalls: [{ name: WEATHER.name, arguments: { city: 'Oslo' } }],
                },
                { role: 'tool', content: 'rainy' },
              ],
              tools: [WEATHER],
            },
            { maxTokens: 1 },
          );
          expect(metadata.prompt).to.match(
            /^\[tool\]\{.*"get_weather".*\}\[user\]Weather\?\[assistant\]\[call\]get_weather \{"city": "Oslo"\}\[tool\]rainy\[assistant\]$/,
          );
        },
      );
    } finally {
      tokenizer.chat_template = before;
    }
  });

  it('refuses tools if it does not claim them', () =>
    withAgent(load(), async (agent) => {
      const error = await rejection(agent.invokeWithTools(HELLO, [WEATHER]));
      expect([error.code, error.message]).to.deep.equal([
        'unsupported',
        '"pipeline" does not claim tools. If it can do this, add "tools" to the claims of its adapter.',
      ]);
    }));

  it('gives the tokens that it read and computed', () =>
    withAgent(load(), async (agent) => {
      const { metadata } = await agent.invoke(HELLO);
      const { prompt, promptTokenIds, outputTokenIds, usage } = metadata;
      expect(prompt).to.include(HELLO);
      expect(generator.tokenizer.encode(prompt)).to.deep.equal(promptTokenIds);
      expect(metadata.rawText).to.equal(generator.tokenizer.decode(outputTokenIds));
      expect(usage).to.deep.equal({
        promptTokens: promptTokenIds.length,
        prefilledTokens: promptTokenIds.length,
        completionTokens: outputTokenIds.length,
        countedBy: 'agent',
      });
    }));

  it('keeps to limits and stop sequences', () =>
    withAgent(load(), async (agent) => {
      const cut = await agent.invoke(STORY, { maxTokens: 5 });
      expect([
        cut.metadata.outputTokenIds.length,
        cut.metadata.finishReason,
        cut.metadata.limitedBy,
      ]).to.deep.equal([5, 'length', 'max-tokens']);
      const stopped = await agent.invoke(HELLO, { stop: [STOP] });
      expect([stopped.response, stopped.metadata.finishReason]).to.deep.equal([STOPPED, 'stop']);
    }));
});
