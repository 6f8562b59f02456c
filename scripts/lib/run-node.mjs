import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './install.mjs';

/**
 * Runs one of the project's scripts in a Node of its own, and waits for it.
 *
 * @param {readonly string[]} args
 * @throws {Error} if it fails.
 */
export function runNode(args) {
  const { status } = spawnSync(process.execPath, [...args], { cwd: ROOT, stdio: 'inherit' });
  const [script = '', ...others] = args;
  if (status !== 0)
    throw new Error(
      `${[path.basename(script), ...others].join(' ')} ended with exit status ${status}`,
    );
}
