/** Raw: transformers.js on the main thread, with its defaults. Only the addresses are local. */
import { env, pipeline, TextStreamer } from '@huggingface/transformers';
import { pipelineAsk } from './pipeline-ask.mjs';
import { expose, readOrder, type Side } from './side.js';

const { model, hubUrl, device, weights, question } = readOrder();
if (hubUrl) env.remoteHost = hubUrl;
else [env.allowLocalModels, env.allowRemoteModels] = [true, false]; // below /models/, its default path

/** The build that transformers.js would take from a CDN. */
const ORT = new URL('ort/ort-wasm-simd-threaded.asyncify', location.href).href;
env.backends.onnx.wasm!.wasmPaths = { mjs: `${ORT}.mjs`, wasm: `${ORT}.wasm` };

const started = pipeline('text-generation', typeof model === 'string' ? model : model.id, {
  device,
  dtype: weights!.dtype,
  model_file_name: weights!.name,
}).then(async (generator) => {
  const ask = pipelineAsk(generator, TextStreamer);
  const { firstAt } = await ask([{ role: 'user', content: question }], 1);
  return { ask, firstToken: firstAt };
});

const side: Side = {
  start: async () => (await started).firstToken,
  ask: async (...args) => (await started).ask(...args),
};
expose(side);
