import { once } from 'node:events';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { mimeType } from '../../scripts/lib/static-files.mjs';
import { content, faultsFor, parseFaults } from './hub-faults.mjs';
import { Repository } from './hub-files.mjs';

/** As the Hugging Face hub answers: any origin may read, and see these headers. */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'range, if-range, if-none-match, authorization, content-type',
  'Access-Control-Expose-Headers':
    'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};
const INDEX_PAGE =
  '<!doctype html><html lang="en"><title>App</title><body><div id="root"></div></body></html>\n';

/** `bytes=a-b`, `bytes=a-` or `bytes=-n` against a size: `{ start, end }` (end exclusive), `'unsatisfiable'`, or `undefined` to send all. */
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
 * A hub over real sockets, in the Hugging Face hub's layout, from local folders: a Node `(req, res)` listener.
 *
 * - `GET|HEAD /{owner}/{name}/resolve/{revision}/{path}`: small files at once, large ones by a 302 to `/cdn/…`
 * - `GET /api/models/{owner}/{name}/tree/{revision}?recursive=true`
 * - `GET /__log?key=KEY`: the requests made under KEY so far, as JSON
 * - any of these under `/fault:OPTIONS/`: see hub-faults.mjs
 *
 * `repos` maps a repository's name to its folders, the last one on top. `prefix` is the path that all of it lives under.
 */
export function createHub({ repos, prefix = '' }) {
  const repositories = new Map(
    Object.entries(repos).map(([name, folders]) => [name, new Repository(name, folders)]),
  );
  const log = [];
  const used = new Set();

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

  function refuse(res, status, code, message) {
    reply(res, status, status === 401 ? 'Invalid username or password.' : message, {
      'X-Error-Code': code,
      'X-Error-Message': message,
    });
  }

  async function sendContent(req, res, entry, filePath, asked, headers) {
    const faults = faultsFor(asked, filePath, used);
    if (faults.status) return reply(res, faults.status, `fault: status ${faults.status}\n`);
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
    if (req.method === 'HEAD') return res.end();
    const closed = new AbortController();
    res.on('close', () => closed.abort());
    let sent = 0;
    for await (const chunk of content(entry.file, entry.size, start, end, faults, closed.signal)) {
      if (closed.signal.aborted) return undefined;
      sent += chunk.length;
      if (!res.write(chunk)) await once(res, 'drain', { signal: closed.signal });
    }
    if (sent === end - start) return res.end();
    // What was written has to reach the other side before the socket goes, or the cut comes earlier than asked.
    return res.write('', () => setImmediate(() => res.destroy()));
  }

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

  async function sendTree(res, name, revision, under, recursive) {
    const repository = repositories.get(name);
    if (!repository) return refuse(res, 401, 'RepoNotFound', 'Repository not found');
    if (!repository.resolve(revision))
      return refuse(res, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    return reply(res, 200, await repository.tree(under, recursive));
  }

  async function route(req, res, entry) {
    const url = new URL(req.url, 'http://hub.invalid');
    if (prefix && !url.pathname.startsWith(`${prefix}/`)) return reply(res, 404, 'Not found');
    let pathname = url.pathname.slice(prefix.length);
    let base = prefix;
    let faults = {};
    const fault = /^\/fault:([^/]*)(?=\/)/.exec(pathname);
    if (fault) {
      faults = parseFaults(decodeURIComponent(fault[1]));
      base += fault[0];
      pathname = pathname.slice(fault[0].length);
    }
    entry.key = faults.key;
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
    const tree = /^\/api\/models\/(.+?)\/tree\/([^/]+)(?:\/(.+))?$/.exec(pathname);
    if (tree)
      return sendTree(
        res,
        tree[1],
        tree[2],
        tree[3],
        /^(true|1)$/i.test(url.searchParams.get('recursive') ?? ''),
      );
    const cdn = /^\/cdn\/(.+?)\/([0-9a-f]{40})\/(.+)$/.exec(pathname);
    const [, name, revision, filePath] =
      cdn ?? /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    if (!name) return reply(res, 404, 'Not found');
    return resolveFile(req, res, { base, viaCdn: Boolean(cdn), name, revision, filePath, faults });
  }

  return (req, res) => {
    const entry = {
      key: undefined,
      method: req.method,
      path: req.url,
      range: req.headers.range,
      status: undefined,
      finished: false,
    };
    log.push(entry);
    const written = res.writeHead;
    res.writeHead = (status, ...rest) => written.call(res, (entry.status = status), ...rest);
    res.on('close', () => (entry.finished = res.writableFinished));
    for (const [name, value] of Object.entries(CORS_HEADERS)) res.setHeader(name, value);
    route(req, res, entry).catch((error) => {
      if (error.name === 'AbortError') return;
      if (res.headersSent) res.destroy();
      else reply(res, 400, `${error.message}\n`);
    });
  };
}

/** Starts a hub of its own on a port of this machine (0: any free one): `{ url, close }`. */
export async function startHub({ repos, port = 0, host = '127.0.0.1' }) {
  const server = createServer(createHub({ repos }));
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url: `http://${host}:${server.address().port}`, close };
}

const USAGE =
  'usage: node test/servers/hub.mjs [--port 9000] [--host 127.0.0.1] --repo OWNER/NAME --dir DIR [--overlay DIR]… [--repo …]';

/** `--repo`, `--dir` and `--overlay` as repositories: each folder belongs to the `--repo` before it. */
export function parseCommandLine(args) {
  const { tokens } = parseArgs({
    args,
    tokens: true,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      repo: { type: 'string', multiple: true },
      dir: { type: 'string', multiple: true },
      overlay: { type: 'string', multiple: true },
    },
  });
  const options = { repos: {}, port: 9000, host: '127.0.0.1' };
  let folders;
  for (const { name, value } of tokens) {
    if (name === 'repo') folders = options.repos[value] = [];
    else if (name === 'port') options.port = Number(value);
    else if (name === 'host') options.host = value;
    else if (!folders) throw new Error(`--${name} comes after the --repo that it belongs to`);
    else folders.push(value);
  }
  const empty = Object.keys(options.repos).find((name) => options.repos[name].length === 0);
  if (empty) throw new Error(`--repo ${empty} needs a --dir`);
  if (!folders) throw new Error('no --repo was given');
  return options;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const options = parseCommandLine(process.argv.slice(2));
    const { url } = await startHub(options);
    console.log(`Hub at ${url}/ with ${Object.keys(options.repos).join(', ')}`);
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exitCode = 2;
  }
}
