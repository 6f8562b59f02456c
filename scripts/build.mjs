import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled, main, ROOT } from './lib/install.mjs';

/** `npm run build`: the static page in dist/, the library and its types in dist/lib/. */
await main(() => {
  ensureInstalled();
  const steps = [
    ['vite/bin/vite.js', 'build'],
    ['vite/bin/vite.js', 'build', '--mode', 'library'],
    ['typescript/bin/tsc', '-p', 'tsconfig.library.json'],
  ];
  for (const [script, ...args] of steps) {
    const { status } = spawnSync(
      process.execPath,
      [path.join(ROOT, 'node_modules', script), ...args],
      { cwd: ROOT, stdio: 'inherit' },
    );
    if (status !== 0)
      throw new Error(
        `${path.basename(script)} ${args.join(' ')} ended with exit status ${status}`,
      );
  }
});
