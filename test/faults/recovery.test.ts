import { expect } from '@esm-bundle/chai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { Engine } from '../../src/engine/engine.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import type { Attempt } from '../../src/engine/ladder.js';
import { createEngineWorker } from '../../src/engine/start-worker.js';
import { Watchdog } from '../../src/engine/watchdog.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { endAllEngines, rejection, tinyQ8, workerOf } from '../helpers.js';

const WORKER = new URL('../../src/engine/runtime/worker.ts', import.meta.url).href;
const HELLO = conversations.greeting.turns[0];

/** The real worker, whose WASM heap cannot grow. */
const poor = () =>
  workerOf(
    `import ${JSON.stringify(WORKER)};
    WebAssembly.Memory.prototype.grow = () => {
      throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
    };`,
    { type: 'module' },
  );

/** The bundled model with 64 MB more, in a field of its file that ONNX does not know. */
async function heavy() {
  const model = tinyQ8();
  const { file } = model.variants[0]!;
  const weights = await (await fetch(`/models/${model.id}/${file}`)).blob();
  const filling = new Uint8Array(1 << 26);
  // Field 1000, of a length: 2^26 as a number of protobuf.
  const field = Uint8Array.of(0xc2, 0x3e, 0x80, 0x80, 0x80, 0x20);
  return tinyQ8({
    files: { [file]: { url: URL.createObjectURL(new Blob([weights, field, filling])) } },
  });
}

/** Keeps the page from doing anything else. */
function sleepHard(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('memory that runs out', () => {
  afterEach(endAllEngines);

  it('while the model loads is named as such, with the remedy, and the next load works', async () => {
    const error = await rejection(
      new EnginePool({ createWorker: poor }).acquire({
        model: await heavy(),
        device: 'wasm',
      }),
    );
    const [attempt] = error.details['attempts'] as Attempt[];
    expect(attempt!.error!.code).to.equal('out-of-memory');
    expect(attempt!.error!.message).to.match(/the browser refused a WebAssembly heap of \d+ MB/);
    expect(attempt!.error!.message).to.include('a smaller dtype').and.include('wasm q8');
    expect(Engine.alive.size).to.equal(0);
    // It is the heap that was refused, and not the file: with a heap that grows, it loads.
    const agent = await loadAgent({ model: await heavy(), device: 'wasm', pool: new EnginePool() });
    expect((await agent.invoke(HELLO)).response).to.equal(replies.greeting[0]);
    await agent.dispose();
  }).timeout(60_000);
});

describe('a page that slept', () => {
  afterEach(endAllEngines);

  it('while its model answered hears the answer: the worker was not dead', async () => {
    const limit = 1500;
    const agent = await loadAgent({
      model: tinyQ8(),
      device: 'wasm',
      pool: new EnginePool({ silenceLimit: limit, createWorker: createEngineWorker }),
    });
    let asleep = false;
    const { response } = await agent.invoke(HELLO, {
      onToken: () => {
        if (!asleep) sleepHard(4 * limit);
        asleep = true;
      },
    });
    expect(asleep).to.equal(true);
    expect(response).to.equal(replies.greeting[0]);
    await agent.dispose();
  }).timeout(60_000);

  it('gives a worker its whole limit again, once', async () => {
    const silences: number[] = [];
    const watchdog = new Watchdog((limit) => silences.push(limit));
    const began = performance.now();
    const silent = new Promise<number>((resolve) => {
      const each = setInterval(() => {
        if (silences.length === 0) return;
        clearInterval(each);
        resolve(performance.now() - began);
      }, 20);
    });
    watchdog.watch(300);
    sleepHard(2000);
    const after = await silent;
    expect(after).to.be.within(2250, 4500);
    expect(silences).to.deep.equal([300]);
    watchdog.stop();
  }).timeout(20_000);
});
