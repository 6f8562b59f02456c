import { expect } from '@esm-bundle/chai';
import {
  estimateMemory,
  kvCacheBytes,
  kvValueBytes,
  WASM_LIMIT,
} from '../../src/models/memory-estimate.js';
import { embeddingBytes, findShortages } from '../../src/models/memory-limits.js';
import { readModelConfig } from '../../src/models/model-config.js';

/** The sizes that `config.json` of SmolLM2-135M-Instruct names. */
const SMOL = {
  model_type: 'llama',
  hidden_size: 576,
  num_attention_heads: 9,
  num_hidden_layers: 30,
  num_key_value_heads: 3,
  max_position_embeddings: 8192,
  vocab_size: 49_152,
  'transformers.js_config': { kv_cache_dtype: { q4f16: 'float16', fp16: 'float16' } },
};

describe('the estimate of memory', () => {
  it('counts a key and a value for each layer, KV head, dimension and token', () => {
    expect(kvCacheBytes({ layers: 30, kvHeads: 3, headDim: 64 }, 8192, 4)).to.equal(377_487_360);
    expect(kvValueBytes('q4f16') * 2).to.equal(kvValueBytes('q8'));
  });

  it('adds weights, cache and runtime, and knows what it does not know', () => {
    const request = { device: 'wasm', dtype: 'q8', weightsBytes: 100e6 } as const;
    const cache = { layers: 2, kvHeads: 2, headDim: 64 };
    const without = estimateMemory(request);
    const estimate = estimateMemory({ ...request, cache, contextWindow: 1000 });
    expect(without.kvCache).to.equal(undefined);
    expect(estimate.kvCache).to.equal(2 * 2 * 2 * 64 * 1000 * 4);
    expect(estimate.total - without.total).to.equal(estimate.kvCache);
    expect(estimate.total).to.equal(100e6 + estimate.kvCache! + estimate.runtime);
    expect(estimate.peak).to.be.greaterThan(estimate.total);
    expect(estimateMemory({ ...request, weightsBytes: 200e6 }).wasmHeap).to.equal(
      2 * without.wasmHeap,
    );
  });

  it('takes the heap of WASM for a long context, and the GPU for WebGPU', () => {
    const cache = { layers: 24, kvHeads: 2, headDim: 64 };
    const at = (device: 'wasm' | 'webgpu') =>
      estimateMemory({ device, dtype: 'q4', weightsBytes: 1e6, cache, contextWindow: 32_768 });
    expect(at('wasm').wasmHeap).to.be.greaterThan(2 * at('wasm').kvCache!);
    expect(at('webgpu').wasmHeap).to.be.lessThan(at('webgpu').kvCache!);
  });
});

describe('what a config.json says', () => {
  it('reads the names of Llama and its successors', () => {
    expect(readModelConfig(SMOL)).to.deep.equal({
      architecture: 'llama',
      contextWindow: 8192,
      vocabulary: 49_152,
      width: 576,
      cache: { layers: 30, kvHeads: 3, headDim: 64 },
      kvValueBytes: { q4f16: 2, fp16: 2 },
    });
    // Qwen3 names a head's size, which is not width / heads.
    expect(readModelConfig({ ...SMOL, head_dim: 128 }).cache!.headDim).to.equal(128);
  });

  it('reads those of GPT-2, of a text model in a larger one, and of layers without a cache', () => {
    const gpt2 = { n_layer: 6, n_head: 12, n_embd: 768, n_positions: 1024, vocab_size: 50_257 };
    expect(readModelConfig(gpt2).cache).to.deep.equal({ layers: 6, kvHeads: 12, headDim: 64 });
    expect(readModelConfig({ model_type: 'gemma3', text_config: SMOL }).contextWindow).to.equal(
      8192,
    );
    const mixed = { ...SMOL, layer_types: ['conv', 'full_attention', 'linear_attention'] };
    expect(readModelConfig(mixed).cache!.layers).to.equal(1);
  });

  for (const broken of [undefined, null, [], 'text', { n_layer: '6', n_head: -1, n_embd: NaN }])
    it(`knows nothing of ${JSON.stringify(broken)}`, () => {
      expect(readModelConfig(broken).cache).to.equal(undefined);
    });
});

describe('shortages', () => {
  const large = estimateMemory({ device: 'wasm', dtype: 'fp32', weightsBytes: 2e9 });

  it('finds none where there is room, and none in what the browser does not say', () => {
    const small = estimateMemory({ device: 'wasm', dtype: 'q8', weightsBytes: 1e6 });
    const room = { machine: 8 * 2 ** 30, storage: 1e9, gpuBuffer: 128 * 2 ** 20 };
    expect(findShortages(small, room, 1e6)).to.deep.equal([]);
    expect(findShortages(small, {}, 1e12)).to.deep.equal([]);
  });

  it('names what is short once, with both numbers', () => {
    const largest = embeddingBytes(150_000, 1024, 'q4f16');
    const short = findShortages(
      large,
      { machine: 4 * 2 ** 30, storage: 1e9, gpuBuffer: 128 * 2 ** 20 },
      largest,
    );
    expect(short.map(({ of }) => of)).to.deep.equal([
      'wasm-heap',
      'machine',
      'gpu-buffer',
      'storage',
    ]);
    expect(short[0]).to.deep.equal({
      of: 'wasm-heap',
      needs: large.wasmHeap,
      has: WASM_LIMIT,
      certain: false,
    });
  });

  it('is certain where the weights alone do not fit', () => {
    const huge = estimateMemory({ device: 'wasm', dtype: 'fp32', weightsBytes: 5e9 });
    const [heap, ...others] = findShortages(huge, {});
    expect([heap!.certain, others.length]).to.deep.equal([true, 0]);
  });
});
