import path from 'node:path';

/**
 * Builds the page into `.cache/<name>` and returns that folder.
 *
 * @param {string} root
 * @param {string} name
 */
export async function buildPage(root, name) {
  const { build } = await import('vite');
  const outDir = path.join(root, '.cache', name);
  await build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  return outDir;
}

/**
 * @typedef {object} Served
 * @property {string} url Ends with a slash.
 * @property {() => Promise<void>} close
 */

/** @typedef {Served & { outDir: string, built: import('vite').Rolldown.RolldownOutput }} ServedBuild */

/**
 * Serves a built page on a free port, with the headers of the published page.
 *
 * @param {string} root
 * @param {string} outDir
 * @param {import('vite').InlineConfig} [config] Merged into the project's own.
 * @returns {Promise<Served>}
 */
export async function serveFolder(root, outDir, config = {}) {
  const { preview } = await import('vite');
  const server = await preview({
    root,
    logLevel: 'warn',
    ...config,
    build: { outDir },
    preview: { port: 0, strictPort: false },
  });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("Vite's preview server has no local URL");
  return { url, close: () => server.close() };
}

/**
 * Builds the page into `.cache/<name>` and serves it on a free port, with the headers of the
 * published page. dist/ stays as it is.
 *
 * @param {string} root
 * @param {string} name
 * @param {import('vite').InlineConfig} [config] Merged into the project's own.
 * @returns {Promise<ServedBuild>}
 */
export async function serveBuild(root, name, config = {}) {
  const { build } = await import('vite');
  const outDir = path.join(root, '.cache', name);
  const options = { root, logLevel: /** @type {const} */ ('warn'), ...config };
  const built = await build({ ...options, build: { outDir, emptyOutDir: true } });
  if (!('output' in built)) throw new Error('Vite made several builds, or watches');
  return { ...(await serveFolder(root, outDir, config)), outDir, built };
}
