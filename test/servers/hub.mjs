import { once } from 'node:events';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { integer, list, readCommandLine, string } from '../../scripts/lib/command-line.mjs';
import { main, UsageError } from '../../scripts/lib/command.mjs';
import { mimeType } from '../../scripts/lib/serving/static-files.mjs';
import { content, faultsFor, parseFaults } from './hub-faults.mjs';
import { Repository } from './hub-files.mjs';

/**
 * @typedef {import('node:http').IncomingMessage} Req
 * @typedef {import('node:http').ServerResponse<Req>} Res
 * @typedef {import('./hub-faults.mjs').HubFaults} HubFaults
 * @typedef {Record<string, string[]>} Repos Folders of each repository, the last one on top.
 */

/**
 * One request in the log.
 *
 * @typedef {object} LogEntry
 * @property {string | undefined} key
 * @property {string | undefined} method
 * @property {string | undefined} path
 * @property {string | undefined} range
 * @property {number | undefined} status Read from the response.
 * @property {boolean} finished Read from the response.
 */

/** As the Hugging Face hub: any origin may read the answers and these headers. */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'range, if-range, if-none-match, authorization, content-type',
  'Access-Control-Expose-Headers':
    'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,' +
    'Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};
const INDEX_PAGE =
  '<!doctype html><html lang="en"><title>App</title><body><div id="root"></div></body></html>\n';

/**
 * Reads `bytes=a-b`, `bytes=a-` or `bytes=-n`. `end` is exclusive. `undefined` means the
 * whole file.
 *
 * @param {string | undefined} header
 * @param {number} size
 * @returns {{ start: number, end: number } | 'unsatisfiable' | undefined}
 */
export function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size : Math.min(Number(match[2]) + 1, size);
  return start >= size || end <= start ? 'unsatisfiable' : { start, end };
}

/**
 * A hub in the Hugging Face hub's layout, from local folders. Returns a request listener for Node's
 * server.
 *
 * - `GET|HEAD /{owner}/{name}/resolve/{revision}/{path}`: small files directly, large ones by a 302
 *   to `/cdn/…`
 * - `GET /api/models/{owner}/{name}/tree/{revision}?recursive=true`
 * - `GET /api/models/{owner}/{name}/revision/{revision}`
 * - `GET /__log?key=KEY`: the requests under KEY so far, as JSON
 * - `GET /__cut?key=KEY`: closes the sockets of the answers under KEY that have not ended
 * - `GET /__down?key=KEY`, `GET /__up?key=KEY`: from here on, requests under KEY are cut off without an
 *   answer, as if the network were gone; and answered again
 * - any of these under `/fault:OPTIONS/`: see hub-faults.mjs
 *
 * @param {{ repos: Repos, prefix?: string }} options `prefix` is the path above all of these.
 */
