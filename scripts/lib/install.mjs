import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Node's own modules only: this runs in a fresh clone, before anything is installed.

/** The project's folder. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * @param {string} file A lock file.
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/**
 * Why node_modules differs from package-lock.json, in a few words, or `undefined` if it does not.
 * npm lists the installed packages in node_modules/.package-lock.json. Optional packages of other
 * platforms may be missing.
 */
export function whyInstall(root = ROOT) {
  const installedFile = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return 'there is no node_modules';
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const installed = readPackages(installedFile);
  for (const [name, { version, optional }] of Object.entries(wanted)) {
    if (name === '' || (optional && !installed[name])) continue;
    if (installed[name]?.version !== version)
      return `package-lock.json has another ${name.replace(/^.*node_modules\//, '')}`;
  }
  return undefined;
}

/**
 * @param {string} root
 * @param {string[]} args
 */
function npm(root, args) {
  console.log(`> npm ${args.join(' ')}`);
  const all = [...args, '--include=dev', '--no-audit', '--no-fund'];
  // Under `npm start` the running npm names itself; a bare `npm` needs a shell on Windows.
  const self = process.env.npm_execpath;
  const { status, error } = self?.endsWith('.js')
    ? spawnSync(process.execPath, [self, ...all], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', all, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (error)
    throw new Error(
      `Could not run npm (${error.message}): install Node 20.19 or newer with npm, then try again.`,
    );
  return status === 0;
}

/**
 * Installs the locked dependencies if node_modules differs from the lock file. `npm ci` refuses a
 * lock file without the optional packages of other platforms, and npm writes such a file if the
 * registry is a partial mirror. `npm install` takes the same versions and adds the missing
 * packages.
 *
 * @throws {Error} of one line if npm fails.
 */
export function ensureInstalled(root = ROOT) {
  const why = whyInstall(root);
  if (!why) return;
  console.log(`Installing dependencies, because ${why}.`);
  if (!npm(root, ['ci']) && !npm(root, ['install', '--no-save'])) {
    throw new Error(
      'Installing failed: read the messages of npm above, check the network, then try again.',
    );
  }
}
