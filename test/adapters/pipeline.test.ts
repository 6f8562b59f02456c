import { env, pipeline, type TextGenerationPipeline } from '@huggingface/transformers';
import { expect } from '@open-wc/testing';
import { fromPipeline, pipelineClaims } from '../../src/adapters/from-pipeline.js';
import { LONG_MESSAGE } from '../helpers.js';
import { answers, callsTools, HELLO, refusesTooMuch, STORY, withAgent } from './ask-agent.js';

/** A pipeline as an app makes it, on the page's own thread. */
describe('fromPipeline', () => {
  let generator: TextGenerationPipeline;
  const load = () => fromPipeline(generator, { claims: [...pipelineClaims, 'tools'] });

  before(async () => {
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    env.localModelPath = '/models/';
    env.useBrowserCache = false;
    env.backends.onnx.wasm!.wasmPaths = `${location.origin}/ort/`;
    generator = await pipeline('text-generation', 'unmocked-tiny', { dtype: 'q8', device: 'wasm' });
  });

  after(() => generator.dispose());

  answers(load);
  callsTools(load);
  refusesTooMuch(load, LONG_MESSAGE);

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
      const stopped = await agent.invoke(HELLO, { stop: ['! How'] });
      expect([stopped.metadata.text, stopped.metadata.finishReason]).to.deep.equal([
        'Hello',
        'stop',
      ]);
    }));
});
