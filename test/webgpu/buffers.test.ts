import { expect } from '@esm-bundle/chai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import { conversations } from '../conversations.mjs';
import { endAllEngines, newKey, workerOf } from '../helpers.js';

const WORKER = new URL('../../src/engine/runtime/worker.ts', import.meta.url).href;

/** The real worker. On a channel, it says how many GPU buffers it holds, and how many bytes. */
const counting = (channel: string) => () =>
  workerOf(
    `import ${JSON.stringify(WORKER)};
    const held = new Map();
    const create = GPUDevice.prototype.createBuffer;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const buffer = create.call(this, descriptor);
      held.set(buffer, descriptor.size);
      return buffer;
    };
    const destroy = GPUBuffer.prototype.destroy;
    GPUBuffer.prototype.destroy = function () {
      held.delete(this);
      return destroy.call(this);
    };
    const channel = new BroadcastChannel(${JSON.stringify(channel)});
    channel.onmessage = () => channel.postMessage({
      buffers: held.size,
      bytes: [...held.values()].reduce((sum, size) => sum + size, 0),
    });`,
    { type: 'module' },
  );

interface Held {
  buffers: number;
  bytes: number;
}

describe('the buffers on a GPU', () => {
  afterEach(endAllEngines);

  it('end where they began, over conversations that come and go', async () => {
    const name = newKey();
    const channel = new BroadcastChannel(name);
    const held = (): Promise<Held> =>
      new Promise((resolve) => {
        channel.onmessage = ({ data }: MessageEvent<Held>) => resolve(data);
        channel.postMessage('count');
      });
    const pool = new EnginePool({ createWorker: counting(name) });
    const agent = await loadAgent({ model: 'unmocked-tiny', device: 'webgpu', pool });
    const talk = async () => {
      for (const content of [conversations.greeting.turns[0], conversations.add.turns[0]])
        await agent.invoke(content, { maxTokens: 2 });
    };
    await talk(); // fills the caches of the runtime
    await talk();
    const before = await held();
    for (let round = 0; round < 4; round++) await talk();
    expect(before.bytes, 'the weights are there').to.be.above(3e6);
    expect(await held()).to.deep.equal(before);
    await agent.dispose();
    channel.close();
  }).timeout(180_000);
});
