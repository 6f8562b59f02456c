import type { Dtype, LocalDevice } from './model.js';

/**
 * What a model needs in memory, before anything of it is downloaded. All sizes are in bytes. An estimate
 * says which parts it adds up, so that a page can show them and a guard can refuse for a stated reason.
 */

/** What decides the size of a KV cache. `readModelConfig` finds it in a `config.json`. */
export interface CacheShape {
  /** Layers that keep keys and values. */
  layers: number;
  /** Heads that keep keys and values. Fewer than the query heads in grouped-query attention. */
  kvHeads: number;
  /** Numbers of one head for one token. */
  headDim: number;
}

export interface MemoryRequest {
  device: LocalDevice;
  dtype: Dtype;
  /** The weights file of this dtype, with its external data. */
  weightsBytes: number;
  cache?: CacheShape;
  /** Tokens. */
  contextWindow?: number;
  /** Bytes of one number in the KV cache. Default: `kvValueBytes(dtype)`. */
  kvValueBytes?: number;
}

export interface MemoryEstimate {
  /** The weights, as the runtime holds them once the model is loaded. */
  weights: number;
  /** The KV cache at a full context window; undefined if shape or context are not known. */
  kvCache: number | undefined;
  /** The runtime without any model. */
  runtime: number;
  /** All of these, in use. Without the KV cache if that is not known. */
  total: number;
  /** The most at one moment: while it loads, or while it decodes at a full context window. */
  peak: number;
  /**
   * How much of the peak is in the heap of ONNX Runtime's WASM, which cannot pass `WASM_LIMIT`. It
   * does not shrink before the worker ends.
   */
  wasmHeap: number;
}

const MiB = 2 ** 20;

/** The heap of 32-bit WASM: 65,536 pages of 64 KiB, as ONNX Runtime's builds declare it. */
export const WASM_LIMIT = 4 * 1024 * MiB;

/**
 * Copies of the weights while a session is made. In the heap: the file (`copyFromExternalBuffer` of
 * onnxruntime-web), what is parsed from it, and the tensors; q8 has its matrices packed once more. In
 * JavaScript: the download and what transformers.js reads from it. On WebGPU the tensors go to the GPU.
 *
 * Measured in Chromium 156 on a GPT-2 of 328 MB (fp32) and one of 85 MB (q8): docs/models.md.
 */
const LOADING_COPIES = { heap: 3, all: 5 } as const;

/**
 * Copies of the KV cache while a token is computed. WASM: the old and the new one, each in the heap and
 * in JavaScript. WebGPU: the old and the new one, on the GPU.
 */
const CACHE_COPIES = { wasm: { heap: 2, all: 4 }, webgpu: { heap: 0, all: 2 } } as const;

/** A worker with ONNX Runtime and a model of one megabyte: compiled code, and an almost empty heap. */
const RUNTIME_BYTES: Record<LocalDevice, number> = { wasm: 150 * MiB, webgpu: 250 * MiB };

/** Numbers in the KV cache are fp16 in models of fp16, by transformers.js's conversion; else fp32. */
export const kvValueBytes = (dtype: Dtype): number =>
  dtype === 'fp16' || dtype === 'q4f16' ? 2 : 4;

/**
 * A KV cache of `tokens` tokens: a key and a value for each layer, head and token.
 *
 * @example
 * // SmolLM2-135M at 8192 tokens in fp32: 2 × 30 × 3 × 64 × 8192 × 4 = 377 MB
 * kvCacheBytes({ layers: 30, kvHeads: 3, headDim: 64 }, 8192, 4);
 */
export const kvCacheBytes = (
  { layers, kvHeads, headDim }: CacheShape,
  tokens: number,
  valueBytes: number,
): number => 2 * layers * kvHeads * headDim * tokens * valueBytes;

export function estimateMemory(request: MemoryRequest): MemoryEstimate {
  const { device, dtype, weightsBytes: weights, cache, contextWindow } = request;
  const kvCache =
    cache && contextWindow
      ? kvCacheBytes(cache, contextWindow, request.kvValueBytes ?? kvValueBytes(dtype))
      : undefined;
  const runtime = RUNTIME_BYTES[device];
  const copies = CACHE_COPIES[device];
  // The heap keeps the room that loading took, so decoding finds its own there first.
  const loadingHeap = LOADING_COPIES.heap * weights;
  const decodingHeap = (device === 'wasm' ? weights : 0) + copies.heap * (kvCache ?? 0);
  const wasmHeap = Math.max(loadingHeap, decodingHeap);
  const loading = LOADING_COPIES.all * weights;
  const decoding =
    wasmHeap + (device === 'wasm' ? 0 : weights) + (copies.all - copies.heap) * (kvCache ?? 0);
  return {
    weights,
    kvCache,
    runtime,
    total: weights + (kvCache ?? 0) + runtime,
    peak: runtime + Math.max(loading, decoding),
    wasmHeap,
  };
}
