import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';

const STEPS = [
  { script: 'vite/bin/vite.js', args: ['build'] },
  { script: 'vite/bin/vite.js', args: ['build', '--mode', 'library'] },
  { script: 'vite/bin/vite.js', args: ['build', '--config', 'vite.cli.config.ts'] },
  { script: 'typescript/bin/tsc', args: ['-p', 'tsconfig.library.json'] },
];

/** `npm run build`: the static page in dist/, the library and its types in dist/lib/, the command in dist/cli/. */
await main(() => {
  ensureInstalled();
  for (const { script, args } of STEPS) {
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
