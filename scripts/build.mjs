import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';

const STEPS = [
  { script: 'node_modules/vite/bin/vite.js', args: ['build'] },
  { script: 'node_modules/vite/bin/vite.js', args: ['build', '--mode', 'library'] },
  { script: 'node_modules/typescript/bin/tsc', args: ['-p', 'tsconfig.library.json'] },
  { script: 'scripts/write-api.mjs', args: ['--json', 'dist/custom-elements.json'] },
];

/**
 * `npm run build`: the static page in dist/, the library and its types in dist/lib/, and
 * dist/custom-elements.json, which describes the elements.
 */
await main(() => {
  ensureInstalled();
  for (const { script, args } of STEPS) {
    const { status } = spawnSync(process.execPath, [path.join(ROOT, script), ...args], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    if (status !== 0)
      throw new Error(
        `${path.basename(script)} ${args.join(' ')} ended with exit status ${status}`,
      );
  }
});
