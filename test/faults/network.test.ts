import { expect } from '@esm-bundle/chai';
import { sleep } from '../../src/async.js';
import { loadAgent, type LoadAgentOptions } from '../../src/agents/load-agent.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import type { Attempt } from '../../src/engine/ladder.js';
import type { LoadProgress } from '../../src/engine/protocol.js';
import { createEngineWorker } from '../../src/engine/start-worker.js';
import { runScenarios } from '../../src/harness/run.js';
import { unmockedTiny } from '../../src/models/unmocked-tiny.js';
import { scenarios } from '../../src/scenarios/index.js';
import type { Check } from '../../src/scenarios/scenario.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import {
  cutAnswers,
  endAllEngines,
  hub,
  hubLog,
  newKey,
  setNetwork,
  workerOf,
} from '../helpers.js';

const WEIGHTS = 'onnx/model_quantized.onnx';
const { bytes: size, sha256 } = unmockedTiny.files[WEIGHTS] as {
  bytes: number;
  sha256: string;
};
const only = 'only=model_quantized';
const FOLDER = 'unmocked-models';

const loadFrom = (hubUrl: string, options: LoadAgentOptions = {}) =>
  loadAgent({
    model: 'unmocked/tiny',
    hubUrl,
    device: 'wasm',
    dtype: 'q8',
    pool: new EnginePool(),
    ...options,
  });

/** Loads, asks, and releases. */
async function answers(loading: ReturnType<typeof loadAgent>): Promise<void> {
  const agent = await loading;
  const { response } = await agent.invoke(conversations.greeting.turns[0], { maxTokens: 24 });
  expect(response).to.equal(replies.greeting[0]);
  await agent.dispose();
}

const weightsOf = async (key: string) =>
  (await hubLog(key, WEIGHTS)).filter(({ status }) => status !== 404);

describe('a network that fails', () => {
  beforeEach(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(FOLDER, { recursive: true }).catch(() => undefined);
    await caches.delete('unmocked-answers');
  });
  afterEach(endAllEngines);

  it('for three seconds in mid-download: the load waits, says so, and goes on', async () => {
    const key = newKey();
    const phases: string[] = [];
    let outage: Promise<unknown> | undefined;
    let pieces = 0;
    const loading = loadFrom(hub(`slow=${size >> 1},${only},key=${key}`), {
      onProgress: ({ phase, file }: LoadProgress) => {
        if (phases.at(-1) !== phase) phases.push(phase);
        // The first one says how long the file is.
        if (file === WEIGHTS && ++pieces > 2)
          outage ??= setNetwork(key, 'down')
            .then(() => cutAnswers(key))
            .then(() => sleep(3000))
            .then(() => setNetwork(key, 'up'));
      },
    });
    await answers(loading);
    await outage;
    expect(phases.slice(0, 3)).to.deep.equal(['download', 'waiting', 'download']);
    const asked = await weightsOf(key);
    expect(asked.filter(({ status }) => status === undefined).length, 'tries').to.be.above(1);
    expect(asked.at(-1)!.status).to.equal(206);
  }).timeout(60_000);

  it('again and again is no reason to give up, while bytes arrive', async () => {
    const key = newKey();
    await answers(loadFrom(hub(`cut=${Math.ceil(size / 6)},${only},key=${key}`)));
    expect((await weightsOf(key)).filter(({ status }) => status === 206)).to.have.length.above(4);
  }).timeout(60_000);

  it('altogether is no matter for a model that was loaded before', async () => {
    const key = newKey();
    await answers(loadFrom(hub(`key=${key}`)));
    await setNetwork(key, 'down');
    await answers(loadFrom(hub(`key=${key}`)));
  }).timeout(60_000);
});

describe('a download', () => {
  beforeEach(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(FOLDER, { recursive: true }).catch(() => undefined);
  });
  afterEach(endAllEngines);

  it('is made once for two that want the same file, and both see its progress', async () => {
    const key = newKey();
    const seen: [number[], number[]] = [[], []];
    const url = hub(`slow=${size},${only},key=${key}`); // for a second
    await Promise.all(
      seen.map((bytes) =>
        answers(
          loadFrom(url, {
            onProgress: ({ file, loadedBytes }) => {
              if (file === WEIGHTS) bytes.push(loadedBytes);
            },
          }),
        ),
      ),
    );
    const log = await weightsOf(key);
    expect(
      log.filter(({ status }) => status === 200),
      JSON.stringify(log.slice(0, 8)),
    ).to.have.length(1);
    for (const bytes of seen) expect(new Set(bytes).size, 'steps').to.be.above(3);
  }).timeout(60_000);

  it('that was left damaged begins anew at once', async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const part = await folder.getFileHandle(`${sha256}.part`, { create: true });
    const writable = await part.createWritable();
    await writable.write(new Uint8Array(size >> 1).fill(7));
    await writable.close();
    const key = newKey();
    await answers(loadFrom(hub(`key=${key}`)));
    expect(
      (await weightsOf(key)).filter(({ status }) => status !== 302).map(({ status }) => status),
    ).to.deep.equal([206, 200]);
  }).timeout(60_000);
});

describe('our own code', () => {
  afterEach(endAllEngines);

  const outcomes = (attempts: readonly Attempt[]) =>
    attempts.map(({ dtype, outcome }) => `${dtype} ${outcome}`);
  const failures: [what: string, worker: () => Worker][] = [
    ['the worker', () => new Worker('/no/such/worker.js', { type: 'module' })],
    [
      'a part of the worker',
      () =>
        workerOf(
          `self.onmessage = async ({ data: { id } }) => {
            const { name, message } = await import('${location.origin}/no/such/part.js').catch((e) => e);
            postMessage({ type: 'failed', id, error: { name, message }, fatal: true });
          };`,
        ),
    ],
  ];
  for (const [what, worker] of failures)
    it(`that did not arrive once costs no rung: ${what}`, async () => {
      let started = 0;
      const pool = new EnginePool({
        createWorker: () => (started++ === 0 ? worker() : createEngineWorker()),
      });
      const { attempts } = await pool.acquire({ model: unmockedTiny, device: 'wasm' });
      expect(outcomes(attempts)).to.deep.equal(['q8 failed', 'q8 loaded']);
    }).timeout(60_000);
});

it('a run on the bundled model asks nobody but its own site, even for a model that is missing', async () => {
  const { results } = await runScenarios({
    scenarios: scenarios.filter(({ id }) => id === 'invalid-model'),
    device: 'wasm',
    server: null,
  });
  const [{ name, actual, status }] = results[0]!.checks as [Check];
  expect([name, status]).to.deep.equal([
    'a missing model is an error that names the model and the host',
    'passed',
  ]);
  expect(actual).to.include(location.host).and.not.include('huggingface');
}).timeout(60_000);
