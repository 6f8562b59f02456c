import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Node's own modules only: this runs in a fresh clone, before there is a node_modules.

/** The project's folder. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/**
 * Why node_modules is not what package-lock.json asks for, in a few words, or `undefined` where it is. npm writes what it installed
 * to node_modules/.package-lock.json; optional packages of other platforms are rightly missing from it.
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
 * Installs the locked dependencies where they are missing or not those of the lock file; throws one line where that fails. `npm ci`
 * refuses a lock file that lacks optional packages of other platforms, which a partial registry mirror makes npm leave out;
 * `npm install` takes the same versions from it and adds what it lacks.
 */
export function ensureInstalled(root = ROOT) {
  const why = whyInstall(root);
  if (!why) return;
  console.log(`Installing dependencies, because ${why}.`);
  if (!npm(root, ['ci']) && !npm(root, ['install', '--no-save'])) {
    throw new Error(
      'Installing failed: see the messages of npm above, check the network, then try again.',
    );
  }
}

/** Stops early on a Node that is too old, where the dependencies would fail with something unreadable. */
export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(
      `This is Node ${version}, but 20.19 or newer is needed: install a newer Node, then try again.`,
    );
  }
}

/** Runs a command's main function; an error becomes one line and exit status 1. Its stack shows with DEBUG set. */
export async function main(command) {
  try {
    requireNode();
    await command();
  } catch (error) {
    console.error(process.env.DEBUG ? error : `error: ${error.message}`);
    process.exitCode = error.exitCode ?? 1;
  }
}

/** An error in how a command was called: exit status 2. */
export class UsageError extends Error {
  name = 'UsageError';
  exitCode = 2;
}
