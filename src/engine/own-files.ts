/**
 * Where this project's own files are: the worker, the bundled models and ONNX Runtime. This is the
 * page's answer. The package has another one (`scripts/lib/package/own-files.mjs`), with the same
 * exports, in which every address is relative to the module.
 */

/** The folder with `models/` and `ort/`, where nobody has said otherwise: the page's own. */
export const ownFolder = (): string =>
  new URL('./', globalThis.document?.baseURI ?? globalThis.location?.href).href;

/**
 * Addresses of single files by their path below that folder. Bundlers that see them emit the files
 * under other names.
 */
export const ownFiles: Readonly<Record<string, () => string>> = {};

/**
 * Bundlers look for exactly this expression. The class is an argument, because it cannot always be
 * the browser's own: see `createEngineWorker`.
 */
export const startOwnWorker = (Worker: typeof globalThis.Worker): Worker =>
  new Worker(new URL('./runtime/worker.ts', import.meta.url), {
    type: 'module',
    name: 'unmocked-engine',
  });
