import { expect } from '@esm-bundle/chai';
import { Engine } from '../src/engine/engine.js';
import { createEngineWorker } from '../src/engine/start-worker.js';
import { EnginePool, type EnginePoolOptions } from '../src/engine/engine-pool.js';
import type { Attempt } from '../src/engine/ladder.js';
import { isAbortError } from '../src/errors.js';
import { resolveModel } from '../src/models/registry.js';
import { conversations } from './conversations.mjs';
import {
  blobUrl,
  CONTEXT_WINDOW,
  endAllEngines,
  greedy,
  hub,
  promptOf,
  rejection,
  tinyQ8,
  watchLoad,
  withChanged,
} from './helpers.js';

/** A pool that records the workers it starts. */
function counted(options: EnginePoolOptions = {}) {
  const started: Worker[] = [];
  const pool = new EnginePool({
    ...options,
    createWorker: () => {
      const worker = createEngineWorker();
      started.push(worker);
      return worker;
    },
  });
  return { pool, started };
}

const outcomes = (attempts: readonly Attempt[]) =>
  attempts.map(
    ({ device, dtype, outcome, error, reason }) =>
      `${device} ${dtype} ${outcome}` +
      `${error ? ` ${error.code}` : ''}${reason ? ' with a reason' : ''}`,
  );
const tiny = tinyQ8();
/** The first tokens of the reply to a greeting. */
const reply = async (engine: Engine, maxTokens: number) => {
  const prompt = await promptOf(engine, conversations.greeting.turns[0]);
  return (await engine.generate({ ...greedy, prompt, maxTokens })).outputTokenIds;
};

