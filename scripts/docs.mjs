import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { flag, readCommandLine, string } from './lib/command-line.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';

const DOCS = path.join(ROOT, 'docs');

/**
 * `npm run docs`: the documentation as a static site, with the API reference from the types and with
 * elements that run. It has a package of its own in docs/, so that nobody else installs its tools.
 * `npm run docs:dev` serves it while you write.
 */
await main(async () => {
  const { values } = readCommandLine(
    {
      command: 'npm run docs --',
      options: {
        base: string({
          value: 'PATH',
          default: '/',
          allowed: 'a path that begins and ends with a slash, as in /unmocked/',
          accepts: (text) => /^\/(?:[\w.~-]+\/)*$/.test(text),
          help: 'where the site will be on its host',
        }),
        out: string({
          value: 'FOLDER',
          help: 'where the site goes',
          otherwise: 'docs/.vitepress/dist',
        }),
        package: string({
          value: 'FOLDER',
          help: 'takes elements and types from this package',
          otherwise: 'this one, which is built first',
        }),
        dev: flag({ help: 'serves the site and shows each change, in place of a build' }),
      },
    },
    process.argv.slice(2),
  );
  ensureInstalled();
  ensureInstalled(DOCS);
  const packageFolder = path.resolve(values.package ?? ROOT);
  const isBuilt = existsSync(path.join(packageFolder, 'dist/lib/types'));
  // While somebody writes, an older build does.
  if (!values.package && !(values.dev && isBuilt))
    await run([path.join(ROOT, 'scripts/build.mjs')]);

  const { writeApiReference } = await import('./lib/docs/api-reference.mjs');
  await writeApiReference({
    docs: DOCS,
    packageFolder,
    manifest: JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')),
    out: path.join(DOCS, 'api'),
  });
  await run(
    [
      path.join(DOCS, 'node_modules/vitepress/bin/vitepress.js'),
      values.dev ? 'dev' : 'build',
      DOCS,
      '--base',
      values.base,
      ...(values.out && !values.dev ? ['--outDir', path.resolve(values.out)] : []),
    ],
    { UNMOCKED_PACKAGE: packageFolder },
  );
});

/**
 * Runs a script to its end.
 *
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 */
async function run(args, env = {}) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const stop = () => child.kill();
  process.once('SIGTERM', stop);
  const [status] = await once(child, 'close');
  process.off('SIGTERM', stop);
  if (status !== 0) throw new Error(`${path.basename(args[0] ?? '')} ended with status ${status}`);
}
