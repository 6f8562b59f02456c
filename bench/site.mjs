import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { ROOT } from '../scripts/lib/install.mjs';
import { shared } from '../scripts/lib/package/browser-build.mjs';
import { buildLibrary } from '../scripts/lib/package/library.mjs';
import { ortFolder } from '../scripts/lib/serving/ort-files.mjs';
import { ISOLATION_HEADERS, sendFile } from '../scripts/lib/serving/static-files.mjs';
import { loadTables } from '../scripts/lib/typescript.mjs';
import { createHub } from '../test/servers/hub.mjs';

/** Each page is one script. */
const PAGES = {
  ours: 'bench/table/ours.ts',
  raw: 'bench/table/raw.ts',
  profile: 'bench/profile/page.ts',
  'worker-marks': 'bench/profile/worker-marks.ts',
};

const LIBRARY = '/lib/unmocked.js';
const TRANSFORMERS = '/transformers/transformers.min.js';
const require = createRequire(import.meta.url);

/**
 * Builds the measured pages and the library. Each page imports what it measures by its address, as a
 * page without a bundler does.
 *
 * @param {string} folder
 */
async function buildSite(folder) {
  const { ortFiles } = await loadTables();
  await buildLibrary(path.join(folder, 'lib'), ortFiles);
  for (const [name, input] of Object.entries(PAGES)) {
    const bundle = await rolldown({
      ...shared,
      input,
      plugins: [addresses],
      // The library's address counts from the site, not from the folder of the page.
      makeAbsoluteExternalsRelative: false,
    });
    await bundle.write({
      file: path.join(folder, `${name}.js`),
      format: 'es',
      codeSplitting: false,
      minify: true,
    });
    await bundle.close();
    writeFileSync(
      path.join(folder, `${name}.html`),
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title>` +
        `<link rel="icon" href="data:,"><script type="module" src="./${name}.js"></script></html>\n`,
    );
  }
  writeFileSync(
    path.join(folder, 'profile-worker.js'),
    "import './worker-marks.js';\nimport './lib/engine-worker.js';\n",
  );
}

/** @type {import('rolldown').Plugin} */
const addresses = {
  name: 'bench:addresses',
  resolveId: {
    filter: { id: /\/src\/index\.js$|^@huggingface\/transformers$/ },
    handler: (source) => ({
      id: source.endsWith('index.js') ? LIBRARY : TRANSFORMERS,
      external: true,
    }),
  },
};

/**
 * One server for all sides, with the same headers for each: cross-origin isolation, and files that
 * the browser keeps and asks about again. It has the pages, the library, transformers.js as its own
 * CDN file, ONNX Runtime, the bundled models, and a hub with the others.
 *
 * @param {readonly import('./models/models.mjs').BenchModel[]} models
 */
export async function startSite(models) {
  const pages = mkdtempSync(path.join(os.tmpdir(), 'unmocked-bench-site-'));
  await buildSite(pages);
  const transformers = path.dirname(require.resolve('@huggingface/transformers'));
  /** @type {Record<string, string>} */
  const folders = {
    models: path.join(ROOT, 'public/models'),
    ort: ortFolder(),
    transformers,
  };
  const hub = createHub({
    prefix: '/hub',
    repos: Object.fromEntries(
      models.flatMap(({ repository, folder }) => (repository ? [[repository, [folder]]] : [])),
    ),
  });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(ISOLATION_HEADERS)) response.setHeader(name, value);
    const pathname = (request.url ?? '/').replace(/[?#].*$/s, '');
    if (pathname.startsWith('/hub/')) return hub(request, response);
    const [, first = '', rest = ''] = /^\/([^/]*)\/(.*)$/s.exec(pathname) ?? [];
    const folder = folders[first];
    return folder
      ? sendFile(request, response, folder, rest)
      : sendFile(request, response, pages, pathname);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    hubUrl: `${url}hub/`,
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      rmSync(pages, { recursive: true, force: true });
    },
  };
}
