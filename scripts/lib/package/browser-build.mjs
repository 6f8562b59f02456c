import path from 'node:path';
import { ROOT } from '../install.mjs';

/** Settings of every build for browsers that Rolldown makes. */
export const shared = /** @satisfies {import('rolldown').InputOptions} */ ({
  cwd: ROOT,
  platform: 'browser',
  tsconfig: path.join(ROOT, 'tsconfig.json'),
  transform: {
    target: 'es2022',
    // The library takes nothing from the build's environment, and leaves nothing for a bundler's.
    define: { 'import.meta.env': 'undefined', 'process.env.NODE_ENV': '"production"' },
  },
});
