import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as server from '../../server/index.js';
import { version } from '../../package.json';
import { requireChromium } from '../lib/browser/chromium.mjs';
import { unmocked } from '../lib/cli/unmocked.mjs';
import { main } from '../lib/command.mjs';
import { startServer } from '../lib/openai/start-server.mjs';
import * as tables from '../lib/tables.js';

/*
 * The entry of the package's command. The build bundles it to dist/cli/unmocked.js, with everything
 * that it imports: the package has no dependencies.
 */

/** The package's `dist/`: the page, and its models and runtime files. */
const dist = fileURLToPath(new URL('..', import.meta.url));

/** Where systems keep what can be downloaded again. */
const caches = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache');

await main(() =>
  unmocked(process.argv.slice(2), {
    version,
    run: { tables, pageFolder: () => dist, chromium: requireChromium },
    serve: {
      start: (options) =>
        startServer(options, {
          server,
          defaultModel: tables.defaultModel,
          createWorker: () => new Worker(path.join(dist, 'cli/model-worker.js')),
          folders: {
            root: dist,
            modelsFolder: path.join(dist, 'models'),
            cacheFolder: path.join(caches, 'unmocked'),
          },
        }),
    },
  }),
);
