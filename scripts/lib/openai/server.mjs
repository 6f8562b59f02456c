import { Worker } from 'node:worker_threads';
import { ROOT } from '../install.mjs';
import { loadServer, loadTables } from '../typescript.mjs';
import { startServer } from './start-server.mjs';

/** @typedef {import('./start-server.mjs').ServerOptions} ServerOptions */
/** @typedef {import('./start-server.mjs').RunningServer} RunningServer */

export const createModelWorker = () => new Worker(new URL('./worker.mjs', import.meta.url));

/**
 * Starts a server of these sources: see {@link startServer}.
 *
 * @param {ServerOptions} [options]
 */
export const startOpenAiServer = async (options) =>
  startServer(options, {
    server: await loadServer(),
    defaultModel: (await loadTables()).defaultModel,
    createWorker: createModelWorker,
    folders: { root: ROOT },
  });
