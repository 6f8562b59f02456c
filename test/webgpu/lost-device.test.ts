import { expect } from '@esm-bundle/chai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { Engine } from '../../src/engine/engine.js';
import { unmockedTiny } from '../../src/models/unmocked-tiny.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { endAllEngines, poolWithFirst, rejection, workerOf } from '../helpers.js';

const WORKER = new URL('../../src/engine/runtime/worker.ts', import.meta.url).href;
const HELLO = conversations.greeting.turns[0];

/**
 * The real worker on a real device, which is lost.
 *
 * @param when JavaScript with `message`, what the page sent, and `sent`, the types of what the worker
 *   has sent.
 * @param how JavaScript that loses `device`.
 */
const losing = (when: string, how: string) => () =>
  workerOf(
    `import ${JSON.stringify(WORKER)};
    let device;
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...options) {
      device = await request.apply(this, options);
      lose();
      return device;
    };
    const sent = [];
    let message;
    const send = self.postMessage.bind(self);
    self.postMessage = (answer) => {
      sent.push(answer.type === 'progress' ? answer.progress.phase : answer.type);
      send(answer);
      lose();
    };
    const real = self.onmessage;
    self.onmessage = (event) => { message = event.data; lose(); return real(event); };
    let lost = false;
    function lose() { if (device && !lost && (${when})) { lost = true; ${how} } }`,
    { type: 'module' },
  );

/** As some drivers do: the device says nothing, and every buffer that is read is full of zeros. */
const ZEROS = `
  const read = GPUBuffer.prototype.getMappedRange;
  GPUBuffer.prototype.getMappedRange = function (...range) {
    const bytes = read.apply(this, range);
    new Uint8Array(bytes).fill(0);
    return bytes;
  };`;

describe('a GPU device that is lost', () => {
  afterEach(endAllEngines);

  it('while the model loads costs one attempt: a new worker loads on a new device', async () => {
    const { pool, started } = poolWithFirst(
      losing("sent.includes('session')", 'device.destroy();'),
    );
    const agent = await loadAgent({ model: unmockedTiny, device: 'webgpu', pool });
    const { attempts } = agent.device!;
    expect(attempts.map(({ outcome, error }) => [outcome, error?.code])).to.deep.equal([
      ['failed', 'device-lost'],
      ['loaded', undefined],
    ]);
    expect(started).to.have.length(2);
    const { response } = await agent.invoke(HELLO, { maxTokens: 4 });
    expect(replies.greeting[0]!.startsWith(response.trim())).to.equal(true);
    await agent.dispose();
  }).timeout(120_000);

  it('before anything was shown costs nothing: a new engine answers', async () => {
    const { pool, started } = poolWithFirst(
      losing("message?.type === 'generate'", 'device.destroy();'),
    );
    const agent = await loadAgent({ model: unmockedTiny, device: 'webgpu', pool });
    const { response } = await agent.invoke(HELLO, { maxTokens: 4 });
    expect(replies.greeting[0]!.startsWith(response.trim())).to.equal(true);
    expect(started).to.have.length(2);
    await agent.dispose();
  }).timeout(120_000);

  const inMidReply: [what: string, how: string][] = [
    ['and says so', 'device.destroy();'],
    ['and answers with zeros', ZEROS],
  ];
  for (const [what, how] of inMidReply)
    it(`in mid-reply ${what} gives no reply, and the next call works`, async () => {
      const { pool, started } = poolWithFirst(
        losing("sent.filter((type) => type === 'token').length === 2", how),
      );
      const agent = await loadAgent({ model: unmockedTiny, device: 'webgpu', pool });
      const [engine] = Engine.alive;
      const error = await rejection(agent.invoke(HELLO, { maxTokens: 8 }));
      expect(error.code).to.be.oneOf(['device-lost', 'invalid-logits']);
      expect(engine!.closed).to.equal(true);
      const { response } = await agent.invoke(HELLO, { maxTokens: 4 });
      expect(replies.greeting[0]!.startsWith(response.trim())).to.equal(true);
      expect(started).to.have.length(2);
      await agent.dispose();
    }).timeout(120_000);

  it('after the last token, with zeros, is noticed before the reply counts', async () => {
    const { pool } = poolWithFirst(
      losing("sent.filter((type) => type === 'token').length === 2", ZEROS),
    );
    const agent = await loadAgent({ model: unmockedTiny, device: 'webgpu', pool });
    const error = await rejection(agent.invoke(HELLO, { maxTokens: 2 }));
    expect(error.code).to.equal('device-lost');
    expect(error.message).to.include('thrown away');
    await agent.dispose();
  }).timeout(120_000);
});
