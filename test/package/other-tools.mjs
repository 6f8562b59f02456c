import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../scripts/lib/install.mjs';
import { PACKED } from './helpers.mjs';

/** A project with tools that this repository does not use itself. They come from the registry. */
const FOLDER = path.join(path.dirname(PACKED), 'other-tools');
/** Vitest needs a newer Node than we do. The packages of npm's `node` hold it, without a script. */
const NODE = `node-${process.platform.replace('win32', 'win')}-${process.arch}`;

/** @type {{ devDependencies: { vitepress: string } }} The documentation uses it too. */
const docs = JSON.parse(readFileSync(path.join(ROOT, 'docs/package.json'), 'utf8'));

const TOOLS = {
  '@rollup/plugin-node-resolve': '16.0.3',
  '@vitest/browser-playwright': '5.1.2',
  '@web/rollup-plugin-import-meta-assets': '2.3.3',
  esbuild: '0.28.2',
  playwright: '1.65.1',
  rollup: '4.68.8',
  vitepress: docs.devDependencies.vitepress,
  vitest: '5.1.2',
  webpack: '5.113.0',
  [NODE]: '22.23.3',
};

/** Installs the package and the tools, once for all specs. Returns the project's folder. */
export function installOtherTools() {
  if (existsSync(path.join(FOLDER, 'node_modules/.package-lock.json'))) return FOLDER;
  mkdirSync(FOLDER, { recursive: true });
  const devDependencies = { ...TOOLS, unmocked: `file:${PACKED}` };
  const manifest = { name: 'other-tools', private: true, type: 'module', devDependencies };
  writeFileSync(path.join(FOLDER, 'package.json'), JSON.stringify(manifest));
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'],
    { cwd: FOLDER, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm install ended with exit status ${status}\n${stderr}`);
  return FOLDER;
}

/** The newer Node of the project. */
export const newerNode = () =>
  path.join(FOLDER, 'node_modules', NODE, process.platform === 'win32' ? 'node.exe' : 'bin/node');

/**
 * Runs a tool of the project to its end.
 *
 * @param {string} node
 * @param {readonly string[]} args
 */
export const runTool = (node, args) =>
  spawnSync(node, args, {
    cwd: FOLDER,
    encoding: 'utf8',
    timeout: 240_000,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_ENV: undefined },
  });
