import { AutoModelForCausalLM, AutoTokenizer, env, LogLevel } from '@huggingface/transformers';
import { UnmockedError } from '../../errors.js';
import { weightsName } from '../../models/weights-file.js';
import type {
  AdapterInfo,
  ChatMessage,
  EngineInfo,
  LoadSpec,
  TemplateOptions,
} from '../protocol.js';
import type { DuringStep } from '../steps.js';
import { checkTokens } from './check-model.js';
import { Generator } from './generator.js';
import { GpuDevice } from './gpu-device.js';
import { refusedHeap, watchHeap } from './heap-watch.js';
import { checkTemplate, guardModelCode, loadTokenizer } from './model-code.js';
import { readModelFacts, renderChatTemplate } from './model-facts.js';
import { type ModelStore, STORE_FOLDER, STORE_HOST } from './model-store.js';
import { bytesThatStandFor } from './runtime-code.js';
import { runtimeError } from './runtime-error.js';
import { trustThreads } from './trusted-threads.js';
import { warmUp } from './warm-up.js';

export interface Loaded {
  generator: Generator;
  info: EngineInfo;
  renderTemplate(messages: ChatMessage[], options: TemplateOptions): string;
}

interface LoadOptions {
  adapter?: AdapterInfo;
  signal: AbortSignal;
  store: ModelStore;
  /** All files of the store are there. */
  fetched: Promise<void>;
  during: DuringStep;
}

/** Loads the model of one rung in this realm, then warms it up. */
export async function loadModel(
  spec: LoadSpec,
  { adapter, signal, store, fetched, during }: LoadOptions,
): Promise<Loaded> {
  const threads =
    spec.rung.device === 'wasm' && self.crossOriginIsolated ? Math.max(1, spec.threads) : 1;
  configureRuntime(spec.ort, store, threads);
  if (threads > 1) trustThreads();
  const { mjs: url } = spec.ort;
  // With threads, the runtime fetches another site's script itself.
  const script =
    threads === 1 || new URL(url).origin === location.origin
      ? during(
          { kind: 'code', url },
          () => import(/* @vite-ignore */ /* webpackIgnore: true */ url),
        )
      : undefined;
  script?.catch(() => undefined); // it is awaited below
  // The files come first: where the model is missing as well, that error says more.
  await fetched;
  await script;
  const downloadedAt = performance.now();

  store.enter('session');
  const gpu = spec.rung.device === 'webgpu' ? new GpuDevice() : undefined;
  gpu?.watch(env.backends.onnx.webgpu!);
  const creating = createSession(spec, store);
  const { tokenizer, model, compiledAt } = await (gpu
    ? Promise.race([creating, gpu.lost])
    : creating);
  store.release();
  delete env.backends.onnx.wasm!.wasmBinary; // it is compiled by now
  const sessionAt = performance.now();

  guardModelCode(tokenizer, spec.model.id, during);
  if (spec.model.promptFormat !== 'transcript') checkTemplate(tokenizer);
  const facts = readModelFacts(model, tokenizer, spec.model.contextWindow);
  checkTokens(spec.model.id, model, tokenizer, facts.eosTokenIds);
  const generator = new Generator({
    model,
    tokenizer,
    ...facts,
    kvCacheBytes: spec.kvCacheBytes,
    gpu,
    explain: (cause) => runtimeError(cause, { doing: 'compute', ...workOf(spec) }),
    loadConstrained: () => import('./constrained.js'),
  });
  store.enter('warm-up');
  await warmUp(generator, signal);

  const usedThreads = spec.rung.device === 'wasm' ? (env.backends.onnx.wasm!.numThreads ?? 1) : 1;
  const session = Object.values(model.sessions)[0] as {
    inputNames: string[];
    outputNames: string[];
  };
  return {
    generator,
    renderTemplate: (messages, options) => renderChatTemplate(tokenizer, messages, options),
    info: {
      ...facts,
      rung: spec.rung,
      threads: usedThreads,
      crossOriginIsolated: self.crossOriginIsolated,
      userAgent: navigator.userAgent,
      adapter,
      sessionInputs: [...session.inputNames],
      sessionOutputs: [...session.outputNames],
      files: store.used,
      runtimeBytes: store.runtimeBytes,
      timings: {
        download: downloadedAt - store.startedAt,
        compile: compiledAt - downloadedAt,
        session: sessionAt - downloadedAt,
        warmUp: performance.now() - sessionAt,
      },
      versions: {
        transformers: env.version,
        onnxruntime: env.backends.onnx.versions?.web ?? 'unknown',
      },
    },
  };
}

function configureRuntime(files: LoadSpec['ort'], store: ModelStore, threads: number): void {
  watchHeap();
  env.logLevel = LogLevel.NONE; // the page gets every failure as an error
  // Every file comes from the store. transformers.js must not cache files or fetch them from
  // elsewhere.
  // It takes no AbortSignal either (huggingface/transformers.js#1182), so the store's `fetch` has
  // one.
  env.fetch = store.fetch as typeof env.fetch;
  env.allowLocalModels = false;
  env.remoteHost = STORE_HOST;
  env.remotePathTemplate = STORE_FOLDER;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const wasm = env.backends.onnx.wasm!;
  wasm.wasmPaths = files;
  wasm.numThreads = threads;
}

async function createSession(spec: LoadSpec, store: ModelStore) {
  const { rung } = spec;
  try {
    env.backends.onnx.wasm!.wasmBinary = bytesThatStandFor(await store.runtime!);
    const compiledAt = performance.now();
    const [tokenizer, model] = await Promise.all([
      loadTokenizer(spec.model.id, () => AutoTokenizer.from_pretrained('model')),
      AutoModelForCausalLM.from_pretrained('model', {
        device: rung.device,
        dtype: rung.dtype,
        model_file_name: weightsName(rung.file, rung.dtype),
      }),
    ]);
    return { tokenizer, model, compiledAt };
  } catch (cause) {
    if (cause instanceof UnmockedError) throw cause;
    throw runtimeError(cause, { doing: 'load', ...workOf(spec) });
  }
}

const workOf = ({ rung: { device, dtype, file }, model }: LoadSpec) => ({
  rung: `${device} ${dtype} (${file})`,
  model: model.id,
  refusedHeap: refusedHeap(),
});
