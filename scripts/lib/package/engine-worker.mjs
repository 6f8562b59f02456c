import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { ROOT } from '../install.mjs';
import { shared } from './browser-build.mjs';
import { WORKER_FILE } from './own-files.mjs';

/**
 * The engine's worker as one file, so that a browser fetches it with one request and any page can
 * start it from anywhere.
 *
 * @returns {Promise<import('rolldown').OutputChunk>}
 */
export async function bundleEngineWorker({ minify = true } = {}) {
  const bundle = await rolldown({
    ...shared,
    input: path.join(ROOT, 'src/engine/runtime/worker.ts'),
    resolve: {
      // onnxruntime-web's default entry embeds its .mjs loader.
      conditionNames: ['onnxruntime-web-use-extern-wasm', 'browser', 'module', 'import'],
    },
    transform: {
      ...shared.transform,
      // The runtime is told where its files are. With this, nothing in the file looks like an
      // address that a bundler should follow, and it also runs as a classic worker.
      define: { ...shared.transform.define, 'import.meta.url': 'self.location.href' },
    },
  });
  const { output } = await bundle.generate({ format: 'es', codeSplitting: false, minify });
  await bundle.close();
  return output[0];
}

/**
 * @param {string} folder
 * @returns {Promise<import('rolldown').OutputChunk[]>} what was written.
 */
export async function writeEngineWorker(folder) {
  const chunk = await bundleEngineWorker();
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, WORKER_FILE), chunk.code);
  return [chunk];
}
