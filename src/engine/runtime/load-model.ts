import { AutoModelForCausalLM, AutoTokenizer, env, LogLevel } from '@huggingface/transformers';
import { toErrorRecord, UnmockedError } from '../../errors.js';
import type { AdapterInfo, EngineInfo, LoadProgress, LoadSpec } from '../protocol.js';
import { Generator } from './generator.js';
import { ModelStore, STORE_FOLDER, STORE_HOST } from './model-store.js';
import { takeApart } from './special-tokens.js';

export interface Loaded {
  generator: Generator;
  info: EngineInfo;
  renderTemplate(messages: { role: string; content: string }[]): string;
}

interface LoadOptions {
  adapter?: AdapterInfo | undefined;
  signal: AbortSignal;
  onProgress(progress: LoadProgress): void;
}

/** Fetches, checks and loads one rung's model in this realm, and computes one token to warm it up. */
export async function loadModel(
  spec: LoadSpec,
  { adapter, signal, onProgress }: LoadOptions,
): Promise<Loaded> {
  const startedAt = performance.now();
  const store = new ModelStore(spec, { signal, onProgress });
  const runtimeFiles = ortFiles(spec);
  await store.fetchAll(runtimeFiles.wasm);
  const downloadedAt = performance.now();
  const runtimeBytes = store.runtime?.byteLength ?? 0;
  const bytes = store.used.reduce((sum, file) => sum + file.bytes, runtimeBytes);
  const phase = (name: 'session' | 'warm-up') =>
    onProgress({ phase: name, loadedBytes: bytes, totalBytes: bytes });

  phase('session');
  const threads =
    spec.rung.device === 'wasm' && self.crossOriginIsolated ? Math.max(1, spec.threads) : 1;
  configureRuntime(runtimeFiles, store, threads);
  const { tokenizer, model } = await createSession(spec);
  store.release();
  delete env.backends.onnx.wasm!.wasmBinary; // compiled by now
  const sessionAt = performance.now();

  const config = model.config as unknown as {
    n_positions?: number;
    max_position_embeddings?: number;
    eos_token_id?: number | number[] | null;
  };
  const contextWindow =
    config.n_positions ?? config.max_position_embeddings ?? spec.model.contextWindow ?? 2048;
  const eosTokenIds = [
    model.generation_config?.eos_token_id ?? config.eos_token_id ?? [],
  ].flat() as number[];
  const generator = new Generator({
    model,
    tokenizer,
    contextWindow,
    eosTokenIds,
    kvCacheBytes: spec.kvCacheBytes,
    loadConstrained: () => import('./constrained.js'),
  });
  phase('warm-up');
  await generator.generate(WARM_UP, () => undefined, signal);

  const usedThreads = spec.rung.device === 'wasm' ? (env.backends.onnx.wasm!.numThreads ?? 1) : 1;
  const session = Object.values(model.sessions)[0] as {
    inputNames: string[];
    outputNames: string[];
  };
  return {
    generator,
    renderTemplate: (messages) =>
      tokenizer.apply_chat_template(
        messages.map((message) => ({
          ...message,
          content: takeApart(message.content, tokenizer.all_special_tokens),
        })),
        { tokenize: false, add_generation_prompt: true },
      ) as string,
    info: {
      rung: spec.rung,
      threads: usedThreads,
      crossOriginIsolated: self.crossOriginIsolated,
      userAgent: navigator.userAgent,
      adapter,
      contextWindow,
      eosTokenIds,
      eosToken: generator.decode(eosTokenIds.slice(0, 1), false),
      hasChatTemplate: Boolean(tokenizer.chat_template),
      sessionInputs: [...session.inputNames],
      sessionOutputs: [...session.outputNames],
      files: store.used,
      runtimeBytes,
      timings: {
        download: downloadedAt - startedAt,
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

const WARM_UP = {
  prompt: 'Hello',
  maxTokens: 1,
  temperature: 0,
  topP: 1,
  topK: 0,
  repetitionPenalty: 1,
  seed: 0,
  stop: [],
  client: 'warm-up',
};

/** Absolute URLs of the build that the rung needs. */
function ortFiles({ ortBase, rung }: LoadSpec): { mjs: string; wasm: string } {
  const build = `${ortBase}ort-wasm-simd-threaded${rung.ort === 'plain' ? '' : `.${rung.ort}`}`;
  return { mjs: `${build}.mjs`, wasm: `${build}.wasm` };
}

function configureRuntime(
  files: { mjs: string; wasm: string },
  store: ModelStore,
  threads: number,
): void {
  env.logLevel = LogLevel.NONE; // errors reach the page as errors
  // Every file comes from the store; transformers.js must neither cache nor look anywhere else.
  env.fetch = store.fetch as typeof env.fetch;
  env.allowLocalModels = false;
  env.remoteHost = STORE_HOST;
  env.remotePathTemplate = STORE_FOLDER;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const wasm = env.backends.onnx.wasm!;
  wasm.wasmPaths = files;
  if (store.runtime) wasm.wasmBinary = store.runtime;
  wasm.numThreads = threads;
}

async function createSession(spec: LoadSpec) {
  const { rung } = spec;
  // `onnx/decoder_model_merged_quantized.onnx` → `decoder_model_merged`: transformers.js adds folder, dtype suffix and extension.
  const fileName = rung.file
    .split('/')
    .at(-1)!
    .replace(/\.onnx$/, '')
    .replace(DTYPE_SUFFIX[rung.dtype], '');
  try {
    const [tokenizer, model] = await Promise.all([
      AutoTokenizer.from_pretrained('model'),
      AutoModelForCausalLM.from_pretrained('model', {
        device: rung.device,
        dtype: rung.dtype,
        model_file_name: fileName,
      }),
    ]);
    return { tokenizer, model };
  } catch (cause) {
    if (cause instanceof UnmockedError) throw cause;
    const { message } = toErrorRecord(cause);
    throw new UnmockedError(
      'model-load-failed',
      `The runtime could not load ${rung.file} of "${spec.model.id}" on ${rung.device}: ${message}`,
      { cause, details: { model: spec.model.id, file: rung.file, device: rung.device } },
    );
  }
}

const DTYPE_SUFFIX = {
  fp32: /$/,
  fp16: /_fp16$/,
  q8: /_quantized$/,
  q4: /_q4$/,
  q4f16: /_q4f16$/,
} as const;
