import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { flag, readCommandLine, string } from './lib/command-line.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { writeOutput } from './lib/write-output.mjs';

const README = path.join(ROOT, 'README.md');

/**
 * `node scripts/write-api.mjs` writes the tables of the elements' API in the README, from the
 * comments in src/components/. The build writes the same as `custom-elements.json`, with `--json`.
 * `npm test` checks the tables, with `--check`.
 */
await main(async () => {
  const { values } = readCommandLine(
    {
      command: 'node scripts/write-api.mjs',
      options: {
        check: flag({ help: 'write nothing, and fail if the README has other tables' }),
        json: string({ value: 'FILE', help: 'write the custom elements manifest, and no table' }),
      },
    },
    process.argv.slice(2),
  );
  ensureInstalled();
  const { readElements, toManifest } = await import('./lib/api/manifest.mjs');
  const { fillTables } = await import('./lib/api/tables.mjs');
  const elements = await readElements(ROOT);
  if (values.json)
    return writeOutput(values.json, `${JSON.stringify(toManifest(elements), null, 2)}\n`);
  const before = readFileSync(README, 'utf8');
  const after = fillTables(before, elements);
  if (!values.check) return writeFileSync(README, after);
  if (after !== before)
    throw new Error(
      "README.md does not have the elements' API as src/components/ describes it. " +
        'Run: node scripts/write-api.mjs',
    );
});
