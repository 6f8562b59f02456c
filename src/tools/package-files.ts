import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's `dist/`. The tools are modules of `dist/lib/`. */
export const DIST = realpathSync(fileURLToPath(new URL('../', import.meta.url)));

/** The package's version. */
export const VERSION = (
  JSON.parse(readFileSync(path.join(DIST, '../package.json'), 'utf8')) as { version: string }
).version;

/** What no tool may touch: models, ONNX Runtime, and the engine's worker. */
const RAW = /^(.*\/dist)\/((?:models|ort)\/.*|lib\/engine-worker\.js)$/;
const MODULE = path.join(DIST, 'lib/chunk-own-files.js');

/**
 * The path below `DIST` of a file that has to be served as it is, whether it exists or not. Undefined
 * for every other file.
 *
 * @param file an absolute path as a URL has it: encoded, with slashes.
 */
export function rawFile(file: string): string | undefined {
  const [, dist = '', relative] = RAW.exec(file) ?? [];
  return relative !== undefined && isDist(dist) ? relative : undefined;
}

function isDist(encoded: string): boolean {
  try {
    return realpathSync(decodeURIComponent(encoded)) === DIST;
  } catch {
    return false; // no such folder, or no such name
  }
}

/** Whether a bundler's module is the one with the addresses of the package's files. */
export function isAddresses(id: string): boolean {
  const file = id.replace(/[?#].*$/s, '');
  return file.endsWith(path.basename(MODULE)) && isSame(file);
}

function isSame(file: string): boolean {
  try {
    return realpathSync(file) === MODULE;
  } catch {
    return false; // a virtual module
  }
}

/** An address in that module, as a bundler sees it. The first group is the path from `dist/lib/`. */
export const ADDRESS = /\bnew URL\("(\.\.?\/[^"]+)", import\.meta\.url\)/g;
