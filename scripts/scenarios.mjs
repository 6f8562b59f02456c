import path from 'node:path';
import { ensureChromium } from './lib/browser/chromium.mjs';
import { buildPage } from './lib/browser/serve-build.mjs';
import { runNode } from './lib/run-node.mjs';
import { runCommand } from './lib/cli/run.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { loadTables } from './lib/typescript.mjs';

/** The page of these sources. An agent may import the library too. @param {{ library: boolean }} needs */
async function pageFolder({ library }) {
  if (!library) return buildPage(ROOT, 'scenarios');
  runNode([path.join(ROOT, 'scripts/build.mjs')]);
  return path.join(ROOT, 'dist');
}

/** `npm run scenarios`: `npx unmocked`, on the page that these sources build. */
await main(async () => {
  ensureInstalled();
  await runCommand(process.argv.slice(2), {
    command: 'npm run scenarios --',
    tables: await loadTables(),
    pageFolder,
    chromium: ensureChromium,
  });
});
