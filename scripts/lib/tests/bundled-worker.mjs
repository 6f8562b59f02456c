import { bundleEngineWorker } from '../package/engine-worker.mjs';

/** What `createEngineWorker` in src/engine/ asks for. */
const WORKER = '/src/engine/runtime/worker.ts';

/**
 * Serves the engine's worker as the package has it, one file, but with its names. The runner would serve it as a hundred
 * modules, and each of hundreds of workers would ask for them all.
 *
 * @returns {import('@web/test-runner').TestRunnerPlugin}
 */
export function bundledWorker() {
  /** @type {Promise<string> | undefined} */
  let code;
  return {
    name: 'bundled-worker',
    async serve({ path }) {
      if (path !== WORKER) return undefined;
      code ??= bundleEngineWorker({ minify: false }).then((chunk) => chunk.code);
      return { body: await code, type: 'js' };
    },
  };
}
