import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { flag, readCommandLine, string } from './lib/command-line.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { writeOutput } from './lib/write-output.mjs';

/**
 * `node scripts/write-api.mjs` writes the generated parts of the documentation: the elements' API from
 * the comments in src/components/, the settings, the models and the scenarios from their tables. The
 * build writes the elements as `custom-elements.json`, which `--json` does alone. `npm test` checks
 * the pages, with `--check`.
 */
await main(async () => {
  const { values } = readCommandLine(
    {
      command: 'node scripts/write-api.mjs',
      options: {
        check: flag({ help: 'write nothing, and fail if a page has other tables' }),
        json: string({ value: 'FILE', help: 'write the custom elements manifest, and no table' }),
      },
    },
    process.argv.slice(2),
  );
  ensureInstalled();
  if (values.json) {
    const { readElements, toManifest } = await import('./lib/api/manifest.mjs');
    const manifest = toManifest(await readElements(ROOT));
    return writeOutput(values.json, `${JSON.stringify(manifest, null, 2)}\n`);
  }
  const { fillParts, GENERATED, readParts } = await import('./lib/docs/generated.mjs');
  const parts = await readParts(ROOT);
  /** @type {string[]} */
  const stale = [];
  for (const name of GENERATED) {
    const file = path.join(ROOT, 'docs', name);
    const before = readFileSync(file, 'utf8');
    const after = fillParts(before, parts);
    if (after === before) continue;
    stale.push(`docs/${name}`);
    if (!values.check) writeFileSync(file, after);
  }
  if (values.check && stale.length > 0)
    throw new Error(
      `${stale.join(' and ')} differ from the sources that they are generated from. ` +
        'Run: node scripts/write-api.mjs',
    );
});
