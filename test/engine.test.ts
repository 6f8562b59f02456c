import { expect } from '@open-wc/testing';
import { Engine } from '../src/engine/engine.js';
import { EnginePool } from '../src/engine/engine-pool.js';
import { resolveModel } from '../src/models/registry.js';

const greedy = { maxNewTokens: 24, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: 0, stop: [], client: 'spec' };

describe('engine', () => {
  it('loads the bundled model in a worker and computes', async () => {
    const pool = new EnginePool();
    const progress: string[] = [];
    const t0 = performance.now();
    const lease = await pool.acquire({ model: resolveModel('unmocked-tiny'), device: 'auto', onProgress: (p) => progress.push(JSON.stringify(p)) });
    console.log('loaded', performance.now() - t0, JSON.stringify(lease.engine.info), JSON.stringify(lease.attempts), progress.at(-1), progress.length);
    const result = await lease.engine.generate({ ...greedy, prompt: 'User: Hello, this is a test.\nAssistant:', conversation: 'c' });
    console.log(JSON.stringify(result));
    const again = await lease.engine.generate({ ...greedy, prompt: `User: Hello, this is a test.\nAssistant:${result.rawText}\nUser: My name is Ada.\nAssistant:`, conversation: 'c' });
    console.log(JSON.stringify(again));
    lease.release();
    expect(Engine.alive.size).to.equal(0);
    expect(result.text.trim()).to.equal('Hello! How are you?');
  });
});
