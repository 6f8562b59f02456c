import { ensureChromium } from './lib/browser/chromium.mjs';
import { flag, readCommandLine } from './lib/command-line.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { importTypeScript } from './lib/typescript.mjs';

/** How often, in the whole soak. */
const WHOLE = { rounds: 100, generations: 2000, runs: 200 };

/**
 * `npm run soak`: 100 rounds of load and dispose, 2,000 short generations and 200 runs of the core
 * scenarios in one page, which has to hold in the end what it held in the beginning.
 */
await main(async () => {
  const { values } = readCommandLine(
    {
      command: 'npm run soak --',
      options: { quarter: flag({ help: 'a quarter of everything' }) },
    },
    process.argv.slice(2),
  );
  ensureInstalled();
  const { COUNTED, leaksOf, soak } = await import('./lib/soak/soak.mjs');
  const { scenarios } = /** @type {typeof import('../src/scenarios/index.js')} */ (
    await importTypeScript('src/scenarios/index.ts')
  );
  const ids = scenarios.filter(({ tags }) => tags?.includes('core')).map(({ id }) => id);
  const share = values.quarter ? 4 : 1;
  const parts = await soak({
    root: ROOT,
    executablePath: ensureChromium(),
    rounds: WHOLE.rounds / share,
    generations: WHOLE.generations / share,
    runs: WHOLE.runs / share,
    ids,
    onPart: ({ name, count, before, after, seconds }) => {
      const counts = COUNTED.map((what) => `${what} ${before[what]} → ${after[what]}`).join(', ');
      const heap = [before, after].map(({ heapBytes }) => (heapBytes / 1e6).toFixed(1)).join(' → ');
      console.log(`${count} ${name} in ${seconds.toFixed(0)} s: ${counts}, heap ${heap} MB`);
    },
  });
  const leaks = parts.flatMap(leaksOf);
  for (const leak of leaks) console.log(`LEAK ${leak}`);
  process.exitCode = leaks.length > 0 ? 1 : 0;
  console.log(leaks.length > 0 ? `${leaks.length} counts have grown` : 'nothing is left behind');
});
