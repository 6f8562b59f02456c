import path from 'node:path';
import { ROOT } from './install.mjs';

/** @type {Map<string, Promise<unknown>>} */
const loading = new Map();

/**
 * Imports a TypeScript module of this project, once. Node 20 cannot read TypeScript, so Vite
 * transforms it in memory. Node resolves the packages, so transformers.js is its Node build. Needs
 * the installed dependencies.
 *
 * @param {string} file Relative to the project's folder.
 * @returns {Promise<unknown>} The caller names the type: `typeof import('…')`.
 */
export function importTypeScript(file) {
  const load = async () => {
    const { runnerImport } = await import('vite');
    const { NODE_ENV } = process.env;
    const { module } = await runnerImport(path.join(ROOT, file), {
      root: ROOT,
      configFile: false,
      logLevel: 'error',
    });
    // Vite sets it to "development". A build in this process would then contain Lit's development
    // version.
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
    return module;
  };
  const loaded = loading.get(file) ?? load();
  loading.set(file, loaded);
  return loaded;
}

/** The tables of src/ and server/ that scripts share with them. */
export const loadTables = async () =>
  /** @type {typeof import('./tables.js')} */ (await importTypeScript('scripts/lib/tables.ts'));

/** The OpenAI-compatible server. */
export const loadServer = async () =>
  /** @type {typeof import('../../server/index.js')} */ (await importTypeScript('server/index.ts'));

/** The model that the server computes with, for this thread. */
export const loadServerModel = async () =>
  /** @type {typeof import('../../server/model.js')} */ (await importTypeScript('server/model.ts'));
