import { env } from '@huggingface/transformers';
import { ortFilesOf } from '../../src/engine/ort-files.js';

/*
 * The entry of the server's worker in the package. The build puts ONNX Runtime's WASM in the place
 * of onnxruntime-node, which is 288 MB of native code: see vite.cli.config.ts.
 */
const wasm = env.backends.onnx.wasm!;
const { mjs, wasm: binary } = ortFilesOf('plain');
const at = (name: string) => new URL(`../ort/${name}`, import.meta.url).href;
wasm.wasmPaths = { mjs: at(mjs), wasm: at(binary) };
env.useWasmCache = false; // the files are here

await import('../../server/model-worker.js');
