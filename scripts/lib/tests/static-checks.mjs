import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Name, script, arguments. */
const CHECKS = /** @type {const} */ ([
  ['format', 'node_modules/oxfmt/bin/oxfmt', ['--check']],
  ['lint', 'node_modules/oxlint/bin/oxlint', ['--deny-warnings']],
  ['types', 'node_modules/typescript/bin/tsc', ['--noEmit']],
  ['generated documentation', 'scripts/write-api.mjs', ['--check']],
]);

/**
 * Runs the checks that only read the sources, one after the other. `log` is what they print.
 *
 * @param {string} root
 */
export async function runStaticChecks(root) {
  /** @type {import('./suites.mjs').TestCase[]} */
  const cases = [];
  let log = '';
  for (const [name, script, args] of CHECKS) {
    log += `\n# ${name}\n`;
    const start = performance.now();
    const child = spawn(process.execPath, [path.join(root, script), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (log += text));
    const [status] = await once(child, 'close');
    const duration = performance.now() - start;
    cases.push(
      status === 0
        ? { name, status: 'passed', duration }
        : {
            name,
            status: 'failed',
            duration,
            error: {
              message: `${name} ended with exit status ${status}: see its messages in the log`,
            },
          },
    );
  }
  return { suite: { name: 'static checks', cases }, log };
}
