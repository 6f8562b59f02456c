import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The name of the engine's worker, beside the library's modules. */
export const WORKER_FILE = 'engine-worker.js';

/**
 * Files of a model's folder that no page asks for, and the weights in fp32, which are four times the
 * size of those in q8 and say the same. `files` in package.json leaves them out too.
 */
const NOT_PACKED = /(?:^|\/)(?:README\.md|digests\.json|model\.onnx)$/;

/**
 * The files of the bundled models that the package has, by their path below `models/`.
 *
 * @param {string} folder `public/models`
 */
export const modelFiles = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => !NOT_PACKED.test(name))
    .toSorted();

/**
 * The package's `src/engine/own-files.ts`. Every address is an expression that Vite, webpack, Rollup
 * and others know, so a bundler emits these files with the app; without one, they are where they
 * are. The paths count from `dist/lib/`, so this code has to end up in that very folder.
 *
 * @param {readonly string[]} files Paths below `dist/`.
 */
export function ownFilesModule(files) {
  const runtime = files.find((file) => /^ort\/[^/]+\.wasm$/.test(file));
  if (!runtime) throw new Error("None of the files is a build of ONNX Runtime's");
  const entries = files.map(
    (file) =>
      `  ${JSON.stringify(file)}: () => new URL(${JSON.stringify(`../${file}`)}, import.meta.url).href,`,
  );
  return `\
export const ownFiles = {
${entries.join('\n')}
};
// No bundler can emit a folder, so none may see its address: it counts from that of a file.
export const ownFolder = () => new URL('../', ownFiles[${JSON.stringify(runtime)}]()).href;
export const startOwnWorker = (Worker) =>
  new Worker(new URL(${JSON.stringify(`./${WORKER_FILE}`)}, import.meta.url), {
    type: 'module',
    name: 'unmocked-engine',
  });
`;
}
