import { type MemoryEstimate, WASM_LIMIT } from './memory-estimate.js';
import type { Dtype } from './model.js';

/** What a device offers, in bytes. A browser says only some of it: the rest is undefined. */
export interface DeviceMemory {
  /**
   * `navigator.deviceMemory`: the machine's memory, rounded down to a power of two. Browsers name no
   * more than a few gigabytes, whatever the machine has, so it may have more.
   */
  machine?: number;
  /** What this site may still store. */
  storage?: number;
  /** The largest buffer that the WebGPU adapter binds to a shader. */
  gpuBuffer?: number;
}

/** Where memory is short. */
export interface Shortage {
  of: 'wasm-heap' | 'machine' | 'gpu-buffer' | 'storage';
  needs: number;
  has: number;
  /** The load will fail. Otherwise it may fail: what the browser says, or the estimate, is rough. */
  certain: boolean;
}

/** Bytes of one number in the table of embeddings. q4 leaves the table as it was before. */
const EMBEDDING_BYTES: Record<Dtype, number> = { fp32: 4, fp16: 2, q8: 1, q4: 4, q4f16: 2 };

/** The largest tensor of most models: a row for each token of the vocabulary. */
export const embeddingBytes = (vocabulary: number, width: number, dtype: Dtype): number =>
  vocabulary * width * EMBEDDING_BYTES[dtype];

/**
 * What a load of the model would lack on this device. Empty: nothing is known to be short.
 *
 * @param largestTensor `embeddingBytes`, if the model's configuration is known. Only WebGPU needs it.
 */
export function findShortages(
  { wasmHeap, peak, weights }: MemoryEstimate,
  { machine, storage, gpuBuffer }: DeviceMemory,
  largestTensor?: number,
): Shortage[] {
  const all: (Omit<Shortage, 'has'> & { has: number | undefined })[] = [
    // The weights alone do not fit.
    { of: 'wasm-heap', needs: weights, has: WASM_LIMIT, certain: true },
    { of: 'wasm-heap', needs: wasmHeap, has: WASM_LIMIT, certain: false },
    { of: 'machine', needs: peak, has: machine, certain: false },
    { of: 'gpu-buffer', needs: largestTensor ?? 0, has: gpuBuffer, certain: false },
    { of: 'storage', needs: weights, has: storage, certain: false },
  ];
  const short = all.flatMap(({ has, ...one }) =>
    has !== undefined && one.needs > has ? [{ ...one, has }] : [],
  );
  return short.filter(({ of }, index) => short.findIndex((other) => other.of === of) === index);
}
