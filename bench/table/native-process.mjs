// onnxruntime-node with one thread, through transformers.js. It has a process of its own, so that it
// shares no memory and no warm code with the bench.
import path from 'node:path';
import { env, pipeline, TextStreamer } from '@huggingface/transformers';
import { pipelineAsk } from './pipeline-ask.mjs';

/** @typedef {{ messages: import('./side.js').Spoken[], maxTokens: number }} NativeQuestion */

const [, , folder = '', dtype = '', name = ''] = process.argv;
env.allowRemoteModels = false;
env.localModelPath = path.dirname(folder);
const generator = await pipeline('text-generation', path.basename(folder), {
  device: 'cpu',
  dtype: /** @type {import('@huggingface/transformers').DataType} */ (dtype),
  model_file_name: name,
  session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
});
const ask = pipelineAsk(generator, TextStreamer);
process.on('message', async (/** @type {NativeQuestion} */ { messages, maxTokens }) =>
  process.send?.(await ask(messages, maxTokens)),
);
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
