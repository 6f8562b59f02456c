import path from 'node:path';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';

/**
 * `npm run build`: the static page in dist/, and the rest of the package: the command in dist/cli/,
 * the library and its types in dist/lib/, and the licences of what is in them.
 */
await main(async () => {
  ensureInstalled();
  const { build } = await import('vite');
  /** @type {string[]} */
  const modules = [];
  for (const config of ['vite.config.ts', 'vite.cli.config.ts']) {
    const built = await build({ root: ROOT, configFile: path.join(ROOT, config) });
    for (const one of [built].flat())
      if ('output' in one)
        for (const file of one.output) if (file.type === 'chunk') modules.push(...file.moduleIds);
  }
  const { buildPackage } = await import('./lib/package/build.mjs');
  await buildPackage(modules);
});
