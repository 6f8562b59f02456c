import { expect } from '@esm-bundle/chai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { Engine } from '../../src/engine/engine.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import type { Attempt } from '../../src/engine/ladder.js';
import { createEngineWorker } from '../../src/engine/start-worker.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { endAllEngines, poolWithFirst, rejection, tinyQ8, workerOf } from '../helpers.js';

const WORKER = new URL('../../src/engine/runtime/worker.ts', import.meta.url).href;
const HELLO = conversations.greeting.turns[0];

/**
 * The real worker, which ends when it is told to. `close()` is what a worker can do to itself; a
 * browser that ends it does the same, and neither sends an event.
 *
 * @param when JavaScript with `message`, what the page sent, and `sent`, what the worker has sent.
 */
const mortal = (when: string) => () =>
  workerOf(
    `import ${JSON.stringify(WORKER)};
    const send = self.postMessage.bind(self);
    const sent = [];
    self.postMessage = (answer) => { send(answer); sent.push(answer.type); end(undefined); };
    function end(message) { if (${when}) self.close(); }
    const real = self.onmessage;
    self.onmessage = (event) => { end(event.data); return real(event); };`,
    { type: 'module' },
  );

// The limit for a worker that is silent is 120 s, far above that of these specs.
describe('a worker that the browser ends', () => {
  afterEach(endAllEngines);

  const whileLoading = mortal("sent.includes('alive') && sent.includes('progress')");

  it('while it loads is noticed, and another one loads', async () => {
    const { pool, started } = poolWithFirst(whileLoading);
    const lease = await pool.acquire({ model: tinyQ8(), device: 'wasm' });
    expect(lease.attempts.map(({ outcome, error }) => [outcome, error?.code])).to.deep.equal([
      ['failed', 'engine-crashed'],
      ['loaded', undefined],
    ]);
    expect(lease.attempts[0]!.error!.message).to.include('ended without a word');
    expect(started).to.have.length(2);
    lease.release();
  }).timeout(20_000);

  it('while it loads, twice, fails the load and says why', async () => {
    const pool = new EnginePool({ createWorker: whileLoading });
    const error = await rejection(pool.acquire({ model: tinyQ8(), device: 'wasm' }));
    const attempts = error.details['attempts'] as Attempt[];
    expect(attempts.map((attempt) => attempt.error!.code)).to.deep.equal([
      'engine-crashed',
      'engine-crashed',
    ]);
    expect([pool.size, Engine.alive.size]).to.deep.equal([0, 0]);
  }).timeout(20_000);

  it('before it has shown anything costs nothing: a new one answers', async () => {
    const { pool, started } = poolWithFirst(mortal("message?.type === 'generate'"));
    const agent = await loadAgent({ model: tinyQ8(), device: 'wasm', pool });
    const tokens: string[] = [];
    const { response } = await agent.invoke(HELLO, { onToken: ({ text }) => tokens.push(text) });
    expect(response).to.equal(replies.greeting[0]);
    expect(tokens.join('').trim()).to.equal(replies.greeting[0]);
    expect(started).to.have.length(2);
    await agent.dispose();
  }).timeout(20_000);

  it('after it has shown tokens fails the call, and the next call works', async () => {
    const { pool, started } = poolWithFirst(
      mortal("sent.filter((type) => type === 'token').length === 2"),
    );
    const agent = await loadAgent({ model: tinyQ8(), device: 'wasm', pool });
    const tokens: string[] = [];
    const error = await rejection(
      agent.invoke(HELLO, { onToken: ({ text }) => tokens.push(text) }),
    );
    expect(error.code).to.equal('engine-crashed');
    expect(tokens.length).to.be.within(1, 2);
    expect((await agent.invoke(HELLO)).response).to.equal(replies.greeting[0]);
    expect(started).to.have.length(2);
    await agent.dispose();
  }).timeout(20_000);

  it('is no news if the page itself ended it', async () => {
    const { pool, started } = poolWithFirst(createEngineWorker);
    const agent = await loadAgent({ model: tinyQ8(), device: 'wasm', pool });
    await agent.dispose();
    const locks = await navigator.locks.query();
    expect(started).to.have.length(1);
    expect(locks.pending!.filter(({ name }) => name!.startsWith('unmocked-engine'))).to.deep.equal(
      [],
    );
  }).timeout(20_000);
});
