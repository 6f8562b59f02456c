// JavaScript, because scripts need it too, and Node 20 cannot read TypeScript.

import { createReadStream, statSync } from 'node:fs';
import path from 'node:path';

/**
 * The headers that make a page cross-origin isolated. Without them: no SharedArrayBuffer, no WASM
 * threads.
 */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** @type {Readonly<Record<string, string>>} */
const MIME_TYPES = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.toml': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/**
 * The MIME type of a file by its name. With a wrong one, browsers refuse module scripts and
 * streamed WASM.
 *
 * @param {string} file
 */
export function mimeType(file) {
  return MIME_TYPES[path.extname(file)] ?? 'application/octet-stream';
}

/**
 * A plain file inside `folder`, or `undefined`. A path that leaves the folder names no file.
 *
 * @param {string} folder
 * @param {string} relative A URL path, still encoded.
 * @returns {{ file: string, size: number, etag: string } | undefined}
 */
export function findFile(folder, relative) {
  let decoded;
  try {
    decoded = decodeURIComponent(relative.replace(/[?#].*$/s, ''));
  } catch {
    return undefined;
  }
  const file = path.resolve(folder, `.${path.posix.normalize(`/${decoded}`)}`);
  if (decoded.includes('\0') || !file.startsWith(path.resolve(folder) + path.sep)) return undefined;
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return undefined;
  return {
    file,
    size: stat.size,
    etag: `"${stat.size.toString(36)}-${stat.mtimeMs.toString(36)}"`,
  };
}

/**
 * Answers a Node request with one file of `folder`, its length and its type, or with a real 404. An
 * index page in place of the 404 would be harmful: transformers.js caches the HTML as if it were
 * the model.
 *
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 * @param {string} folder
 * @param {string} relative A URL path, still encoded.
 */
export function sendFile(req, res, folder, relative) {
  const found = findFile(folder, relative);
  if (!found) {
    res.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
    res.end(`Not found: ${relative}\n`);
    return;
  }
  // The browser keeps the file, and asks whether it has changed.
  const caching = { 'Cache-Control': 'no-cache', ETag: found.etag };
  if (req.headers['if-none-match'] === found.etag) {
    res.writeHead(304, caching);
    res.end();
    return;
  }
  res.writeHead(200, {
    'Content-Type': mimeType(found.file),
    'Content-Length': found.size,
    ...caching,
  });
  if (req.method === 'HEAD' || found.size === 0) {
    res.end();
    return;
  }
  // The file may change meanwhile. What is more than the length would be taken for the next answer, and
  // what is less would be waited for.
  const stream = createReadStream(found.file, { end: found.size - 1 });
  stream
    .on('error', (error) => res.destroy(error))
    .on('end', () => (stream.bytesRead < found.size ? res.destroy() : res.end()))
    .pipe(res, { end: false });
}
