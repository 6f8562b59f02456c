import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Connect, Plugin } from 'vite';
import { ADDRESS, DIST, isAddresses, rawFile, VERSION } from './package-files.js';
import type { UnmockedPluginOptions } from './plugin-options.js';
import { ISOLATION_HEADERS, sendFile } from './static-files.js';

export type { UnmockedPluginOptions };

/** The folder of the package's files in a build. What else is below `unmocked/` is the app's. */
const FOLDER = `unmocked/${VERSION}`;

/**
 * The package's files in Vite, and in Vitest's browser mode: the dev and preview server send models,
 * ONNX Runtime and the engine's worker as they are, and a 404 for what is missing. A build has each of
 * them once, unchanged, under `unmocked/` and the version.
 *
 * @example
 * import { unmocked } from 'unmocked/vite';
 * export default defineConfig({ plugins: [unmocked()] });
 */
export function unmocked({ isolation = true }: UnmockedPluginOptions = {}): Plugin {
  const headers = isolation ? ISOLATION_HEADERS : {};
  let building = false;
  return {
    name: 'unmocked',
    // Before Vite's own plugins see the addresses.
    enforce: 'pre',
    // Vite's copies of dependencies lie elsewhere, and addresses count from the module.
    config: () => ({
      optimizeDeps: { exclude: ['unmocked'] },
      // Vitest's own pages have the configured headers only.
      server: { headers },
      preview: { headers },
    }),
    configResolved({ command }) {
      building = command === 'build';
    },

    configureServer({ middlewares, config }) {
      middlewares.use(setHeaders(config.server.headers));
      middlewares.use((req, res, next) => {
        const pathname = belowBase(req.url ?? '/', config.base);
        const file = pathname && rawFile(servedFile(pathname, config.root));
        if (file === undefined) next();
        else sendFile(req, res, DIST, file);
      });
    },

    configurePreviewServer({ middlewares, config }) {
      middlewares.use(setHeaders(config.preview.headers));
      const folder = path.resolve(config.root, config.build.outDir);
      middlewares.use((req, res, next) => {
        const file = belowBase(req.url ?? '/', config.base);
        if (file?.startsWith(`/${FOLDER}/`)) sendFile(req, res, folder, file);
        else next();
      });
    },

    /** Gives the module with the addresses those of the emitted files. */
    async transform(code, id, options) {
      // The build for a server has the same files beside it.
      if (!building || options?.ssr || !isAddresses(id)) return null;
      const references = new Map<string, string>();
      for (const [, relative = ''] of code.matchAll(ADDRESS)) {
        const file = path.posix.join('lib', relative);
        const source = await readFile(path.join(DIST, file));
        const fileName = `${FOLDER}/${file}`;
        references.set(relative, this.emitFile({ type: 'asset', fileName, source }));
      }
      return {
        code: code.replace(
          ADDRESS,
          (_, relative: string) =>
            // Vite gives a path from the base or an address, depending on the base.
            `new URL(import.meta.ROLLUP_FILE_URL_${references.get(relative)}, import.meta.url)`,
        ),
        map: null,
      };
    },
  };
}

/** Vite leaves the configured headers out of some answers, worker scripts among them. */
const setHeaders =
  (headers: object = {}): Connect.NextHandleFunction =>
  (_req, res, next) => {
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    next();
  };

/** The file that Vite's dev server has at a path below its base, as an encoded path with slashes. */
function servedFile(pathname: string, root: string): string {
  if (pathname.startsWith('/@fs/')) return pathname.slice('/@fs'.length).replace(/^\/(?=\w:)/, '');
  return encodeURI(root) + pathname;
}

/** The path of a URL below the base, with a leading slash. Undefined outside of the base. */
function belowBase(url: string, base: string): string | undefined {
  const pathname = url.replace(/[?#].*$/s, '');
  return pathname.startsWith(base) ? pathname.slice(base.length - 1) : undefined;
}
