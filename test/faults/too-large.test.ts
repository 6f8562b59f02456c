import { expect } from '@esm-bundle/chai';
import { EnginePool } from '../../src/engine/engine-pool.js';
import type { Attempt } from '../../src/engine/ladder.js';
import { guardMemory } from '../../src/engine/runtime/resource-guard.js';
import type { Model } from '../../src/models/model.js';
import { unmockedTiny } from '../../src/models/unmocked-tiny.js';
import { hub, hubLog, newKey, rejection } from '../helpers.js';

const Q8 = 'onnx/model_quantized.onnx';

/** The bundled model, which says that its q8 weights have five gigabytes. Its address is a hub's, which logs. */
function huge(key: string): Model {
  const url = `${hub(`key=${key}`)}unmocked/tiny/resolve/main/${Q8}`;
  return {
    ...unmockedTiny,
    files: { ...unmockedTiny.files, [Q8]: { url, bytes: 5_000_000_000 } },
    variants: unmockedTiny.variants.filter(({ device }) => device === 'wasm'),
  };
}

describe('a model that cannot fit', () => {
  it('is refused before anything of its weights is asked for, with numbers and what is smaller', async () => {
    const key = newKey();
    const error = await rejection(
      new EnginePool().acquire({ model: huge(key), device: 'wasm', dtype: 'q8' }),
    );
    const { code, message, details } = (error.details['attempts'] as Attempt[])[0]!.error!;
    expect(code).to.equal('out-of-memory');
    expect(message).to.include('need 5,000 MB');
    expect(message).to.match(/its KV cache \d+ MB at 1024 tokens/);
    expect(message).to.include('a WebAssembly heap has 4,295 MB');
    expect(message).to.match(/Smaller: wasm fp32 \(\d+ MB\)/);
    expect(details!['needs']).to.include({ weights: 5_000_000_000 });
    expect(await hubLog(key)).to.deep.equal([]);
  }).timeout(60_000);

  it('gives way to the next rung', async () => {
    const lease = await new EnginePool().acquire({ model: huge(newKey()), device: 'wasm' });
    expect(lease.attempts.map(({ dtype, outcome }) => `${dtype} ${outcome}`)).to.deep.equal([
      'q8 failed',
      'fp32 loaded',
    ]);
    lease.release();
  }).timeout(60_000);

  it('is not refused for a rough number alone: the browser may have more than it says', () => {
    const { shortages } = guardMemory({
      model: unmockedTiny,
      rung: { device: 'wasm', dtype: 'fp32', file: 'onnx/model.onnx', ort: 'plain' },
      config: { n_layer: 24, n_head: 16, n_embd: 2048, vocab_size: 50_000, n_positions: 4096 },
      weightsBytes: 3_000_000_000,
      has: { machine: 2 * 2 ** 30, storage: 1_000_000 },
    });
    expect(shortages.map(({ of }) => of)).to.include.members(['wasm-heap', 'machine', 'storage']);
    expect(shortages.some(({ certain }) => certain)).to.equal(false);
  });
});
