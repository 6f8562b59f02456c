import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';

/**
 * `npm run build`: the static page in dist/, and the rest of the package: the command in dist/cli/,
 * the library and its types in dist/lib/, and the licences of what is in them.
 */
await main(async () => {
  ensureInstalled();
  const vite = path.join(ROOT, 'node_modules/vite/bin/vite.js');
  for (const args of [['build'], ['build', '--config', 'vite.cli.config.ts']]) {
    const { status } = spawnSync(process.execPath, [vite, ...args], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`vite ${args.join(' ')} ended with exit status ${status}`);
  }
  const { buildPackage } = await import('./lib/package/build.mjs');
  await buildPackage();
});