export function createHub({ repos, prefix = '' }) {
  const repositories = new Map(
    Object.entries(repos).map(([name, folders]) => [name, new Repository(name, folders)]),
  );
  /** @type {LogEntry[]} */
  const log = [];
  /** @type {Map<LogEntry, Res>} */
  const open = new Map();
  /** @type {Set<string>} */
  const used = new Set();
  /** @type {Set<string | null>} The KEYs that have no network. */
  const down = new Set();

  /**
   * @param {Res} res
   * @param {number} status
   * @param {string | object} body
   * @param {import('node:http').OutgoingHttpHeaders} [headers]
   */
  function reply(res, status, body, headers = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type =
      typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
    res.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(text),
      ...headers,
    });
    res.end(res.req.method === 'HEAD' ? undefined : text);
  }

  /**
   * @param {Res} res
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  function refuse(res, status, code, message) {
    reply(res, status, status === 401 ? 'Invalid username or password.' : message, {
      'X-Error-Code': code,
      'X-Error-Message': message,
    });
  }

  /**
   * @param {Req} req
   * @param {Res} res
   * @param {import('./hub-files.mjs').HubFile} entry
   * @param {string} filePath
   * @param {HubFaults} asked
   * @param {Record<string, string>} headers
   */
  async function sendContent(req, res, entry, filePath, asked, headers) {
    const faults = faultsFor(asked, filePath, used);
    if (faults.silent) return undefined;
    if (faults.status) return reply(res, faults.status, `fault: status ${faults.status}\n`);
    if (faults.gated) return refuse(res, 401, 'GatedRepo', 'Access to this model is restricted.');
    if (faults.html)
      return reply(res, 200, INDEX_PAGE, { 'Content-Type': 'text/html; charset=utf-8' });
    const size = Math.min(entry.size, faults.truncate ?? Infinity);
    const etag = `"${entry.sha256 ?? entry.oid}"`;
    const stale = req.headers['if-range'] !== undefined && req.headers['if-range'] !== etag;
    const range = faults['no-range'] || stale ? undefined : parseRange(req.headers.range, size);
    if (range === 'unsatisfiable')
      return reply(res, 416, '', { 'Content-Range': `bytes */${size}` });
    const { start, end } = range ?? { start: 0, end: size };
    res.writeHead(range ? 206 : 200, {
      ...headers,
      ETag: etag,
      'Content-Type': mimeType(filePath),
      ...(!faults['no-range'] && { 'Accept-Ranges': 'bytes' }),
      ...(!faults['no-length'] && { 'Content-Length': end - start }),
      ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
    });
    if (req.method === 'HEAD') return void res.end();
    const closed = new AbortController();
    res.on('close', () => closed.abort());
    let sent = 0;
    for await (const chunk of content(entry.file, entry.size, start, end, faults, closed.signal)) {
      if (closed.signal.aborted) return undefined;
      sent += chunk.length;
      if (!res.write(chunk)) await once(res, 'drain', { signal: closed.signal });
    }
    if (sent === end - start) return void res.end();
    // Destroy the socket only after the written bytes have left, or the cut comes too early.
    return void res.write('', () => setImmediate(() => res.destroy()));
  }

  /**
   * @param {Req} req
   * @param {Res} res
   * @param {{
   *   base: string,
   *   viaCdn: boolean,
   *   name: string,
   *   revision: string,
   *   filePath: string,
   *   faults: HubFaults,
   * }} asked
   */
  async function resolveFile(req, res, { base, viaCdn, name, revision, filePath, faults }) {
    const repository = repositories.get(name);
    if (!repository) return refuse(res, 401, 'RepoNotFound', 'Repository not found');
    const commit = repository.resolve(revision);
    if (!commit) return refuse(res, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    const entry = await repository.file(filePath);
    if (!entry) return refuse(res, 404, 'EntryNotFound', 'Entry not found');
    if (viaCdn || !entry.sha256)
      return sendContent(req, res, entry, filePath, faults, { 'X-Repo-Commit': commit });
    const location = `${base}/cdn/${name}/${commit}/${filePath}`;
    return reply(res, 302, `Found. Redirecting to ${location}`, {
      Location: location,
      'Accept-Ranges': 'bytes',
      'X-Repo-Commit': commit,
      'X-Linked-Size': entry.size,
      'X-Linked-ETag': `"${entry.sha256}"`,
    });
  }

  /**
   * @param {Res} res
   * @param {string} name
   * @param {string} revision
   * @param {string | undefined} under
   * @param {boolean} recursive
   */
  async function sendTree(res, name, revision, under, recursive) {
    const repository = repositories.get(name);
    if (!repository) return refuse(res, 401, 'RepoNotFound', 'Repository not found');
    if (!repository.resolve(revision))
      return refuse(res, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    return reply(res, 200, await repository.tree(under, recursive));
  }

  /**
   * What the hub says about a repository. The licence is the one that its README names.
   *
   * @param {Res} res
   * @param {string} name
   * @param {string} revision
   * @param {HubFaults} faults
   */
  async function sendAbout(res, name, revision, faults) {
    const repository = repositories.get(name);
    if (!repository) return refuse(res, 401, 'RepoNotFound', 'Repository not found');
    const sha = repository.resolve(revision);
    if (!sha) return refuse(res, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    const license = await repository.license();
    return reply(res, 200, {
      id: name,
      sha,
      private: false,
      gated: faults.gated ? 'manual' : false,
      tags: license ? [`license:${license}`] : [],
      cardData: license ? { license } : {},
    });
  }

  /**
   * @param {Req} req
   * @param {Res} res
   * @param {LogEntry} entry
   */
  async function route(req, res, entry) {
    const url = new URL(req.url ?? '/', 'http://hub.invalid');
    if (prefix && !url.pathname.startsWith(`${prefix}/`)) return reply(res, 404, 'Not found');
    let pathname = url.pathname.slice(prefix.length);
    let base = prefix;
    /** @type {HubFaults} */
    let faults = {};
    const fault = /^\/fault:([^/]*)(?=\/)/.exec(pathname);
    if (fault) {
      faults = parseFaults(decodeURIComponent(fault[1] ?? ''));
      base += fault[0];
      pathname = pathname.slice(fault[0].length);
    }
    entry.key = faults.key;
    if (entry.key !== undefined && down.has(entry.key)) return void res.destroy();
    if (req.method === 'OPTIONS') return reply(res, 204, '');
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return reply(res, 405, 'Method not allowed', { Allow: 'GET, HEAD, OPTIONS' });
    if (pathname === '/__log') {
      const key = url.searchParams.get('key');
      return reply(
        res,
        200,
        log.filter((one) => one !== entry && (key === null || one.key === key)),
      );
    }
    if (pathname === '/__cut') {
      for (const [{ key }, response] of open)
        if (key !== undefined && key === url.searchParams.get('key')) response.destroy();
      return reply(res, 204, '');
    }
    if (pathname === '/__down' || pathname === '/__up') {
      down[pathname === '/__down' ? 'add' : 'delete'](url.searchParams.get('key'));
      return reply(res, 204, '');
    }
    const tree = /^\/api\/models\/(.+?)\/tree\/([^/]+)(?:\/(.+))?$/.exec(pathname);
    if (tree) {
      const [, name = '', revision = '', under] = tree;
      const recursive = /^(true|1)$/i.test(url.searchParams.get('recursive') ?? '');
      return sendTree(res, name, revision, under, recursive);
    }
    const [, about, ofRevision = ''] =
      /^\/api\/models\/(.+?)\/revision\/([^/]+)$/.exec(pathname) ?? [];
    if (about) return sendAbout(res, about, ofRevision, faults);
    const cdn = /^\/cdn\/(.+?)\/([0-9a-f]{40})\/(.+)$/.exec(pathname);
    const [, name, revision = '', filePath = ''] =
      cdn ?? /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    if (!name) return reply(res, 404, 'Not found');
    return resolveFile(req, res, { base, viaCdn: Boolean(cdn), name, revision, filePath, faults });
  }

  return (/** @type {Req} */ req, /** @type {Res} */ res) => {
    /** @type {LogEntry} */
    const entry = {
      key: undefined,
      method: req.method,
      path: req.url,
      range: req.headers.range,
      get status() {
        return res.headersSent ? res.statusCode : undefined;
      },
      get finished() {
        return res.writableFinished;
      },
    };
    log.push(entry);
    open.set(entry, res);
    res.on('close', () => open.delete(entry));
    for (const [name, value] of Object.entries(CORS_HEADERS)) res.setHeader(name, value);
    route(req, res, entry).catch((error) => {
      if (error.name === 'AbortError') return;
      if (res.headersSent) res.destroy();
      else reply(res, 400, `${error.message}\n`);
    });
  };
}

/**
 * Starts a hub on a port of this machine. Port 0 is any free one.
 *
 * @param {{ repos: Repos, port?: number, host?: string }} options
 */
export async function startHub({ repos, port = 0, host = '127.0.0.1' }) {
  const server = createServer(createHub({ repos }));
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url: `http://${host}:${address.port}`, close };
}

const COMMAND = {
  command: 'node test/servers/hub.mjs --repo OWNER/NAME --dir DIR',
  options: {
    port: integer({ min: 0, max: 65_535, default: 9000, help: 'port to listen on' }),
    host: string({ value: 'HOST', default: '127.0.0.1', help: 'address to listen on' }),
    repo: list(string({ value: 'OWNER/NAME', help: 'a repository' })),
    dir: list(string({ value: 'DIR', help: 'a folder of the --repo before it' })),
    overlay: list(string({ value: 'DIR', help: 'a folder on top of that --dir' })),
  },
};

/**
 * Reads the command line. Each `--dir` and `--overlay` belongs to the `--repo` before it.
 *
 * @param {readonly string[]} args
 * @throws {UsageError}
 */
export function parseCommandLine(args) {
  const { values, tokens, usage } = readCommandLine(COMMAND, args);
  /** @type {Repos} */
  const repos = {};
  /** @type {string[] | undefined} */
  let folders;
  for (const { name, value = '' } of tokens) {
    if (name === 'repo') folders = repos[value] = [];
    else if (name === 'dir' || name === 'overlay') {
      if (!folders)
        throw new UsageError(`--${name} must come after the --repo it belongs to\n${usage}`);
      folders.push(value);
    }
  }
  const empty = Object.entries(repos).find(([, dirs]) => dirs.length === 0);
  if (empty) throw new UsageError(`--repo ${empty[0]} needs a --dir\n${usage}`);
  if (!folders) throw new UsageError(`--repo is missing\n${usage}`);
  return { repos, port: values.port, host: values.host };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    const options = parseCommandLine(process.argv.slice(2));
    const { url } = await startHub(options);
    console.log(`Hub at ${url}/ with ${Object.keys(options.repos).join(', ')}`);
  });
}
