import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../install.mjs';

/**
 * @typedef {object} Packed
 * @property {string} file The packed file.
 * @property {string} app A project with nothing but the package in its node_modules. It is outside
 *   of this project, so nothing of ours is found by accident.
 * @property {() => void} remove
 */

/**
 * Builds, packs and installs the package.
 *
 * @returns {Packed}
 */
export function packAndInstall() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-package-'));
  const app = path.join(folder, 'app');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    run(process.execPath, [path.join(ROOT, 'scripts/build.mjs')], ROOT);
    npm(['pack', '--silent', '--pack-destination', folder], ROOT);
    const file = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
    newProject(app);
    // It has no dependencies, so nothing has to be fetched.
    npm(['install', '--offline', '--no-audit', '--no-fund', '--silent', file], app);
    return { file, app, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** @param {string} folder */
function newProject(folder) {
  const manifest = { name: 'app', private: true, type: 'module' };
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
}

/**
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const self = process.env.npm_execpath;
  if (self?.endsWith('.js')) run(process.execPath, [self, ...args], cwd);
  else run('npm', args, cwd, process.platform === 'win32');
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd, shell = false) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', shell });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with exit status ${status}`);
}