describe('engine pool', () => {
  afterEach(endAllEngines);

  describe('shares engines', () => {
    it('between simultaneous callers: one worker, which ends with its last holder', async () => {
      const { pool, started } = counted();
      const leases = await Promise.all(
        [1, 2, 3].map(() => pool.acquire({ model: tiny, device: 'wasm' })),
      );
      expect(started).to.have.length(1);
      expect(new Set(leases.map(({ engine }) => engine)).size).to.equal(1);
      expect(pool.size).to.equal(1);
      const { engine } = leases[0]!;
      leases[0]!.release();
      leases[0]!.release(); // has no effect
      leases[1]!.release();
      expect(engine.closed).to.equal(false);
      const late = await pool.acquire({ model: tiny, device: 'wasm' });
      expect(late.attempts.at(-1)).to.include({ outcome: 'loaded', shared: true });
      leases[2]!.release();
      expect(engine.closed, 'the late caller still holds it').to.equal(false);
      late.release();
      expect([engine.closed, pool.size, Engine.alive.size]).to.deep.equal([true, 0, 0]);
      expect((await rejection(engine.encode('x'))).code).to.equal('disposed');
    });

    it('and reports progress to all callers that wait', async () => {
      const { pool } = counted();
      const watches = [watchLoad(), watchLoad()];
      await Promise.all(
        watches.map(({ onProgress }) => pool.acquire({ model: tiny, device: 'wasm', onProgress })),
      );
      expect(watches[0]!.rungs[0]!.length).to.be.above(3);
      expect(watches[0]!.rungs).to.deep.equal(watches[1]!.rungs);
    });

    it('but not between models that have the same name and other files', async () => {
      const { pool, started } = counted();
      const other = await withChanged('config.json', { n_positions: CONTEXT_WINDOW / 2 });
      const [one, two] = await Promise.all([
        pool.acquire({ model: tiny, device: 'wasm' }),
        pool.acquire({ model: other, device: 'wasm' }),
      ]);
      expect(started).to.have.length(2);
      expect([one.engine.info.contextWindow, two.engine.info.contextWindow]).to.deep.equal([
        CONTEXT_WINDOW,
        CONTEXT_WINDOW / 2,
      ]);
    });

    it('and goes on loading when one of several callers leaves', async () => {
      const { pool, started } = counted();
      const controller = new AbortController();
      const leaving = rejection(
        pool.acquire({
          model: tiny,
          device: 'wasm',
          signal: controller.signal,
          onProgress: () => controller.abort(),
        }),
      );
      const staying = pool.acquire({ model: tiny, device: 'wasm' });
      expect(isAbortError(await leaving)).to.equal(true);
      const { engine, release } = await staying;
      expect(started).to.have.length(1);
      expect(await reply(engine, 2)).to.have.length(2);
      release();
      expect(Engine.alive.size).to.equal(0);
    });

    it('until the last caller that waits leaves, and terminates the worker at once', async () => {
      const { pool, started } = counted();
      const controllers = [new AbortController(), new AbortController()];
      const model = resolveModel('unmocked/tiny', { hub: hub('stall=1000,only=model_quantized') });
      const { onProgress, rungs } = watchLoad();
      const waiting = controllers.map(({ signal }, index) =>
        rejection(
          pool.acquire({
            model,
            device: 'wasm',
            dtype: 'q8',
            signal,
            onProgress: (progress) => {
              onProgress(progress);
              if (progress.file?.endsWith('model_quantized.onnx') && progress.loadedBytes > 0)
                controllers[index]!.abort();
            },
          }),
        ),
      );
      for (const error of await Promise.all(waiting)) expect(isAbortError(error)).to.equal(true);
      expect(rungs.flat()).not.to.deep.equal([]);
      expect([Engine.alive.size, pool.size]).to.deep.equal([0, 0]);
      expect(started.length).to.be.above(0);
    });

    it('and starts none for a signal that is already aborted', async () => {
      const { pool, started } = counted();
      expect(
        isAbortError(
          await rejection(
            pool.acquire({ model: tiny, device: 'wasm', signal: AbortSignal.abort() }),
          ),
        ),
      ).to.equal(true);
      expect([started.length, pool.size]).to.deep.equal([0, 0]);
    });

    it('and keeps none without callers, even if the last leaves just before the end', async () => {
      const { pool } = counted();
      const controller = new AbortController();
      const leaving = rejection(
        pool.acquire({
          model: tiny,
          device: 'wasm',
          signal: controller.signal,
          onProgress: ({ phase }) =>
            phase === 'warm-up' && queueMicrotask(() => controller.abort()),
        }),
      );
      expect(isAbortError(await leaving)).to.equal(true);
      expect([Engine.alive.size, pool.size]).to.deep.equal([0, 0]);
      const { engine } = await pool.acquire({ model: tiny, device: 'wasm' });
      expect(engine.closed).to.equal(false);
    });
  });

  it('terminates all engines when it is disposed, even those that are loading', async () => {
    const { pool } = counted();
    const { engine } = await pool.acquire({ model: tiny, device: 'wasm' });
    const loading = rejection(
      pool.acquire({ model: resolveModel('unmocked-tiny'), device: 'wasm', dtype: 'fp32' }),
    );
    pool.dispose();
    expect(isAbortError(await loading)).to.equal(true);
    expect([engine.closed, pool.size, Engine.alive.size]).to.deep.equal([true, 0, 0]);
  });

  describe('walks the ladder', () => {
    it('of the bundled model: WASM, because there is no WebGPU', async () => {
      const { pool, started } = counted();
      const { attempts, onAttempt } = watchLoad();
      const lease = await pool.acquire({
        model: resolveModel('unmocked-tiny'),
        device: 'auto',
        onAttempt,
      });
      expect(outcomes(lease.attempts)).to.deep.equal([
        'webgpu q8 failed no-adapter',
        'webgpu fp32 skipped with a reason',
        'wasm q8 loaded',
      ]);
      expect(attempts).to.deep.equal(lease.attempts);
      expect(started, 'without an adapter, no worker starts').to.have.length(1);
      expect(lease.engine.info.rung).to.deep.equal({
        device: 'wasm',
        dtype: 'q8',
        file: 'onnx/model_quantized.onnx',
        ort: 'plain',
      });
      expect(Engine.alive.size).to.equal(1);
    });

    it('of distilgpt2: requests an adapter once, and skips a missing file', async () => {
      const { pool } = counted();
      const { rungs, onProgress } = watchLoad();
      const lease = await pool.acquire({
        model: resolveModel('distilgpt2', { hub: hub() }),
        device: 'auto',
        onProgress,
      });
      expect(outcomes(lease.attempts)).to.deep.equal([
        'webgpu fp16 failed no-adapter',
        'webgpu fp32 skipped with a reason',
        'wasm q8 failed file-not-found',
        'wasm q8 loaded',
      ]);
      expect(lease.attempts[1]!.reason).to.equal(lease.attempts[0]!.error!.message);
      expect(rungs.flat().length).to.be.above(0);
    });

    // No browser at hand leaves the question open, so a stub does.
    it('past a browser that does not say whether it has an adapter', async () => {
      const { requestAdapter } = GPU.prototype;
      GPU.prototype.requestAdapter = () => new Promise(() => undefined);
      try {
        const pool = new EnginePool({ stallLimit: 2500 });
        const lease = await pool.acquire({ model: resolveModel('unmocked-tiny'), device: 'auto' });
        expect(lease.attempts[0]!.error!.message).to.include('did not answer within 2.5 s');
        expect(lease.engine.info.rung.device).to.equal('wasm');
        lease.release();
      } finally {
        GPU.prototype.requestAdapter = requestAdapter;
      }
    });

    it('only for the requested device', async () => {
      const { pool, started } = counted();
      const error = await rejection(
        pool.acquire({ model: resolveModel('distilgpt2', { hub: hub() }), device: 'webgpu' }),
      );
      expect(error.code).to.equal('no-device');
      expect(outcomes(error.details['attempts'] as Attempt[])).to.deep.equal([
        'webgpu fp16 failed no-adapter',
        'webgpu fp32 skipped with a reason',
      ]);
      expect(started).to.have.length(0);
      expect(error.message).to.include('on webgpu').and.include('webgpu fp32 (onnx/model.onnx)');
    });

    it('only for the requested dtype', async () => {
      const { pool } = counted();
      const lease = await pool.acquire({
        model: resolveModel('unmocked-tiny'),
        device: 'auto',
        dtype: 'q8',
      });
      expect(outcomes(lease.attempts)).to.deep.equal([
        'webgpu q8 failed no-adapter',
        'wasm q8 loaded',
      ]);
      const error = await rejection(
        pool.acquire({ model: resolveModel('unmocked-tiny'), device: 'wasm', dtype: 'q4' }),
      );
      expect(error.code).to.equal('no-device');
      expect(error.message).to.include('q4').and.include('wasm q8, wasm fp32');
    });

    it('past blocked devices, with the reason', async () => {
      const { pool } = counted({ blocked: { webgpu: 'by this spec' } });
      const lease = await pool.acquire({ model: resolveModel('unmocked-tiny'), device: 'auto' });
      expect(lease.attempts[0]!.error!.message).to.include('blocked: by this spec');
      expect(lease.engine.info.rung.device).to.equal('wasm');
    });

    it('to its end, with one error that lists every attempt', async () => {
      const { pool, started } = counted({
        blocked: { webgpu: 'no GPU today', wasm: 'no CPU today' },
      });
      const error = await rejection(
        pool.acquire({ model: resolveModel('unmocked-tiny'), device: 'auto' }),
      );
      expect(error.code).to.equal('no-device');
      expect(outcomes(error.details['attempts'] as Attempt[])).to.deep.equal([
        'webgpu q8 failed unsupported',
        'webgpu fp32 failed unsupported',
        'wasm q8 failed unsupported',
        'wasm fp32 failed unsupported',
      ]);
      expect(error.message.match(/no CPU today/g)).to.have.length(2);
      expect(error.message).to.include('no GPU today');
      expect([started.length, pool.size]).to.deep.equal([0, 0]);
    });

    it('past weights that the runtime cannot load', async () => {
      const { pool } = counted();
      const broken = { ...resolveModel('unmocked-tiny') };
      const model = {
        ...broken,
        files: {
          ...broken.files,
          'onnx/model_quantized.onnx': { url: blobUrl(new Uint8Array(5000)) },
        },
      };
      const lease = await pool.acquire({ model, device: 'wasm' });
      expect(outcomes(lease.attempts)).to.deep.equal([
        'wasm q8 failed model-load-failed',
        'wasm fp32 loaded',
      ]);
      expect(await reply(lease.engine, 3)).to.have.length(3);
    });
  });
});
