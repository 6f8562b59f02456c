import { expect } from '@esm-bundle/chai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import { probeBrowser } from '../../src/engine/probe.js';
import { conversations } from '../conversations.mjs';
import { golden } from '../golden.mjs';

describe('in a page without cross-origin isolation', () => {
  it('the environment reports it', async () => {
    expect(crossOriginIsolated, 'this page').to.equal(false);
    expect((await probeBrowser()).crossOriginIsolated).to.equal(false);
  });

  it('a model always loads with one thread, and computes the golden tokens', async () => {
    const agent = await loadAgent({
      device: 'wasm',
      dtype: 'q8',
      pool: new EnginePool({ threads: 4 }),
    });
    expect(agent.engineInfo).to.include({ threads: 1, crossOriginIsolated: false });
    expect(agent.device.threads).to.equal(1);
    const { metadata } = await agent.invoke(conversations.greeting.turns[0]);
    expect(metadata.outputTokenIds).to.deep.equal(golden.q8.greeting[0]);
    await agent.dispose();
  });
});
