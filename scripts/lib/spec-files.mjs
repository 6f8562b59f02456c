import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The browser groups: `wasm` is plain headless Chromium, `webgpu` has WebGPU switched on. See web-test-runner.config.mjs. */
export const GROUPS = ['wasm', 'webgpu'];

function list(root, folder, suffix) {
  const full = path.join(root, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { recursive: true })
    .filter((name) => name.endsWith(suffix))
    .map((name) => `${folder}/${name.split(path.sep).join('/')}`)
    .toSorted();
}

/**
 * The spec files of a browser group, relative to `root`: test/webgpu/ belongs to `webgpu`, test/both/ to both, all else to `wasm`.
 * With `only`, those whose path contains one of its texts. One list for the runner and for whoever counts whether all of it ran.
 */
export function specFiles(root, group, only = []) {
  return list(root, 'test', '.test.ts')
    .filter((file) => {
      if (file.startsWith('test/both/')) return true;
      return file.startsWith('test/webgpu/') === (group === 'webgpu');
    })
    .filter(
      (file) => only.length === 0 || only.some((text) => file.includes(text.replace(/^\.\//, ''))),
    );
}

/** The node-side test files, relative to `root`. */
export function nodeTestFiles(root) {
  return list(root, 'test/node', '.test.mjs');
}
