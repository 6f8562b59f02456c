import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { findFile, ISOLATION_HEADERS, sendFile } from './static-files.mjs';

/** What a browser may load of the folder of an agent: modules and their data. */
const AGENT_FILES = /\.(?:m?js|json|wasm|txt)$/;

/**
 * Whether a browser may load a file of the agent's folder. Hidden files can hold secrets.
 *
 * @param {string} relative A URL path, still encoded.
 */
function isAgentFile(relative) {
  try {
    const decoded = decodeURIComponent(relative);
    return AGENT_FILES.test(decoded) && !/(^|[/\\])\./.test(decoded);
  } catch {
    return false;
  }
}

/**
 * @typedef {object} PageServer
 * @property {string} url The page. Ends with a slash.
 * @property {string} [agentUrl] The module of the agent.
 * @property {Record<string, string>} imports The package's entries by the names under which an agent
 *   imports them: absolute URLs.
 * @property {() => Promise<void>} close
 */

/**
 * Serves a built page with the headers of the published one, and the module of an agent beside it.
 *
 * @param {object} options
 * @param {string} options.folder The built page.
 * @param {string} [options.host] Default 127.0.0.1.
 * @param {string} [options.agent] The file of an agent. Everything below its package's folder can be
 *   asked for, if it is a module or data, under an address that nobody can guess.
 * @returns {Promise<PageServer>}
 */
export async function servePage({ folder, host = '127.0.0.1', agent }) {
  const agentRoot = agent && packageFolder(path.resolve(agent));
  const prefix = `/agent-${randomBytes(9).toString('base64url')}/`;
  const entries = libraryEntries(folder);
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async function answer(request, response) {
    // Any page may load an agent's module: --page names one that is served elsewhere.
    const headers = { ...ISOLATION_HEADERS, 'Access-Control-Allow-Origin': '*' };
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const pathname = (request.url ?? '/').replace(/[?#].*$/s, '');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405).end();
    } else if (agentRoot && pathname.startsWith(prefix)) {
      const relative = pathname.slice(prefix.length);
      const file = isAgentFile(relative) ? relative : 'not-served';
      sendFile(request, response, agentRoot, file);
    } else if (pathname === '/' || pathname === '/index.html') {
      const page = await readFile(path.join(folder, 'index.html'), 'utf8');
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(page.replace('<head>', `<head>${importMap(entries)}`));
    } else if (pathname === '/config.toml' && !findFile(folder, pathname)) {
      // The page looks for one. A 404 would show as an error in the console.
      response.writeHead(204).end();
    } else sendFile(request, response, folder, pathname);
  }

  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, host, () => resolve(undefined));
  }).catch((cause) => {
    throw new Error(
      `Cannot serve the page on ${host} (${cause.code ?? cause.message}): ` +
        'use an address of this machine as --host',
      { cause },
    );
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  return {
    url,
    imports: Object.fromEntries(
      Object.entries(entries).map(([name, file]) => [name, new URL(file, url).href]),
    ),
    ...(agent &&
      agentRoot && {
        agentUrl: new URL(
          prefix +
            path
              .relative(agentRoot, path.resolve(agent))
              .split(path.sep)
              .map(encodeURIComponent)
              .join('/'),
          url,
        ).href,
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The nearest folder above a file with a package.json, or the file's own. @param {string} file */
function packageFolder(file) {
  for (
    let folder = path.dirname(file);
    folder !== path.dirname(folder);
    folder = path.dirname(folder)
  )
    if (existsSync(path.join(folder, 'package.json'))) return folder;
  return path.dirname(file);
}

/**
 * The library's modules below the built page, by the names of the package's entries. Without a
 * library there is none.
 *
 * @param {string} folder
 * @returns {Record<string, string>} Paths relative to `folder`.
 */
function libraryEntries(folder) {
  const file = path.join(folder, '../package.json');
  if (!existsSync(file)) return {};
  const { name, exports = {} } = JSON.parse(readFileSync(file, 'utf8'));
  const prefix = `./${path.basename(folder)}/`;
  /** @type {Record<string, string>} */
  const entries = {};
  for (const [entry, target] of Object.entries(exports)) {
    const module = target?.browser ?? target?.import ?? target?.default;
    if (typeof module !== 'string' || entry.includes('*') || !module.startsWith(prefix)) continue;
    const relative = module.slice(prefix.length);
    if (existsSync(path.join(folder, relative))) entries[path.posix.join(name, entry)] = relative;
  }
  return entries;
}

/** @param {Record<string, string>} entries */
const importMap = (entries) =>
  Object.keys(entries).length === 0
    ? ''
    : `<script type="importmap">${JSON.stringify({
        imports: Object.fromEntries(
          Object.entries(entries).map(([name, file]) => [name, `./${file}`]),
        ),
      })}</script>`;
