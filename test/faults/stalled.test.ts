import { expect } from '@esm-bundle/chai';
import { loadAgent, type LoadAgentOptions } from '../../src/agents/load-agent.js';
import { assets } from '../../src/engine/assets.js';
import { DEFAULT_STALL_LIMIT, Engine } from '../../src/engine/engine.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import type { Attempt } from '../../src/engine/ladder.js';
import { Stalled, StallWatch } from '../../src/engine/runtime/patience.js';
import { ReachableWorker } from '../../src/engine/start-worker.js';
import { runScenarios } from '../../src/harness/run.js';
import { unmockedTiny } from '../../src/models/unmocked-tiny.js';
import { scenarios } from '../../src/scenarios/index.js';
import {
  clearStore,
  endAllEngines,
  hub,
  hubLog,
  newKey,
  rejection,
  tinyQ8,
  workerOf,
} from '../helpers.js';

const WEIGHTS = 'onnx/model_quantized.onnx';
const only = 'only=model_quantized';
const size = unmockedTiny.files[WEIGHTS]!.bytes!;

/** Far below a page's 30 s, far above what a busy machine needs to begin an answer. */
const LIMIT = 2500;
const hasty = () => new EnginePool({ stallLimit: LIMIT, silenceLimit: 25_000, cache: false });

const fromHub = (hubUrl: string, options: LoadAgentOptions = {}) =>
  loadAgent({
    model: 'unmocked/tiny',
    hubUrl,
    device: 'wasm',
    dtype: 'q8',
    pool: hasty(),
    ...options,
  });

describe('a server that stalls', () => {
  afterEach(endAllEngines);

  it('before it answers is asked once more, and then named with the phase', async () => {
    const key = newKey();
    const error = await rejection(fromHub(hub(`silent,${only},key=${key}`)));
    expect(error.code).to.equal('network');
    expect(error.message).to.include(
      `${hub(`silent,${only},key=${key}`)}unmocked/tiny/resolve/main/${WEIGHTS}`,
    );
    expect(error.message).to.include('an answer did not come within 2.5 s');
    expect(error.details['phase']).to.equal('connect');
    expect((await hubLog(key, WEIGHTS)).length).to.equal(2);
  }).timeout(60_000);

  it('in mid-file is noticed after the limit, and the file goes on', async () => {
    const key = newKey();
    const agent = await fromHub(hub(`stall-once=${size >> 1}:${key},${only}`));
    expect((await hubLog(key, WEIGHTS)).map(({ status }) => status)).to.deep.equal([200, 206]);
    await agent.dispose();
  }).timeout(25_000);

  it('is given 30 s in a page that says nothing else', async () => {
    const createWorker = () =>
      workerOf(
        `onmessage = ({ data: { id, spec } }) => postMessage({
          type: 'failed', id, fatal: true,
          error: { name: 'UnmockedError', code: 'unsupported', message: 'limit ' + spec.stallLimit },
        });`,
      );
    const error = await rejection(
      new EnginePool({ createWorker }).acquire({ model: tinyQ8(), device: 'wasm' }),
    );
    expect(DEFAULT_STALL_LIMIT).to.equal(30_000);
    expect((error.details['attempts'] as Attempt[])[0]!.error!.message).to.equal('limit 30000');
  });

  it('is told apart by its phase, and only after the limit', async () => {
    const stall = new StallWatch(400);
    const given = new Promise((resolve) => stall.signal.addEventListener('abort', resolve));
    stall.expect('connect');
    stall.expect('silence');
    expect(stall.signal.aborted).to.equal(false);
    await given;
    expect(stall.signal.reason).to.be.instanceOf(Stalled).and.instanceOf(TypeError);
    expect(stall.signal.reason.phase).to.equal('silence');
    expect(stall.signal.reason.message).to.include('the next byte did not come within 0.4 s');
  });
});

describe('code that stalls', () => {
  afterEach(() => {
    assets.base = '';
    endAllEngines();
  });

  /** An address on this origin whose first requests for `part` are never answered. */
  const stalling = (part: string, times: number) =>
    `${location.origin}/__stall/${part}:${times}:${newKey()}/`;
  const outcomes = (attempts: readonly Attempt[]) =>
    attempts.map(({ dtype, outcome, error }) => [dtype, outcome, error?.code]);
  const ONCE = [
    ['q8', 'failed', 'network'],
    ['q8', 'loaded', undefined],
  ];

  it("is asked for once more: the runtime's script", async () => {
    assets.base = stalling('.mjs', 1);
    const { attempts } = await hasty().acquire({ model: tinyQ8(), device: 'wasm' });
    expect(outcomes(attempts)).to.deep.equal(ONCE);
    expect(attempts[0]!.error!.message).to.include(
      `${assets.base}ort/ort-wasm-simd-threaded.mjs did not arrive within 2.5 s`,
    );
  }).timeout(60_000);

  it("fails the load by its address: the runtime's script", async () => {
    assets.base = stalling('.mjs', 9);
    const error = await rejection(hasty().acquire({ model: tinyQ8(), device: 'wasm' }));
    expect(error.code).to.equal('network');
    expect(error.message).to.include('ort-wasm-simd-threaded.mjs did not arrive within 2.5 s');
    expect(error.details).to.include({ phase: 'import' });
    expect(error.details['attempts']).to.have.length(2);
    expect(Engine.alive.size).to.equal(0);
  }).timeout(60_000);

  it('is asked for once more: the worker', async () => {
    const base = stalling('worker.ts', 1);
    const pool = new EnginePool({
      // Chromium's cache keeps a second request for an address waiting up to 20 s for the first.
      stallLimit: 22_000,
      createWorker: () =>
        new ReachableWorker(`${base}src/engine/runtime/worker.ts`, { type: 'module' }),
    });
    const { attempts } = await pool.acquire({ model: tinyQ8(), device: 'wasm' });
    expect(outcomes(attempts)).to.deep.equal(ONCE);
    expect(attempts[0]!.error!.message).to.match(/^http.*runtime\/worker\.ts did not arrive/);
  }).timeout(120_000);
});

it("a scenario's time limit stands still while its model is downloaded", async () => {
  await clearStore();
  const seconds = 16;
  const { results } = await runScenarios({
    scenarios: scenarios.filter(({ id }) => id === 'chat-completion'),
    model: 'unmocked/tiny',
    hubUrl: hub(`slow=${Math.ceil(size / seconds)},${only},key=${newKey()}`),
    device: 'wasm',
    server: null,
    timeout: 12_000,
  });
  expect(results[0]!.durationMs).to.be.above(12_000);
  expect(results[0]!.status).not.to.equal('timed-out');
}).timeout(90_000);

it("a hub's listing is not kept where nothing may be kept", async () => {
  await caches.delete('unmocked-answers');
  const agent = await fromHub(hub(`key=${newKey()}`));
  await agent.dispose();
  const kept = await caches.open('unmocked-answers').then((cache) => cache.keys());
  expect(kept.map(({ url }) => url)).to.deep.equal([]);
}).timeout(60_000);
