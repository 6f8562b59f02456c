import { bundleEngineWorker } from '../package/engine-worker.mjs';

/** What `createEngineWorker` in src/engine/ asks for. */
const WORKER = '/src/engine/runtime/worker.ts';

/**
 * Serves the engine's worker as one file, like the package's, but not minified: errors name our
 * functions. The runner would serve a hundred modules, and each worker would ask for all of them.
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
