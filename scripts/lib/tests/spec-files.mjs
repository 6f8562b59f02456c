import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * The browser groups: `wasm` is plain headless Chromium, `webgpu` has WebGPU turned on. See
 * web-test-runner.config.mjs.
 */
export const GROUPS = /** @type {const} */ (['wasm', 'webgpu']);

/** @typedef {(typeof GROUPS)[number]} Group */

/**
 * @param {string} root
 * @param {string} folder
 * @param {string} suffix
 * @param {readonly string[]} parts Keeps paths that contain one of these. Empty: keeps all.
 */
function listFiles(root, folder, suffix, parts) {
  const full = path.join(root, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith(suffix))
    .map((name) => `${folder}/${name.split(path.sep).join('/')}`)
    .filter(
      (file) =>
        parts.length === 0 || parts.some((part) => file.includes(part.replace(/^\.\//, ''))),
    )
    .toSorted();
}

/**
 * The spec files of a browser group, relative to `root`. test/webgpu/ runs in `webgpu`, test/both/
 * in both groups, and everything else in `wasm`. The runner and the check that all files ran share
 * this list.
 *
 * @param {string} root
 * @param {Group} group
 * @param {readonly string[]} [parts] Only files whose path contains one of these.
 */
export function specFiles(root, group, parts = []) {
  return listFiles(root, 'test', '.test.ts', parts).filter((file) => {
    if (file.startsWith('test/both/')) return true;
    return file.startsWith('test/webgpu/') === (group === 'webgpu');
  });
}

/**
 * The test files for Node, relative to `root`.
 *
 * @param {string} root
 * @param {readonly string[]} [parts] Only files whose path contains one of these.
 */
export const nodeTestFiles = (root, parts = []) => listFiles(root, 'test/node', '.test.mjs', parts);

/**
 * The test files for the packed package, relative to `root`.
 *
 * @param {string} root
 * @param {readonly string[]} [parts] Only files whose path contains one of these.
 */
export const packageTestFiles = (root, parts = []) =>
  listFiles(root, 'test/package', '.test.mjs', parts);
